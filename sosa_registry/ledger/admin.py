"""The admin as a door to the ledger: each save is one revision, with a reason.

`RecordedAdmin` and `RecordInline` are what every record's admin is made of: they ask for reason and
kind, write main record and inlines in one revision, show what was refused beside the field, tell
of what others saved meanwhile (`overtaken`), and take the history page from the ledger.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.forms import Textarea
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from sosa_registry.accounts.roles import Action, may

from . import overtaken
from .admin_bulk import Bulk
from .admin_deleting import Deleting
from .admin_history import ReadOnlyAdmin, Remembering
from .admin_proposing import Proposable, Proposing
from .forms import InlineRecordForm, RecordFormWithReason, RevisionForm
from .reading import pin
from .recording import Recorded, revision
from .refusing import REFUSALS, Objections, refusals_of

__all__ = ["ReadOnlyAdmin", "RecordInline", "RecordedAdmin", "told"]

ASKED = tuple(RevisionForm.base_fields)


def told(form: type, request) -> type:
    """The form class, knowing what the registry has refused in this request."""
    known = {
        "refusals": getattr(request, "refusals", {}),
        "drafted": getattr(request, "wording", {}),
    }
    return type(form.__name__, (form,), known)


class RecordInline(Proposable, admin.TabularInline):
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

    def has_delete_permission(self, request, obj=None):
        """A row may be ticked to go by whoever may change the page."""
        return self.has_change_permission(request, obj)

    def history_of(self, parent: Recorded) -> Q:
        """Which versions are of records that belong, or belonged, to the parent."""
        return Q(record_type=self.model.record_type, **{f"state__{self.fk_name}": parent.key})


class RecordedAdmin(Bulk, Deleting, Proposing, Remembering, admin.ModelAdmin):
    """A record's admin. What is taken along and what stands in the way, a higher floor may add."""

    form = RecordFormWithReason
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 3, "cols": 80})}}
    change_form_template = add_form_template = "admin/registry/change_form.html"
    actions = ("edit_selected", "delete_selected")

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
        request.refusals = {}

        def show(pk):
            return super(RecordedAdmin, self).changeform_view(request, pk, form_url, extra_context)

        if request.method == "POST" and object_id is not None and "proposal" not in request.GET:
            record = self.get_object(request, unquote(object_id))
            if record is None and request.POST.get(overtaken.KEY):
                return self._revived(request, extra_context)
        if request.method == "GET" and "proposal" in request.GET:
            drafted = self.drafted(request)
            request.wording = {"revision_reason": drafted.reason, "revision_kind": drafted.kind}
            return self.in_draft(request, show, object_id)
        # Before anything is read: what the form shows is at least as new.
        base = request.POST.get(overtaken.BASE) or str(pin().revision)
        context = {"base": base, **(extra_context or {})}
        try:
            return self._unless_overtaken(request, object_id, form_url, context)
        except overtaken.Overtaken as error:
            request.POST, request.refusals = error.merged, {None: {"__all__": [error.sentence]}}
            context |= {"base": error.merged[overtaken.BASE], "overlaps": error.overlaps}
        except REFUSALS as error:
            request.refusals = refusals_of(error)
        extra_context = context
        if "proposal" in request.GET:
            return self.in_draft(request, show, object_id)
        return show(object_id)

    def _unless_overtaken(self, request, object_id, form_url, context):
        """Django's page, unless others have saved since the form was made. Raises Overtaken."""
        for _ in range(3):
            if error := self._overtaken(request, object_id):
                raise error
            try:
                return self._saved_or_proposed(request, object_id, form_url, context)
            except overtaken.Again:
                continue
        raise Objections({None: {"__all__": ["Others keep saving this record. Try again."]}})

    def _saved_or_proposed(self, request, object_id, form_url, context):
        """Django's page, whose save is rehearsed where it is to be a proposal."""

        def view(pk):
            return super(RecordedAdmin, self).changeform_view(request, pk, form_url, context)

        if request.method == "POST" and "_propose" in request.POST:
            return self.propose(request, view, object_id)
        if request.method == "POST" and not may(request.user, Action.WRITE):
            raise PermissionDenied
        return view(object_id)

    def _overtaken(self, request, object_id) -> overtaken.Overtaken | None:
        """What others saved since the form was made, found before the form is judged."""
        base = request.POST.get(overtaken.BASE, "")
        if request.method != "POST" or object_id is None or not base or "proposal" in request.GET:
            return None
        record = self.get_object(request, unquote(object_id))
        if record is None or not self.has_change_permission(request, record):
            return None
        versions = overtaken.since(self.history_of_page(request, record), base)
        if not versions:
            return None
        form = self.get_form(request, record, change=True)(
            request.POST, request.FILES, instance=record
        )
        formsets, _ = self._create_formsets(request, record, change=True)
        return overtaken.Overtaken(request.POST, record, versions, form, formsets)

    def _revived(self, request, extra_context):
        """Somebody deleted the record meanwhile: what was typed is offered as a new one."""
        request.POST = overtaken.revived(request.POST, self.model.key_field)
        request.refusals = {None: {"__all__": [overtaken.GONE]}}
        add = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        return super().changeform_view(request, None, add, extra_context)

    def tools(self, record) -> list[tuple[str, str]]:
        """What else can be done with a record: labels and addresses. Higher floors add to it."""
        return []

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Django's page, with the record's tools."""
        context["tools"] = self.tools(obj) if obj else []
        context |= self.proposing_context(request)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request, obj, form, change):
        """Nothing yet: the record is written with its inlines, in one revision."""

    def save_related(self, request, form, formsets, change):
        """Write the record and its inlines in one revision, and judge them together."""
        with revision(actor=request.user, **form.says) as opened:
            mine = self.history_of_page(request, form.instance)
            if change and overtaken.since(mine, request.POST.get(overtaken.BASE, "")):
                raise overtaken.Again
            form.instance.save()
            super().save_related(request, form, formsets, change)
            self._judge(formsets)
        request.recorded_as = opened.number if opened.versions() else None
        request.said = {name: form.says[name] for name in ("reason", "kind")}

    def save_formset(self, request, form, formset, change):
        """Deletions first, so that a row may take the place of one that goes."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            self.remove(row)
        for row in rows:
            row.save()
        for each in formset.forms:
            if each.has_changed() and each not in formset.deleted_forms:
                each.keep_along()

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
        if getattr(request, "proposing", False):
            return  # the proposal's own page tells
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
