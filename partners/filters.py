"""Filters of the lists of partners, sources and citations, for pages and API alike."""

from django import forms
from django_filters import Filter

from sosa_registry.api.filters import (
    LONGEST,
    ChoiceFilter,
    DayFilter,
    Documented,
    KeyFilter,
    RecordFilters,
    ValueFilter,
    ValuesField,
)
from sosa_registry.ledger import subjects

from .models import (
    Citation,
    Confidence,
    Country,
    Firm,
    Grouping,
    Membership,
    Organization,
    Source,
)


class SubjectField(forms.Field):
    """The natural key of any record that evidence can be about."""

    def clean(self, value):
        """The key. Raises ValidationError for one that no record has."""
        key = (value or "").strip()
        if not key:
            return ""
        if len(key) <= LONGEST and "\0" not in key:
            kinds = subjects.kinds()
            if len(subjects.missing({(kind, key) for kind in kinds})) < len(kinds):
                return key
        raise forms.ValidationError(
            f"No record “{key[:60]}” in the registry. Allowed: the natural key of any record "
            "that evidence can be about, as written there, such as sosa-aus or AUS."
        )


class SubjectFilter(Documented, Filter):
    """Evidence about one record."""

    field_class = SubjectField


class SubjectKindFilter(Documented, Filter):
    """Evidence about one kind of record."""

    field_class = ValuesField

    def __init__(self, **extra):
        super().__init__(lookup_expr="in", allowed=subjects.kinds, **extra)


class SourceFilters(RecordFilters):
    """Filters of the list of sources."""

    kind = ChoiceFilter(Source.Kind)
    tier = ChoiceFilter(Source.Tier)
    published_after = DayFilter("published_on", after=True)
    published_before = DayFilter("published_on", after=False)

    class Meta:
        model = Source
        fields = []


class CitationFilters(RecordFilters):
    """Filters of the list of citations."""

    subject_kind = SubjectKindFilter()
    subject = SubjectFilter()
    source = KeyFilter(Source)

    class Meta:
        model = Citation
        fields = []


class CountryFilters(RecordFilters):
    """Filters of the list of countries."""

    region = ValueFilter(Country, "region")

    class Meta:
        model = Country
        fields = []


class GroupingFilters(RecordFilters):
    """Filters of the list of groupings."""

    kind = ChoiceFilter(Grouping.Kind)
    source = KeyFilter(Source)

    class Meta:
        model = Grouping
        fields = []


class MembershipFilters(RecordFilters):
    """Filters of the list of memberships."""

    grouping = KeyFilter(Grouping)
    country = KeyFilter(Country)
    source = KeyFilter(Source)
    confidence = ChoiceFilter(Confidence)

    class Meta:
        model = Membership
        fields = []


class OrganizationFilters(RecordFilters):
    """Filters of the list of organizations."""

    country = KeyFilter(Country)

    class Meta:
        model = Organization
        fields = []


class FirmFilters(RecordFilters):
    """Filters of the list of firms."""

    country = KeyFilter(Country)

    class Meta:
        model = Firm
        fields = []
