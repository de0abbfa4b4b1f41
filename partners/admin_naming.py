"""Renaming and merging in the admin: pages that show what would change before it is done."""

from django import forms
from django.contrib.admin.utils import quote
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from sosa_registry.ledger.admin_acting import act
from sosa_registry.ledger.forms import RevisionForm

from . import naming


class RenamingForm(RevisionForm):
    """The new name, and why."""

    to = forms.SlugField(
        label="New short name", help_text="Small letters, digits and hyphens. The old one goes on."
    )
    field_order = ("to",)


class Naming:
    """A record's admin with a page that renames it."""

    def get_urls(self):
        """Also the page that renames."""
        page = self.admin_site.admin_view(self.rename)
        return [
            path("<path:object_id>/rename/", page, name=self._name("rename")),
            *super().get_urls(),
        ]

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def tools(self, record) -> list[tuple[str, str]]:
        """What else can be done with a record, beside its history."""
        if record.key_field == "key":
            return []
        return [("Rename …", reverse(f"admin:{self._name('rename')}", args=[quote(record.pk)]))]

    def rename(self, request, object_id):
        """Give a record another natural key; the old one leads to it."""
        record = get_object_or_404(self.model, pk=object_id)

        def write(form):
            fresh = self.model.objects.get(pk=object_id)
            naming.rename(fresh, to=form.cleaned_data["to"], actor=request.user, reason="Renamed")

        return act(
            request,
            self.opts,
            title=f"Rename {record.key}",
            explanation="Every record that refers to it moves along, and the old name leads here.",
            form_class=RenamingForm,
            write=write,
            back=reverse(f"admin:{self._name('changelist')}"),
        )


class Merging:
    """A record's admin with a page that merges it into another of its kind."""

    def get_urls(self):
        """Also the page that merges."""
        page = self.admin_site.admin_view(self.merge)
        return [
            path("<path:object_id>/merge/", page, name=self._name("merge")),
            *super().get_urls(),
        ]

    def tools(self, record):
        """Merging too."""
        page = reverse(f"admin:{self._name('merge')}", args=[quote(record.pk)])
        return [("Merge …", page), *super().tools(record)]

    def merge(self, request, object_id):
        """Make this record and another one: what refers to this one then refers to the other."""
        gone = get_object_or_404(self.model, pk=object_id)
        others = self.model.objects.exclude(pk=gone.pk).order_by("name")

        class MergingForm(RevisionForm):
            """Which record stays, and why."""

            into = forms.ModelChoiceField(
                others, label="Merge into", to_field_name="slug", help_text="The one that stays."
            )
            field_order = ("into",)

        def write(form):
            into = self.model.objects.get(pk=form.cleaned_data["into"].pk)
            fresh = self.model.objects.get(pk=object_id)
            naming.merge(fresh, into=into, actor=request.user, reason="Merged")

        return act(
            request,
            self.opts,
            title=f"Merge {gone} ({gone.key}) into another",
            explanation="All that names it will name the other; its own address will lead there.",
            form_class=MergingForm,
            write=write,
            back=reverse(f"admin:{self._name('changelist')}"),
        )
