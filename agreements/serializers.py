"""Agreements, events and evidence as JSON: the columns of their tables, and what they embed."""

from collections import defaultdict

from rest_framework import serializers

from partners.models import Membership, Source
from partners.serializers import (
    CitedSerializer,
    MembershipSerializer,
    RecordSerializer,
    SourceSerializer,
)

from .analysis.beside import beside
from .analysis.cells import CERTAIN, NOT_RECORDED, POSSIBLE
from .analysis.evidence import supported
from .analysis.standings import ASKABLE, Stood
from .answers_evidence import EvidenceSerializer
from .grading import GRADES, grade_of
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

_UNKNOWN = Stood(NOT_RECORDED, NOT_RECORDED, "")


class AgreementTypeSerializer(RecordSerializer):
    """A kind of arrangement."""

    class Meta:
        model = AgreementType


class EvidencedSerializer(RecordSerializer):
    """A record that sums up how it is supported."""

    evidence = EvidenceSerializer(read_only=True, help_text="How it is supported, summed up.")

    def prepare(self, rows):
        """The evidence of these records, and what they cite as a whole, in one statement."""
        kind, keys = self.Meta.model.record_kind, [row.key for row in rows]
        found = supported(self.context.get("revision"), kind, keys, self.own(rows))
        self.supported, self.cited = found.evidence, found.cited

    def own(self, rows) -> dict[str, Source]:
        """Of each record that names a source in a column of its own: that source."""
        return {}

    def read_evidence(self, instance):
        """The evidence of a prepared record."""
        return dict(vars(self.supported[instance.key]))  # a flat dataclass; asdict copies deeply


class EvidencedMembershipSerializer(EvidencedSerializer, MembershipSerializer):
    """A country's dated membership of a grouping, and how it is supported."""

    class Meta:
        model = Membership

    def own(self, rows):
        """The source that each membership names, in one statement."""
        slugs = {row.source_id for row in rows}
        sources = {source.slug: source for source in Source.objects.filter(slug__in=slugs)}
        return {row.key: sources[row.source_id] for row in rows if row.source_id in sources}


class AgreementSerializer(EvidencedSerializer, CitedSerializer):
    """One instrument between a principal and a partner."""

    class Meta:
        model = Agreement


class ListedAgreementSerializer(AgreementSerializer):
    """One instrument between a principal and a partner, and how it stands on the day."""

    status = serializers.ChoiceField(
        ASKABLE,
        read_only=True,
        help_text="The strongest possible standing; none: not there yet; not_recorded.",
    )
    certainty = serializers.ChoiceField(
        [CERTAIN, POSSIBLE, NOT_RECORDED],
        read_only=True,
        help_text="Whether every reading of the dates says so; not_recorded: there is no event.",
    )
    since = serializers.CharField(
        read_only=True, help_text="Since when, as known (EDTF); empty for none."
    )

    class Meta:
        model = Agreement

    def prepare(self, rows):
        """What they rest on and how they stand, in one statement that also tells the list where the
        registry was by then; `clocks` come with the context.
        """
        self.readers()  # names are read before what tells where the registry was by then
        clocks = self.context["clocks"]
        found = beside(clocks.pin, clocks.as_of, [row.slug for row in rows])
        self.supported, self.cited = found.supported.evidence, found.supported.cited
        self.stood = found.stood
        if view := self.context.get("view"):
            view.reached = found.reached

    def read_status(self, instance):
        """The standing of a prepared agreement."""
        return self.stood.get(instance.slug, _UNKNOWN).status

    def read_certainty(self, instance):
        """Whether it is certain."""
        return self.stood.get(instance.slug, _UNKNOWN).certainty

    def read_since(self, instance):
        """Since when."""
        return self.stood.get(instance.slug, _UNKNOWN).since


class GradedSourceSerializer(SourceSerializer):
    """A published document, and the grade that it gives to what rests on it."""

    grade = serializers.ChoiceField(
        GRADES, read_only=True, help_text="By its kind and tier; the rules are on the about page."
    )

    class Meta:
        model = Source

    def read_grade(self, instance):
        """By the rule table."""
        return grade_of(instance.kind, instance.tier)


class CommitmentSerializer(RecordSerializer):
    """What one side promises the other, under a type or under one agreement."""

    class Meta:
        model = Commitment


class EventSerializer(CitedSerializer):
    """A dated fact in an agreement's life."""

    class Meta:
        model = Event


class CodeOfConductSerializer(EvidencedSerializer, CitedSerializer):
    """A country's government-industry code."""

    class Meta:
        model = CodeOfConduct


class SignatorySerializer(RecordSerializer):
    """A firm that signed its country's code."""

    class Meta:
        model = Signatory


class InvocationSerializer(CitedSerializer):
    """An occasion on which supply between two countries was put to the test."""

    class Meta:
        model = Invocation


class ClaimSerializer(RecordSerializer):
    """One source's assertion about one property of a record."""

    class Meta:
        model = Claim


class ListEntrySerializer(RecordSerializer):
    """One country on a published list."""

    class Meta:
        model = ListEntry

    def get_field_names(self, declared_fields, info):
        """Inside its list, the list need not be named again."""
        return ["country", "qualifier", "note"]

    def to_internal_value(self, data):
        """An entry is whole, also where only some members of its list are changed."""
        if isinstance(data, dict) and "country" not in data:
            needed = self.fields["country"].error_messages["required"]
            raise serializers.ValidationError({"country": [needed]})
        return super().to_internal_value(data)


class PublishedListSerializer(RecordSerializer):
    """A source's own list of who has what, with its entries."""

    parts = ("entries",)
    entries = ListEntrySerializer(
        many=True,
        required=False,
        max_length=300,
        help_text="The countries it names, as known at the revision.",
    )

    class Meta:
        model = PublishedList

    def prepare(self, rows):
        """The entries of these lists, in one statement."""
        revision = self.context.get("revision")
        stored = ListEntry.ever.known_at(revision) if revision else ListEntry.objects
        stored = stored.filter(list__slug__in=[row.slug for row in rows]).select_related("list")
        self.entered = defaultdict(list)
        one = ListEntrySerializer(context=self.context)
        for entry in stored.order_by("country_id"):
            self.entered[entry.list.slug].append(one.row(entry))

    def read_entries(self, instance):
        """The entries of a prepared list."""
        return self.entered[instance.slug]

    def validate_entries(self, entries):
        """A list names a country once."""
        named = [entry["country"].code for entry in entries]
        if twice := {code for code in named if named.count(code) > 1}:
            raise serializers.ValidationError(f"Named twice: {', '.join(sorted(twice))}.")
        return entries

    def write_parts(self, record, parts):
        """Its entries: those that are no longer named go."""
        super().write_parts(record, parts)
        if "entries" not in parts:
            return
        stored = {entry.country_id: entry for entry in record.entries.all()}
        for values in parts["entries"]:
            entry = stored.pop(values["country"].code, None) or ListEntry(list=record)
            for column in ("country", "qualifier", "note"):
                setattr(entry, column, values.get(column, ""))
            entry.save()
        for entry in stored.values():
            entry.delete()

    def remove(self, record):
        """The list with its entries."""
        self.write_parts(record, {"entries": []})
        super().remove(record)


class ProcedureFactSerializer(RecordSerializer):
    """One fact of the Defense Priorities and Allocations System."""

    class Meta:
        model = ProcedureFact
