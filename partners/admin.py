"""Curation of countries, groupings, organizations, firms, sources and citations.

`CitedAdmin` is the base of every record's admin here and above: it adds the record's citations to
its page, and deletes by the rule of `actions.remove_with_citations`.
"""

from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.forms.models import BaseModelFormSet, modelformset_factory
from django.template.defaultfilters import filesizeformat

from sosa_registry.accounts.roles import Action, may
from sosa_registry.ledger import clock, subjects
from sosa_registry.ledger.admin import ReadOnlyAdmin, RecordedAdmin, RecordInline, told
from sosa_registry.ledger.forms import InlineRecordForm, RecordFormWithReason
from sosa_registry.ledger.recording import revision

from . import actions
from .admin_naming import Merging, Naming
from .models import (
    ArchivedCopy,
    Citation,
    Country,
    Firm,
    Grouping,
    Membership,
    Organization,
    Redirect,
    Source,
)
from .models.archive import LARGEST


class CitationForm(InlineRecordForm):
    """A citation on the page of what it is for."""

    may_add = may_change = True  # the account's permissions, set by the inline

    def has_changed(self):
        """An edit that the account may not make is no edit."""
        may = self.may_add if self.instance._state.adding else self.may_change
        return may and super().has_changed()

    def _get_validation_exclusions(self):
        # A page's subject is known once its record is stored; before, it can have no citation yet.
        known = {"subject_kind", "subject"} if self.instance.subject else set()
        return super()._get_validation_exclusions() - known


class CitationFormSet(BaseModelFormSet):
    """The citations of one record, found by its kind and key: there is no foreign key to follow."""

    def __init__(
        self, data=None, files=None, instance=None, save_as_new=False, queryset=None, **kwargs
    ):
        self.instance = instance
        mine = queryset & actions.citations_of(instance) if instance.pk else queryset.none()
        super().__init__(data, files, queryset=mine, **kwargs)

    @classmethod
    def get_default_prefix(cls):
        """The prefix of its fields on the page."""
        return "citations"

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.subject_kind = self.instance.record_kind
        form.instance.subject = self.instance.key
        return form

    def save_new(self, form, commit=True):
        """A new citation is for this record, whose key is known by now."""
        form.instance.subject = self.instance.key
        return super().save_new(form, commit=commit)


class CitationInline(RecordInline):
    """The sources of the record whose page it is."""

    model = Citation
    form = CitationForm
    formset = CitationFormSet
    fields = ("source", "locator", "position", "note")
    autocomplete_fields = ("source",)
    verbose_name_plural = "citations: the sources this record rests on"

    def get_formset(self, request, obj=None, **kwargs):
        """A formset without a foreign key, by the account's permissions."""
        may = {
            "may_add": self.has_add_permission(request, obj),
            "may_change": self.has_change_permission(request, obj),
        }
        form = told(self.form, request)
        return modelformset_factory(
            Citation,
            form=type(form.__name__, (form,), may),
            formset=self.formset,
            fields=self.fields,
            extra=self.extra,
            max_num=self.get_max_num(request, obj),
            can_delete=self.has_delete_permission(request, obj),
            formfield_callback=partial(self.formfield_for_dbfield, request=request),
        )

    def history_of(self, parent):
        """The citations for the parent, past ones too."""
        return Q(
            record_type=Citation.record_type,
            state__subject_kind=parent.record_kind,
            state__subject=parent.key,
        )


class CitedAdmin(Naming, RecordedAdmin):
    """A record with its citations: they are edited and deleted with it."""

    def get_inlines(self, request, obj):
        """Its own, then the citations, where the record can be cited for."""
        citable = self.model.key_field != "key"
        return [*super().get_inlines(request, obj), *([CitationInline] if citable else [])]

    def remove(self, record):
        """The record and its citations, unless others rest on it."""
        # Joins the revision that is open, whose actor and reason count.
        actions.remove_with_citations(record, actor="", reason="")

    def goes_along(self, record):
        """Its citations."""
        return list(actions.citations_of(record))

    def rests_on(self, record):
        """What stands in the way, by the same rule as the deletion itself."""
        return actions.rests_on(record)


class SubjectMixin:
    """For records about any other: the kinds there are, to choose from."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A choice of kinds instead of a free text."""
        if db_field.name != "subject_kind":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        choices = [("", "---------"), *((kind, kind) for kind in sorted(subjects.kinds()))]
        return forms.ChoiceField(choices=choices, help_text=db_field.help_text)


class MembershipInline(RecordInline):
    """A grouping's members."""

    model = Membership
    fk_name = "grouping"
    fields = ("slug", "country", "joined", "left", "source", "confidence", "note")
    autocomplete_fields = ("country", "source")


