"""The admin as a door to the ledger: each save is one revision, with a reason.

`RecordedAdmin` and `RecordInline` are what every record's admin is made of: they ask for reason and
kind, write main record and inlines in one revision, show what was refused beside the field, and
take the history page from the ledger. Revisions and versions themselves can only be read.
"""

from collections.abc import Iterator

from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext, quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.db.models import ProtectedError, Q
from django.forms import Textarea
from django.http import HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from . import history
from .forms import InlineRecordForm, RecordFormWithReason, RevisionForm
from .models import Revision, Version
from .recording import Recorded, revision

ASKED = tuple(RevisionForm.base_fields)
SHOWN = 20  # records named of each kind that stand in the way of a deletion


class Objections(Exception):
    """What the rows of a save, written together, are refused for: by form prefix, by field."""

    def __init__(self, by_form: dict[str, dict[str, list[str]]]):
        super().__init__("These rows contradict one another.")
        self.by_form = by_form


REFUSALS = (Objections, ValidationError, ProtectedError, IntegrityError)


def refusals_of(error: Exception) -> dict[str | None, dict[str, list[str]]]:
    """A refusal as sentences by form and field; the main form's prefix is None."""
    if isinstance(error, Objections):
        return error.by_form
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        return {None: error.message_dict}
    return {None: {"__all__": sentences_of(error)}}


def sentences_of(error: Exception) -> list[str]:
    """A refusal as plain sentences."""
    if isinstance(error, ValidationError):
        return error.messages
    if isinstance(error, ProtectedError):
        return [error.args[0]]
    return ["Two records would be one and the same: the registry has each only once."]


def told(form: type, request) -> type:
    """The form class, knowing what the registry has refused in this request."""
    return type(form.__name__, (form,), {"refusals": getattr(request, "refusals", {})})


class RecordInline(admin.TabularInline):
    """Records edited on another's page. `fk_name` says by which column they belong to it."""

    form = InlineRecordForm
    extra = 0
    show_change_link = True
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 30})}}

    def get_formset(self, request, obj=None, **kwargs):
        """The formset, whose forms know what was refused."""
        return super().get_formset(request, obj, **{"form": told(self.form, request), **kwargs})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A lean row: what it refers to is added here, but edited on its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, admin.widgets.RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_view_related = False
            field.widget.can_delete_related = False
        return field

    def history_of(self, parent: Recorded) -> Q:
        """Which versions are of records that belong, or belonged, to the parent."""
        return Q(record_type=self.model.record_type, **{f"state__{self.fk_name}": parent.key})


