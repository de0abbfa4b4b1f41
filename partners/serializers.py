"""Partners, sources and citations as JSON: the columns of their tables, and what they embed."""

from django.db.models import QuerySet
from rest_framework import serializers

from sosa_registry.api.inputs import Several, Text, refuse_key
from sosa_registry.api.serializers import RecordSerializer as PlainSerializer
from sosa_registry.ledger.together import Given, Together

from . import actions
from .models import Citation, Country, Firm, Grouping, Membership, Organization, Source


def _whole(cited: QuerySet) -> dict[str, QuerySet]:
    about = {"subject_kind": Given("kind"), "subject__any_of": Given("keys"), "locator": ""}
    in_order = cited.filter(**about).order_by("position", "source_id")
    return {"cited": in_order.values_list("subject", "source_id")}


_NOW = Together(lambda: _whole(Citation.objects))
_THEN = Together(lambda: _whole(Citation.ever.known_at(Given("revision"))))


def cited_by(revision: int | None, kind: str, keys: list[str]) -> dict[str, list[str]]:
    """The documents that each record rests on as a whole, in order. One statement."""
    asked = _THEN if revision else _NOW
    cited: dict[str, list[str]] = {key: [] for key in keys}
    for key, source in asked.ask(kind=kind, keys=keys, revision=revision)["cited"]:
        cited[key].append(source)
    return cited


class RecordSerializer(PlainSerializer):
    """A record that takes its citations along when it goes."""

    def remove(self, record):
        """The record and its citations. Raises ProtectedError while others rest on it."""
        # Joins the revision that is open, whose actor and reason count.
        actions.remove_with_citations(record, actor="", reason="")


class CitedSerializer(RecordSerializer):
    """A record whose table lists the documents it rests on."""

    parts = ("sources",)
    sources = Several(
        child=Text(),
        required=False,
        max_length=100,
        help_text="Documents that the record as a whole rests on, in order.",
    )

    def validate_sources(self, slugs):
        """Each is there, and named once."""
        stored = set(Source.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        for slug in slugs:
            if slug not in stored:
                refuse_key(Source, slug)
        if len(set(slugs)) < len(slugs):
            raise serializers.ValidationError("A source is named twice.")
        return slugs

    def write_parts(self, record, parts):
        """Its citations as a whole."""
        super().write_parts(record, parts)
        if "sources" in parts:
            actions.cite_as_whole(record, parts["sources"])

    def prepare(self, rows):
        """The citations of these records, in one statement."""
        super().prepare(rows)
        kind, keys = self.Meta.model.record_kind, [row.key for row in rows]
        self.cited = cited_by(self.context.get("revision"), kind, keys)

    def read_sources(self, instance):
        """The slugs of a prepared record's documents."""
        return self.cited[instance.key]


class SourceSerializer(RecordSerializer):
    """A published document."""

    class Meta:
        model = Source


class CitationSerializer(RecordSerializer):
    """A source, and the place in it, for one record or event."""

    class Meta:
        model = Citation


class MembershipSerializer(RecordSerializer):
    """A country's dated membership of a grouping."""

    class Meta:
        model = Membership


class CountrySerializer(RecordSerializer):
    """A country or territory of ISO 3166-1."""

    class Meta:
        model = Country


class GroupingSerializer(RecordSerializer):
    """An alliance, union, partnership, designation, or somebody's opinion."""

    class Meta:
        model = Grouping


class WithMemberships(serializers.Serializer):
    """A record and every membership, past phases included."""

    memberships = MembershipSerializer(
        many=True, read_only=True, help_text="Every recorded membership, past ones included."
    )

    def read_memberships(self, instance):
        """The live rows, in their lasting order."""
        rows = instance.memberships.order_by("grouping_id", "country_id", "joined_earliest")
        return MembershipSerializer(rows, many=True).data


class CountryDetailSerializer(CountrySerializer, WithMemberships):
    """A country or territory, and the groupings it belongs or belonged to."""


class GroupingDetailSerializer(GroupingSerializer, WithMemberships):
    """A grouping, and its members, past ones included."""


class OrganizationSerializer(RecordSerializer):
    """A ministry or agency that acts for a country."""

    class Meta:
        model = Organization


class FirmSerializer(RecordSerializer):
    """A company in a country."""

    class Meta:
        model = Firm
