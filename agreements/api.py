"""The API's resources of this floor: types, agreements and their history, commitments, events,
codes and signatories, invocations, claims, published lists, procedure facts.

Each declares its serializer, filters and search; the rest is shared. Questions: `api_analysis`.
"""

from django.db.models import Q
from django.http import Http404
from rest_framework.response import Response

from partners.api import Cited
from sosa_registry.api.editing import Editable
from sosa_registry.api.pagination import ClockedPagination
from sosa_registry.api.parameters import AS_OF, KNOWN_AT
from sosa_registry.api.revisions import ChangeFilters, HistorySerializer
from sosa_registry.api.views import ClockedResource, RecordList, Resource
from sosa_registry.asking import Clocks, read_clocks
from sosa_registry.ledger.models import Version

from . import filters, serializers
from .analysis.parts import agreement_parts, agreement_versions
from .answers_agreement import AgreementDetailSerializer, everything_of
from .models import (
    Agreement,
    AgreementType,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    ListEntry,
    ProcedureFact,
    PublishedList,
    Signatory,
)


class AgreementTypeViewSet(Editable, Resource):
    """Kinds of arrangement, in the order of the matrix's columns."""

    queryset = AgreementType.objects.all()
    serializer_class = serializers.AgreementTypeSerializer
    filterset_class = filters.AgreementTypeFilters
    search_fields = ("slug", "abbreviation", "name", "description")
    lookup_field = "slug"
    lookup_url_kwarg = "type"


