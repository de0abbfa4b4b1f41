"""Deleting in the admin: what goes, what stands in the way, why; one revision for it all.

Whoever may only propose is shown the same page and can save the deletion as a proposal.
"""

from collections.abc import Iterator

from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext, quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import QueryDict
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from sosa_registry.accounts.roles import Action, may

from .admin_acting import drafted
from .forms import RevisionForm
from .recording import Recorded, revision
from .refusing import REFUSALS, object_to

SHOWN = 20  # records named of each kind that stand in the way of a deletion


class Deleting:
    """A record's admin deletes by the registry's rules, and asks why."""

    delete_confirmation_template = "admin/registry/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/registry/delete_selected_confirmation.html"

    def has_delete_permission(self, request, obj=None):
        """To delete or to propose it."""
        return may(request.user, Action.WRITE) or may(request.user, Action.PROPOSE)

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
        context = {"revision_form": form, **self._doors(request), **(extra_context or {})}
        if form.is_bound and form.is_valid():
            try:
                if "_propose" in asked:
                    record = self.get_object(request, unquote(object_id))
                    return self._drafted(request, [record] if record else [])
                return super().delete_view(request, object_id, context)
            except REFUSALS as error:
                object_to(form, error)
        request.POST = QueryDict()  # Django takes any posted data for a confirmation
        return super().delete_view(request, object_id, context)

    def delete_model(self, request, obj):
        """One revision."""
        self.delete_queryset(request, [obj])

    def _doors(self, request) -> dict:
        """Which of the page's two buttons an account has."""
        user = request.user
        return {"may_do": may(user, Action.WRITE), "may_propose": may(user, Action.PROPOSE)}

    def _drafted(self, request, records):
        """Keep the deletion of them all as one proposal."""

        def remove_all():
            for record in records:
                self.remove(record)

        return drafted(request, request.revision_form, remove_all)

    def delete_queryset(self, request, queryset):
        """One revision for them all."""
        if not may(request.user, Action.WRITE):
            raise PermissionDenied
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
                if "_propose" in request.POST:
                    return self._drafted(request, records)
                self.delete_queryset(request, queryset.all())
            except REFUSALS as error:
                object_to(form, error)
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
            **self._doors(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.delete_selected_confirmation_template, context)
