"""Curation of agreements and all that hangs on them. Standing is shown, never edited.

The rules of saving and deleting are those of every record: see `sosa_registry.ledger.admin` and
`partners.admin`.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper

from agreements.lifecycle import DAWN, FOREVER
from partners.admin import CitedAdmin, SubjectMixin
from partners.models import Citation, Source
from sosa_registry.ledger import dates
from sosa_registry.ledger.admin import ReadOnlyAdmin, RecordInline
from sosa_registry.ledger.forms import InlineRecordForm

from .admin_imports import ImportJobAdmin
from .admin_review import ProposalAdmin
from .models import (
    Agreement,
    AgreementType,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    ListEntry,
    Note,
    ProcedureFact,
    PublishedList,
    Signatory,
    Standing,
)

__all__ = ["ImportJobAdmin", "ProposalAdmin"]  # registered where they are made


class EventForm(InlineRecordForm):
    """An event on its agreement's page, with the source that says so."""

    source = forms.ModelChoiceField(
        Source.objects.all(),
        to_field_name="slug",
        required=False,
        widget=RelatedFieldWidgetWrapper(
            AutocompleteSelect(Citation._meta.get_field("source"), admin.site),
            Citation._meta.get_field("source").remote_field,
            admin.site,
            can_add_related=True,
        ),
        help_text="Adds a citation for this event.",
    )

    def keep_along(self):
        """Cite the source for the event, unless it is cited already."""
        source = self.cleaned_data.get("source")
        cited = {"subject_kind": "event", "subject": self.instance.slug, "source": source}
        if source and not Citation.objects.filter(**cited, locator="").exists():
            Citation(**cited).save()


class EventInline(RecordInline):
    """An agreement's events: what its standing is derived from."""

    model = Event
    form = EventForm
    fk_name = "agreement"
    fields = ("slug", "event", "date", "until", "source", "confidence", "note")
    readonly_fields = ("slug",)  # the next free one is given


class CommitmentInline(RecordInline):
    """What each side promises under this agreement, in place of what its type says."""

    model = Commitment
    fk_name = "agreement"
    fields = ("direction", "kind", "mechanism", "enforceability", "source", "note")
    autocomplete_fields = ("source",)


class TypeCommitmentInline(CommitmentInline):
    """What each side promises under every agreement of this type."""

    fk_name = "type"


class SignatoryInline(RecordInline):
    """The firms that signed a code."""

    model = Signatory
    fk_name = "code"
    fields = ("slug", "firm", "joined", "left", "source", "note")
    autocomplete_fields = ("firm", "source")

    def get_queryset(self, request):
        """With what names a signatory."""
        return super().get_queryset(request).select_related("firm", "code")


class ListEntryInline(RecordInline):
    """The countries on a list."""

    model = ListEntry
    fk_name = "list"
    fields = ("country", "qualifier", "note")
    autocomplete_fields = ("country",)


def standing_table(agreement: str) -> list[dict[str, str]]:
    """The present standing of an agreement, as words in the order of a table's columns."""
    return [
        {
            "status": row.get_status_display(),
            "event": row.event,
            "since": dates.display(row.since),
            "until": dates.display(row.until),
            "possible": _stretch(row.possible_from, row.possible_until),
            "certain": _stretch(row.certain_from, row.certain_until),
        }
        for row in Standing.objects.filter(agreement=agreement, superseded_in__isnull=True)
    ]


def _stretch(first, end) -> str:
    if first >= end:
        return "on no day"
    start = "always" if first == DAWN else f"from {first}"
    return start if end == FOREVER else f"{start} until before {end}"


@admin.register(AgreementType)
class AgreementTypeAdmin(CitedAdmin):
    """Types of arrangement, with what is promised under every one of them."""

    list_display = ("abbreviation", "slug", "name", "order", "legal_basis")
    list_filter = ("instrument",)
    search_fields = ("abbreviation", "slug", "name")
    inlines = (TypeCommitmentInline,)


@admin.register(Agreement)
class AgreementAdmin(CitedAdmin):
    """Agreements with their events, commitments and sources, and the standing that follows."""

    change_form_template = "admin/registry/agreement_change_form.html"
    list_display = ("slug", "title", "type", "principal", "partner", "partner_grouping", "binding")
    list_filter = ("type", "binding", "confidence")
    list_select_related = ("type", "principal", "partner", "partner_grouping")
    search_fields = ("slug", "title", "partner__name", "partner__aliases", "partner_grouping__name")
    autocomplete_fields = ("type", "principal", "partner", "partner_grouping", "framework")
    inlines = (EventInline, CommitmentInline)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Django's page, with the standing beside the events."""
        context["standing"] = standing_table(obj.slug) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(Event)