class AgreementViewSet(Editable, Resource):
    """Instruments between a principal and a partner, with how each stands on a day.

    The list takes `as_of` for standing, groupings and their filters; its other columns are the
    present ones, so it cannot be asked at a `known_at`.
    """

    queryset = Agreement.objects.all()
    serializer_class = serializers.ListedAgreementSerializer
    writing_serializer_class = serializers.AgreementSerializer
    pagination_class = ClockedPagination
    clock_names = ((AS_OF.name, KNOWN_AT.name),)
    clocks: Clocks | None = None
    detail_serializer_class = AgreementDetailSerializer
    filterset_class = filters.AgreementFilters
    search_fields = ("slug", "title", "partner__name", "partner__aliases", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "agreement"

    def allowed_parameters(self):
        """Standing, commitments, codes, citations and claims are asked at both clocks."""
        clocks = [AS_OF.name] if self.is_list else [AS_OF.name, KNOWN_AT.name]
        return [*super().allowed_parameters(), *clocks]

    @classmethod
    def parts(cls, key):
        """Its own columns, its events, commitments and citations, and those of its events."""
        return agreement_parts(key)

    def get_queryset(self):
        """The present rows; a list also reads the day on which they are to be judged."""
        if self.is_list and self.request:
            self.clocks = read_clocks(
                {"as_of": self.request.query_params.get("as_of")}, present=self.present
            )
        return super().get_queryset()

    def get_serializer_context(self):
        """Standing is that of the day asked about."""
        return {**super().get_serializer_context(), "clocks": self.clocks}

    def ordering_columns(self):
        """Types in the order of the matrix's columns; partners by code or by name."""
        own = {"type": "type__order", "partner_name": "partner__name"}
        return super().ordering_columns() | own

    def retrieve(self, request, *args, **kwargs):
        """One agreement, with everything that the registry says of it.

        Standing is that of `as_of`; it, commitments, codes, citations and claims are those known
        at `known_at`. The agreement's own columns and its events are the present ones: see its
        history for what they were.
        """
        clocks = read_clocks(request.query_params, present=self.present)
        slug = kwargs["agreement"]
        try:
            said = everything_of(slug.replace("\0", ""), clocks)
        except Agreement.DoesNotExist as error:
            raise Http404(f"No agreement “{slug[:100]}” in the registry.") from error
        context = {**self.get_serializer_context(), "clocks": clocks}
        return Response(self.get_serializer_class()(said, context=context).data)


class AgreementHistory(RecordList):
    """Who changed what of an agreement, when and why: its own columns, its events, commitments
    and citations, field by field, newest first.
    """

    queryset = Version.objects.all()
    serializer_class = HistorySerializer
    filterset_class = ChangeFilters

    def ordering_columns(self):
        """Newest first, always."""
        return {}

    def get_queryset(self):
        """Every version of the agreement and its parts. Raises Http404 for one never recorded."""
        slug = self.kwargs["agreement"].replace("\0", "")
        versions = super().get_queryset()
        own = versions.of("agreements", slug)
        if not own.exists():
            raise Http404(f"No agreement “{slug[:100]}” was ever recorded.")
        return agreement_versions(slug).order_by("-revision", "position")


class CommitmentViewSet(Editable, ClockedResource):
    """What one side promises the other, under every agreement of a type or under one agreement.

    A commitment has no dates of its own, so `as_of` changes nothing here; `known_at` does.
    """

    queryset = Commitment.objects.all()
    serializer_class = serializers.CommitmentSerializer
    filterset_class = filters.CommitmentFilters
    search_fields = ("note",)
    lookup_field = "key"
    lookup_value_regex = ".+"


class EventViewSet(Cited, Editable, Resource):
    """Dated facts in the lives of agreements."""

    queryset = Event.objects.all()
    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilters
    search_fields = ("slug", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "id"


class CodeViewSet(Cited, Editable, ClockedResource):
    """National codes of conduct. With `as_of`, those whose status may have begun by that day."""

    queryset = CodeOfConduct.objects.all()
    serializer_class = serializers.CodeOfConductSerializer
    filterset_class = filters.CodeFilters
    search_fields = ("slug", "title", "sponsor", "industry_body", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "code"

    def on_day(self, rows, day):
        """A code that came later is not known to be there yet."""
        return rows.filter(Q(since_earliest__isnull=True) | Q(since_earliest__lte=day))


class SignatoryViewSet(Editable, Resource):
    """Firms that signed their country's code."""

    queryset = Signatory.objects.select_related("code")
    serializer_class = serializers.SignatorySerializer
    filterset_class = filters.SignatoryFilters
    search_fields = ("slug", "firm__name", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "id"


class InvocationViewSet(Cited, Editable, Resource):
    """Occasions on which supply between two countries was put to the test."""

    queryset = Invocation.objects.all()
    serializer_class = serializers.InvocationSerializer
    filterset_class = filters.InvocationFilters
    search_fields = ("slug", "supplier", "item", "account", "instrument")
    lookup_field = "slug"
    lookup_url_kwarg = "invocation"


class ClaimViewSet(Editable, ClockedResource):
    """What sources assert. With `as_of`, claims made as of a later day are left out."""

    queryset = Claim.objects.all()
    serializer_class = serializers.ClaimSerializer
    filterset_class = filters.ClaimFilters
    search_fields = ("subject", "property", "value", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "claim"

    def on_day(self, rows, day):
        """A claim counts from the day as of which it was made; one without a day counts always."""
        return rows.filter(Q(as_of_earliest__isnull=True) | Q(as_of_earliest__lte=day))


class PublishedListViewSet(Editable, ClockedResource):
    """Sources' own lists of who has what, with their entries; only those whose day had come."""

    queryset = PublishedList.objects.all()
    serializer_class = serializers.PublishedListSerializer
    filterset_class = filters.PublishedListFilters
    search_fields = ("slug", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "list"

    @classmethod
    def parts(cls, key):
        """The list and its entries, past ones too."""
        return [*super().parts(key), ListEntry.ever.filter(list__slug=key)]

    def on_day(self, rows, day):
        """A list whose day is not known exactly counts from the last day it can be."""
        return rows.filter(as_of_latest__lte=day)


class ProcedureFactViewSet(Editable, Resource):
    """Facts of the Defense Priorities and Allocations System (DPAS), each with its place."""

    queryset = ProcedureFact.objects.all()
    serializer_class = serializers.ProcedureFactSerializer
    filterset_class = filters.ProcedureFactFilters
    search_fields = ("slug", "property", "value", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "fact"
