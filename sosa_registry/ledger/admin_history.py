"""The ledger's own pages in the admin: a record's history, and every revision and version."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from . import history, undoing
from .admin_acting import act
from .models import Revision, Version
from .states import write


class Remembering:
    """A record's admin takes its history page from the ledger."""

    object_history_template = "admin/registry/object_history.html"

    def history_of_page(self, request, record) -> Q:
        """Which versions are of the record, or of what is edited on its page."""
        mine = Q(record_type=record.record_type, key=record.key)
        for inline in self.get_inline_instances(request, record):
            mine |= inline.history_of(record)
        return mine

    def history_view(self, request, object_id, extra_context=None):
        """The registry's own history of the record and of what is edited on its page."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        versions = Version.objects.filter(self.history_of_page(request, record))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "subtitle": None,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": record,
            "opts": self.opts,
            "entries": history.entries(versions.select_related("revision")),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shown, never edited: nobody adds, changes or deletes here."""

    actions = None

    def has_add_permission(self, request, obj=None):
        """Never."""
        return False

    def has_change_permission(self, request, obj=None):
        """Never."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Never."""
        return False


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Every change of the registry, newest first."""

    list_display = ("number", "at", "actor", "kind", "changes", "reason")
    list_filter = ("kind",)
    search_fields = ("reason", "actor")
    fields = (
        ("number", "at"),
        ("actor", "kind"),
        "reason",
        ("changes", "its_versions"),
        "previous_hash",
        "hash",
    )
    readonly_fields = ("its_versions",)

    def get_urls(self):
        """Also the page that undoes a revision."""
        undo = path(
            "<int:number>/undo/", self.admin_site.admin_view(self.undo), name="ledger_revision_undo"
        )
        return [undo, *super().get_urls()]

    def undo(self, request, number: int):
        """Undo a whole revision, as a new one."""
        made = get_object_or_404(Revision, number=number)
        return act(
            request,
            self.opts,
            title=f"Undo revision {number}",
            explanation=f"“{made.reason}”, by {made.by}. Undoing it is a new revision; the old one "
            "stays in the history.",
            write=lambda form: write(undoing.undoing(number)),
            back=reverse("admin:ledger_revision_change", args=[number]),
        )

    @admin.display(description="versions")
    def its_versions(self, made):
        """A link to what the revision did, record by record."""
        url = f"{reverse('admin:ledger_version_changelist')}?revision__exact={made.number}"
        undo = reverse("admin:ledger_revision_undo", args=[made.number])
        return format_html(
            '<a href="{}">What it did, record by record</a> · <a href="{}">Undo it …</a>', url, undo
        )


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Every state of every record, those deleted since among them."""

    list_display = ("key", "record_type", "operation", "revision", "superseded_by")
    list_filter = ("operation", "record_type")
    list_select_related = ("revision",)
    search_fields = ("key",)
    ordering = ("-revision", "position")
    fields = (
        ("record_type", "key"),
        ("operation", "revision", "superseded_by"),
        "what_changed",
        "back_to_it",
    )
    readonly_fields = ("what_changed", "back_to_it")

    def get_urls(self):
        """Also the page that brings a record back to a version."""
        restore = path(
            "<int:pk>/restore/",
            self.admin_site.admin_view(self.restore),
            name="ledger_version_restore",
        )
        return [restore, *super().get_urls()]

    def restore(self, request, pk: int):
        """Bring a record back to what it said, or to what it said before it was deleted."""
        version = get_object_or_404(Version.objects.select_related("revision"), pk=pk)
        deleted = version.operation == Version.Operation.DELETED
        number = version.revision_id - 1 if deleted else version.revision_id
        name = version.record_type, version.key
        return act(
            request,
            self.opts,
            title=f"Restore {version.record_type} {version.key}",
            explanation=f"To what it said at revision {number}. What was said since stays in the "
            "history.",
            write=lambda form: write(undoing.restoring(*name, number)),
            back=reverse("admin:ledger_version_change", args=[pk]),
        )

    @admin.display(description="field by field")
    def what_changed(self, version):
        """Before and after, against the version that this one replaced."""
        earlier = Version.objects.of(version.record_type, version.key)
        before = earlier.filter(revision__lt=version.revision_id).first()
        there = before is not None and before.operation != Version.Operation.DELETED
        change = history.change_of(version, before.state if there else {})
        return render_to_string("admin/registry/_change.html", {"change": change})

    @admin.display(description="restore")
    def back_to_it(self, version):
        """A link to the page that restores this state."""
        url = reverse("admin:ledger_version_restore", args=[version.pk])
        return format_html('<a href="{}">Restore the record to this …</a>', url)