class RecordedAdmin(admin.ModelAdmin):
    """A record's admin. What is taken along and what stands in the way, a higher floor may add."""

    form = RecordFormWithReason
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 3, "cols": 80})}}
    change_form_template = add_form_template = "admin/registry/change_form.html"
    delete_confirmation_template = "admin/registry/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/registry/delete_selected_confirmation.html"
    object_history_template = "admin/registry/object_history.html"
    actions = ("delete_selected",)

    # Saving

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The record's form, which knows what was refused."""
        form = told(self.form, request)
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def get_fields(self, request, obj=None):
        """The record's own fields: reason and kind stand by themselves at the end."""
        return [name for name in super().get_fields(request, obj) if name not in ASKED]

    def get_fieldsets(self, request, obj=None):
        """The record, then why it is changed, where it can be."""
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        why = ("This change", {"fields": ASKED, "classes": ("revision",)})
        return [*super().get_fieldsets(request, obj), *([why] if may else [])]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Django's page; what the registry refuses as a whole is shown on it, nothing written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as error:
            request.refusals = refusals_of(error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """Nothing yet: the record is written with its inlines, in one revision."""

    def save_related(self, request, form, formsets, change):
        """Write the record and its inlines in one revision, and judge them together."""
        with revision(actor=request.user, **form.says) as opened:
            form.instance.save()
            super().save_related(request, form, formsets, change)
            self._judge(formsets)
        request.recorded_as = opened.number if opened.versions() else None

    def save_formset(self, request, form, formset, change):
        """Deletions first, so that a row may take the place of one that goes."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            self.remove(row)
        for row in rows:
            row.save()

    def _judge(self, formsets) -> None:
        found: dict[str, dict[str, list[str]]] = {}
        for formset in formsets:
            kept = [form for form in formset.forms if form not in formset.deleted_forms]
            forms = {id(form.instance): form for form in kept if form.has_changed()}
            rows = [form.instance for form in forms.values()]
            for row, name, sentence in formset.model.problems_of(rows):
                of_form = found.setdefault(forms[id(row)].prefix, {})
                of_form.setdefault(name, []).append(sentence)
        if found:
            raise Objections(found)

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        """Say beside a success which revision it became."""
        number = getattr(request, "recorded_as", None)
        if number and level == messages.SUCCESS:
            message = format_html("{} Recorded as revision {}.", message, number)
        super().message_user(request, message, level, *args, **kwargs)

    def response_change(self, request, obj):
        """Django's answer, or a word that there was nothing to record."""
        if request.recorded_as:
            return super().response_change(request, obj)
        sentence = f"Nothing was changed in “{obj}”: no revision was made."
        self.message_user(request, sentence, messages.WARNING)
        if "_continue" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return self.response_post_save_change(request, obj)

    # The ledger is the history: Django's own log would be a second one, without reasons.

    def log_addition(self, request, obj, message):
        """Not logged: recorded."""

    def log_change(self, request, obj, message):
        """Not logged: recorded."""

    def log_deletions(self, request, queryset):
        """Not logged: recorded."""

    # Deleting

    def remove(self, record: Recorded) -> None:
        """Delete a record inside the open revision."""
        record.delete()

    def goes_along(self, record: Recorded) -> list[Recorded]:
        """What is deleted with a record."""
        return []

    def rests_on(self, record: Recorded) -> Iterator[models.QuerySet]:
        """The records that stand in the way of a deletion, kind by kind."""
        return iter(())

    def get_deleted_objects(self, objs, request):
        """What would go, and what stands in the way: by the registry's rules, not Django's."""
        going, counts, lacking = [], {}, set()
        for record in objs:
            along = self.goes_along(record)
            going += [self._link(record), [self._link(row) for row in along]]
            for row in [record, *along]:
                name = row._meta.verbose_name_plural
                counts[name] = counts.get(name, 0) + 1
                allowed = self.admin_site.get_model_admin(type(row)).has_delete_permission(request)
                lacking |= set() if allowed else {row._meta.verbose_name}
        return (
            going,
            counts,
            lacking,
            [line for record in objs for line in self._in_the_way(record)],
        )

    def _in_the_way(self, record) -> Iterator[str]:
        for rows in self.rests_on(record):
            named = list(rows[: SHOWN + 1])
            yield from (self._link(row) for row in named[:SHOWN])
            if len(named) > SHOWN:
                yield f"… and {rows.count() - SHOWN} more {rows.model._meta.verbose_name_plural}"

    def _link(self, record) -> str:
        kind = capfirst(record._meta.verbose_name)
        try:
            name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
            url = reverse(name, args=[quote(record.pk)])
        except NoReverseMatch:
            return f"{kind}: {record}"
        return format_html('{}: <a href="{}">{}</a>', kind, url, record)

    def delete_view(self, request, object_id, extra_context=None):
        """Django's page, which asks why; what is refused is said on it, nothing deleted."""
        asked = request.POST if request.method == "POST" else None
        form = request.revision_form = RevisionForm(asked, initial={"revision_kind": "correction"})
        context = {"revision_form": form, **(extra_context or {})}
        if form.is_bound and form.is_valid():
            try:
                return super().delete_view(request, object_id, context)
            except REFUSALS as error:
                form.add_error(None, sentences_of(error))
        request.POST = QueryDict()  # Django takes any posted data for a confirmation
        return super().delete_view(request, object_id, context)

    def delete_model(self, request, obj):
        """One revision."""
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request, queryset):
        """One revision for them all."""
        with revision(actor=request.user, **request.revision_form.says) as opened:
            for record in queryset:
                self.remove(record)
        request.recorded_as = opened.number

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request, queryset):
        """Delete several records in one revision, after asking why."""
        asked = request.POST if "post" in request.POST else None
        form = request.revision_form = RevisionForm(asked, initial={"revision_kind": "correction"})
        records = list(queryset)
        going, counts, lacking, protected = self.get_deleted_objects(records, request)
        if form.is_bound and form.is_valid() and not (lacking or protected):
            try:
                self.delete_queryset(request, queryset.all())
            except REFUSALS as error:
                form.add_error(None, sentences_of(error))
            else:
                sentence = f"Deleted {len(records)} {model_ngettext(self.opts, len(records))}."
                self.message_user(request, sentence, messages.SUCCESS)
                return None
        name = str(model_ngettext(self.opts, len(records)))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Cannot delete {name}" if lacking or protected else f"Delete {name}",
            "subtitle": None,
            "objects_name": name,
            "deletable_objects": [going],
            "model_count": counts.items(),
            "queryset": records,
            "perms_lacking": lacking,
            "protected": protected,
            "opts": self.opts,
            "action_checkbox_name": admin.helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
            "revision_form": form,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.delete_selected_confirmation_template, context)

    # History

    def history_view(self, request, object_id, extra_context=None):
        """The registry's own history of the record and of what is edited on its page."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        mine = Q(record_type=record.record_type, key=record.key)
        for inline in self.get_inline_instances(request, record):
            mine |= inline.history_of(record)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "subtitle": None,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": record,
            "opts": self.opts,
            "entries": history.entries(Version.objects.filter(mine).select_related("revision")),
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

    @admin.display(description="versions")
    def its_versions(self, made):
        """A link to what the revision did, record by record."""
        url = f"{reverse('admin:ledger_version_changelist')}?revision__exact={made.number}"
        return format_html('<a href="{}">What it did, record by record</a>', url)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Every state of every record, those deleted since among them."""

    list_display = ("key", "record_type", "operation", "revision", "superseded_by")
    list_filter = ("operation", "record_type")
    list_select_related = ("revision",)
    search_fields = ("key",)
    ordering = ("-revision", "position")
    fields = ("record_type", "key", "operation", "revision", "superseded_by", "what_changed")
    readonly_fields = ("what_changed",)

    @admin.display(description="field by field")
    def what_changed(self, version):
        """Before and after, against the version that this one replaced."""
        earlier = Version.objects.of(version.record_type, version.key)
        before = earlier.filter(revision__lt=version.revision_id).first()
        there = before is not None and before.operation != Version.Operation.DELETED
        change = history.change_of(version, before.state if there else {})
        return render_to_string("admin/registry/_change.html", {"change": change})
