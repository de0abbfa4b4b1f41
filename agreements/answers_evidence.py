"""The answers about evidence, typed for the OpenAPI document. `api_evidence` makes them."""

from rest_framework import serializers

from .analysis.reconciliation import VERDICTS
from .answers import CellSerializer, ClocksSerializer
from .grading import GRADES


def _codes(told: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=told)


class EvidenceSerializer(serializers.Serializer):
    """How a record is supported."""

    grade = serializers.ChoiceField(
        [*GRADES, ""], help_text="Of the best supporting source; empty when it cites none."
    )
    sources = serializers.IntegerField(help_text="How many documents support it.")
    conflicts = serializers.IntegerField(help_text="How many claims disagree with it.")


class ReconciledSerializer(serializers.Serializer):
    """One published list or stated count against the registry, on the list's own day."""

    list = serializers.CharField(help_text="The published list.")
    type = serializers.CharField(help_text="Type, or types separated by ; for their union.")
    grouping = serializers.CharField(help_text="For a list of members: the grouping; else empty.")
    as_of = serializers.CharField(help_text="The day it speaks of (EDTF).")
    kind = serializers.ChoiceField(["regulation", "statement"], help_text="Applied, or said.")
    source = serializers.CharField(help_text="The document.")
    exhaustive = serializers.BooleanField(help_text="Whether those not on it are said not to have.")
    verdict = serializers.ChoiceField(VERDICTS, help_text="Agrees, unsettled or conflicts.")
    only_in_list = _codes("On the list, not possibly in force here.")
    only_in_registry = _codes("Certainly in force here, not on an exhaustive list.")
    unsettled = _codes("Only possibly in force here: a date is too imprecise.")
    through_groupings = _codes("What an agreement with a grouping would add; not compared.")
    stated_count = serializers.IntegerField(allow_null=True, help_text="The count it states.")
    computed_count = serializers.IntegerField(help_text="Certainly in force here, directly.")
    possible_count = serializers.IntegerField(help_text="Possibly in force here beside those.")
    explanation = serializers.CharField(
        allow_null=True, help_text="A curator's explanation of the difference, if there is one."
    )


class ReconciliationSerializer(serializers.Serializer):
    """Every list that fits, newest first, a page at a time."""

    known_at = serializers.CharField(allow_null=True, help_text="As asked; null for now.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    count = serializers.IntegerField(help_text="Results on all pages together.")
    next = serializers.URLField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.URLField(allow_null=True, help_text="Address of the page before.")
    results = ReconciledSerializer(many=True, help_text="The results of this page.")


class PracticeDifferenceSerializer(serializers.Serializer):
    """One cell in which paper and practice differ."""

    country = serializers.CharField(help_text="Alpha-3 code.")
    name = serializers.CharField(help_text="Common name.")
    type = serializers.CharField(help_text="Agreement type.")
    difference = serializers.ChoiceField(
        ["in_force_not_listed", "listed_not_in_force"], help_text="Which way they differ."
    )
    cell = CellSerializer(help_text="What the registry says of the paper.")
    paper_sources = _codes("Documents behind the event that gives the status.")
    list = serializers.CharField(help_text="The regulation's list.")
    list_as_of = serializers.DateField(help_text="The day that list speaks of.")
    list_source = serializers.CharField(help_text="The document it is in.")


class SupportSerializer(serializers.Serializer):
    """One document that a record cites, and where in it."""

    source = serializers.CharField(help_text="The document.")
    publisher = serializers.CharField(help_text="Who published it.")
    title = serializers.CharField(help_text="Its title.")
    published_on = serializers.CharField(help_text="When (EDTF); empty when not known.")
    kind = serializers.CharField(help_text="What it is.")
    tier = serializers.CharField(help_text="Primary, secondary or tertiary.")
    grade = serializers.ChoiceField(GRADES, help_text="The grade that it gives.")
    locator = serializers.CharField(help_text="Section or page; empty for the whole.")


class AssertionSerializer(serializers.Serializer):
    """One claim."""

    claim = serializers.CharField(help_text="Its id.")
    source = serializers.CharField(help_text="Who says so.")
    tier = serializers.CharField(help_text="The source's tier.")
    value = serializers.CharField(help_text="What it says.")
    as_of = serializers.CharField(help_text="As of when (EDTF); empty when not known.")
    locator = serializers.CharField(help_text="Where in the source.")
    note = serializers.CharField(help_text="Anything a reader should know.")


class PropertySerializer(serializers.Serializer):
    """What sources say of one property, by their stance to the registry's position."""

    property = serializers.CharField(help_text="Which property.")
    yes = serializers.IntegerField(help_text="How many sources say yes, where that is asked.")
    no = serializers.IntegerField(help_text="How many say no.")
    agrees = AssertionSerializer(many=True, help_text="With the registry's position.")
    qualifies = AssertionSerializer(many=True, help_text="Yes, but.")
    disagrees = AssertionSerializer(many=True, help_text="With the registry's position.")


class RecordEvidenceSerializer(serializers.Serializer):
    """How we know: what a record cites, and what sources claim of it."""

    known_at = serializers.CharField(allow_null=True, help_text="As asked; null for now.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    subject_kind = serializers.CharField(help_text="What kind of record.")
    subject = serializers.CharField(help_text="Its natural key.")
    evidence = EvidenceSerializer(help_text="Summed up.")
    citations = SupportSerializer(many=True, help_text="The documents it rests on.")
    claims = PropertySerializer(many=True, help_text="By property; disputed ones first.")


class PracticeSerializer(ClocksSerializer):
    """Every difference between paper and practice on a day."""

    principal = serializers.CharField(help_text="Whose rules.")
    differences = PracticeDifferenceSerializer(many=True, help_text="By country's name.")
