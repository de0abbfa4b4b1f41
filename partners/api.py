"""The API's resources of this floor: countries, groupings, memberships, organizations, firms,
sources and citations. Each declares its serializer, filters and search; the rest is shared.
"""

from sosa_registry.api.editing import Editable
from sosa_registry.api.views import ClockedResource, Resource

from . import filters, serializers
from .models import Citation, Country, Firm, Grouping, Membership, Organization, Source


class Cited:
    """Records whose documents are part of them."""

    @classmethod
    def parts(cls, key):
        """The record, and its citations, past ones too."""
        kind = cls.queryset.model.record_kind
        return [*super().parts(key), Citation.ever.filter(subject_kind=kind, subject=key)]


class CountryViewSet(Editable, Resource):
    """Every country and territory of ISO 3166-1, by alpha-3 code (in either case)."""

    queryset = Country.objects.all()
    serializer_class = serializers.CountrySerializer
    detail_serializer_class = serializers.CountryDetailSerializer
    filterset_class = filters.CountryFilters
    search_fields = ("code", "alpha2", "name", "official_name", "aliases")
    lookup_field = "code"
    lookup_url_kwarg = "country"

    @property
    def key_asked(self):
        """Codes are capital letters, however they are typed."""
        return super().key_asked.upper()


class GroupingViewSet(Editable, Resource):
    """Alliances, unions, partnerships, designations, and groupings that are somebody's opinion."""

    queryset = Grouping.objects.all()
    serializer_class = serializers.GroupingSerializer
    detail_serializer_class = serializers.GroupingDetailSerializer
    filterset_class = filters.GroupingFilters
    search_fields = ("slug", "name", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "grouping"


class MembershipViewSet(Editable, ClockedResource):
    """Who possibly belonged to which grouping on a day. A grouping's own page has every phase."""

    queryset = Membership.objects.all()
    serializer_class = serializers.MembershipSerializer
    filterset_class = filters.MembershipFilters
    search_fields = ("slug", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "id"

    def on_day(self, rows, day):
        """Members on that day in at least one reading of the dates."""
        return rows.possible_on(day)


class OrganizationViewSet(Editable, Resource):
    """Ministries and agencies that sign, sponsor or act for a country."""

    queryset = Organization.objects.all()
    serializer_class = serializers.OrganizationSerializer
    filterset_class = filters.OrganizationFilters
    search_fields = ("slug", "name", "aliases")
    lookup_field = "slug"
    lookup_url_kwarg = "organization"


class FirmViewSet(Editable, Resource):
    """Companies that may sign their country's code of conduct."""

    queryset = Firm.objects.all()
    serializer_class = serializers.FirmSerializer
    filterset_class = filters.FirmFilters
    search_fields = ("slug", "name", "aliases", "cage_code")
    lookup_field = "slug"
    lookup_url_kwarg = "firm"


class SourceViewSet(Editable, Resource):
    """Published documents that records rest on."""

    queryset = Source.objects.all()
    serializer_class = serializers.SourceSerializer
    filterset_class = filters.SourceFilters
    search_fields = ("slug", "publisher", "title", "note")
    lookup_field = "slug"
    lookup_url_kwarg = "source"


class CitationViewSet(Editable, ClockedResource):
    """Which document, and which place in it, each record rests on.

    A citation has no dates of its own, so `as_of` changes nothing here; `known_at` does.
    """

    queryset = Citation.objects.all()
    serializer_class = serializers.CitationSerializer
    filterset_class = filters.CitationFilters
    search_fields = ("subject", "source__slug", "locator", "note")
    lookup_field = "key"
    lookup_value_regex = ".+"