@admin.register(Country)
class CountryAdmin(CitedAdmin):
    """Countries: their names, and the aliases by which search and import find them."""

    list_display = ("name", "code", "alpha2", "region", "aliases")
    list_filter = ("region",)
    search_fields = ("name", "code", "alpha2", "official_name", "aliases")


@admin.register(Grouping)
class GroupingAdmin(CitedAdmin):
    """Groupings with their members."""

    list_display = ("name", "slug", "kind", "founded")
    list_filter = ("kind",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("source",)
    inlines = (MembershipInline,)


@admin.register(Membership)
class MembershipAdmin(CitedAdmin):
    """Memberships, one by one."""

    list_display = ("slug", "grouping", "country", "joined", "left", "confidence")
    list_filter = ("grouping", "confidence")
    list_select_related = ("grouping", "country")
    search_fields = ("slug", "country__name", "grouping__name")
    autocomplete_fields = ("grouping", "country", "source")


@admin.register(Organization)
class OrganizationAdmin(Merging, CitedAdmin):
    """Ministries and agencies."""

    list_display = ("name", "slug", "country", "aliases")
    list_filter = (("country", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("country",)
    search_fields = ("name", "slug", "aliases")
    autocomplete_fields = ("country",)


@admin.register(Firm)
class FirmAdmin(Merging, CitedAdmin):
    """Firms."""

    list_display = ("name", "slug", "country", "cage_code")
    list_filter = (("country", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("country",)
    search_fields = ("name", "slug", "cage_code", "aliases")
    autocomplete_fields = ("country",)


@admin.register(Source)
class SourceAdmin(CitedAdmin):
    """Published documents."""

    list_display = ("slug", "publisher", "title", "published_on", "kind", "tier", "verified_on")
    list_filter = ("kind", "tier")
    search_fields = ("slug", "publisher", "title", "url")


class ArchivedCopyForm(RecordFormWithReason):
    """A copy of a source: the file is asked for, all else follows from it."""

    file = forms.FileField(help_text=f"PDF, HTML, text, PNG or JPEG; {filesizeformat(LARGEST)}.")

    class Meta:
        fields = ("source",)
        model = ArchivedCopy

    def clean(self):
        """Type, size and SHA-256 are read off the file."""
        super().clean()
        uploaded, source = self.cleaned_data.get("file"), self.cleaned_data.get("source")
        if uploaded and source and uploaded.size <= LARGEST:
            self.content = uploaded.read()
            made = actions.copy_of(
                source, name=uploaded.name, content=self.content, on=clock.today()
            )
            for name in ("name", "media_type", "size", "sha256", "archived_on"):
                setattr(self.instance, name, getattr(made, name))
        elif uploaded and source:
            self.add_error("file", f"Allowed: {filesizeformat(LARGEST)}.")

    def _get_validation_exclusions(self):
        # The rule that a copy is kept once asks for it; without a usable file there is none.
        asked = {"sha256"} if self.instance.sha256 else set()
        return super()._get_validation_exclusions() - asked


@admin.register(ArchivedCopy)
class ArchivedCopyAdmin(RecordedAdmin):
    """Archived copies: added and removed, never changed."""

    form = ArchivedCopyForm
    list_display = ("name", "source", "media_type", "size", "archived_on")
    list_filter = ("media_type",)
    list_select_related = ("source",)
    search_fields = ("name", "source__slug", "source__title", "sha256")
    autocomplete_fields = ("source",)

    def get_fields(self, request, obj=None):
        """For a new one the source and the file."""
        return ["source", "file"] if obj is None else self.get_readonly_fields(request, obj)

    def get_readonly_fields(self, request, obj=None):
        """A copy that is kept stays as it is."""
        return ["source", "name", "media_type", "size", "sha256", "archived_on"] if obj else []

    def has_add_permission(self, request, obj=None):
        """Who may write: a copy's bytes are kept as they come, so none can be drafted."""
        return may(request.user, Action.WRITE)

    def has_change_permission(self, request, obj=None):
        """Nobody changes a copy."""
        return False

    def proposing_context(self, request):
        """Nothing of proposals."""
        return {}

    def save_related(self, request, form, formsets, change):
        """The bytes go with their record, in one revision."""
        with revision(actor=request.user, **form.says):
            actions.write_copy(form.instance, form.content)
            super().save_related(request, form, formsets, change)


@admin.register(Citation)
class CitationAdmin(SubjectMixin, CitedAdmin):
    """Citations of every record; each can be edited on its record's page too."""

    list_display = ("__str__", "subject_kind", "subject", "source", "locator")
    list_filter = ("subject_kind",)
    list_select_related = ("source",)
    search_fields = ("subject", "source__slug", "source__title", "locator")
    autocomplete_fields = ("source",)


@admin.register(Redirect)
class RedirectAdmin(ReadOnlyAdmin):
    """Old names and where they lead; made by renaming and merging."""

    list_display = ("old", "new", "kind")
    list_filter = ("kind",)
    search_fields = ("old", "new")