class EventAdmin(CitedAdmin):
    """Events, one by one."""

    list_display = ("slug", "agreement", "event", "date", "until", "confidence")
    list_filter = ("event", "confidence")
    list_select_related = ("agreement",)
    search_fields = ("slug", "agreement__title", "note")
    autocomplete_fields = ("agreement",)


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    """What the events come to, as known now and at every revision before."""

    list_display = (
        "agreement",
        "status",
        "since",
        "until",
        "possible_from",
        "certain_from",
        "recorded_in",
        "superseded_in",
    )
    list_filter = (("superseded_in", admin.EmptyFieldListFilter), "status", "type")
    search_fields = ("agreement",)


@admin.register(Commitment)
class CommitmentAdmin(CitedAdmin):
    """Commitments of types and of agreements."""

    list_display = ("__str__", "type", "agreement", "direction", "enforceability", "source")
    list_filter = ("type", "direction", "kind", "enforceability")
    list_select_related = ("type", "agreement", "source")
    search_fields = ("agreement__slug", "type__slug", "note")
    autocomplete_fields = ("type", "agreement", "source")


@admin.register(CodeOfConduct)
class CodeOfConductAdmin(CitedAdmin):
    """Codes of conduct with the firms that signed them."""

    list_display = ("slug", "title", "country", "agreement", "status", "since")
    list_filter = ("status", "confidence")
    list_select_related = ("country", "agreement")
    search_fields = ("slug", "title", "country__name")
    autocomplete_fields = ("country", "agreement")
    inlines = (SignatoryInline,)


@admin.register(Signatory)
class SignatoryAdmin(CitedAdmin):
    """Firms under codes, one by one."""

    list_display = ("slug", "firm", "code", "joined", "left")
    list_filter = (("code", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("firm", "code")
    search_fields = ("slug", "firm__name", "code__title")
    autocomplete_fields = ("code", "firm", "source")


@admin.register(Invocation)
class InvocationAdmin(CitedAdmin):
    """Occasions on which an arrangement was put to the test."""

    list_display = ("slug", "occurred", "requester", "partner", "item", "outcome", "agreement")
    list_filter = ("outcome", "confidence")
    list_select_related = ("requester", "partner", "agreement")
    search_fields = ("slug", "item", "supplier", "account", "partner__name")
    autocomplete_fields = ("agreement", "partner", "requester")


@admin.register(ProcedureFact)
class ProcedureFactAdmin(CitedAdmin):
    """The facts of the DPAS procedure."""

    list_display = ("slug", "property", "value", "source", "locator", "confidence")
    list_filter = ("confidence",)
    list_select_related = ("source",)
    search_fields = ("slug", "property", "value")
    autocomplete_fields = ("source",)


@admin.register(Claim)
class ClaimAdmin(SubjectMixin, CitedAdmin):
    """What sources say about one property of a record."""

    list_display = ("slug", "subject_kind", "subject", "property", "value", "stance", "source")
    list_filter = ("stance", "subject_kind")
    list_select_related = ("source",)
    search_fields = ("slug", "subject", "property", "value", "source__slug")
    autocomplete_fields = ("source",)


@admin.register(PublishedList)
class PublishedListAdmin(CitedAdmin):
    """Published lists with the countries on them."""

    list_display = ("slug", "type", "grouping", "as_of", "kind", "exhaustive", "stated_count")
    list_filter = ("kind", "exhaustive", "type")
    list_select_related = ("grouping",)
    search_fields = ("slug", "type", "source__title")
    autocomplete_fields = ("grouping", "principal", "source")
    inlines = (ListEntryInline,)


@admin.register(ListEntry)
class ListEntryAdmin(CitedAdmin):
    """Countries on lists, one by one."""

    list_display = ("country", "list", "qualifier")
    list_filter = ("list",)
    list_select_related = ("list", "country")
    search_fields = ("list__slug", "country__name", "country__code")
    autocomplete_fields = ("list", "country")


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    """What readers report. Settling one changes nothing in the registry by itself."""

    list_display = ("made_at", "page", "text", "status")
    list_filter = ("status",)
    search_fields = ("page", "text", "answer")
    readonly_fields = ("page", "text", "contact", "made_at")

    def has_add_permission(self, request):
        """Readers write notes, on the site."""
        return False
