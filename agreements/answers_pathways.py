"""The answers on pathways and reciprocity, typed for the OpenAPI document. `api_pathways` makes
them.
"""

from rest_framework import serializers

from .analysis.pathway_routes import TITLES
from .analysis.pathway_terms import DIRECTIONS, MECHANISMS, VERDICTS
from .answers import ClocksSerializer
from .models import Commitment, Invocation

FIRMNESS = Commitment.Enforceability.choices


def _slugs(told: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=told)


class PlaceSerializer(serializers.Serializer):
    """A source and the place in it."""

    source = serializers.CharField(help_text="Short name of the document.")
    locator = serializers.CharField(help_text="Section or place; empty for the whole.")


class ToldSerializer(PlaceSerializer):
    """A fact of the procedure, as its own record states it."""

    property = serializers.CharField(help_text="What it tells.")
    value = serializers.CharField(help_text="What the rule says.")
    confidence = serializers.CharField(help_text="How sure: high, medium or low.")
    note = serializers.CharField(help_text="The reservation, such as an older text; else empty.")


class RuleSerializer(serializers.Serializer):
    """What a rule of the procedure says of itself."""

    rule = serializers.CharField(help_text="Lasting name of the rule.")
    inferred = serializers.BooleanField(
        help_text="True: reasoned from the sources, not a stated rule."
    )
    facts = ToldSerializer(many=True, help_text="Facts of the procedure that bear on it.")
    citations = _slugs("Short names of the documents that it rests on.")
    places = PlaceSerializer(many=True, help_text="The same documents, with the place in each.")


class PreconditionSerializer(serializers.Serializer):
    """What must be so before a step can be taken."""

    text = serializers.CharField(help_text="The condition; “No condition.” where there is none.")
    holds = serializers.BooleanField(
        allow_null=True, help_text="Whether it holds on the day; null when it is not known."
    )
    decisive = serializers.BooleanField(
        help_text="Whether the verdict rests on it; else it is for the asker to see to."
    )


class StepSerializer(RuleSerializer):
    """Who asks whom for what."""

    actor = serializers.CharField(help_text="Who acts.")
    counterpart = serializers.CharField(help_text="Towards whom.")
    action = serializers.CharField(help_text="What is done: the rule’s own words.")
    mechanism = serializers.ChoiceField(list(MECHANISMS), help_text="By which means.")
    precondition = PreconditionSerializer(help_text="On what condition.")


class RouteSerializer(serializers.Serializer):
    """One way to ask, its steps in order."""

    rank = serializers.IntegerField(help_text="Its place: open routes first, closed ones last.")
    route = serializers.ChoiceField(list(TITLES), help_text="Lasting name of the route.")
    title = serializers.CharField(help_text="What to call it.")
    when = serializers.CharField(help_text="To whom it applies; empty for everybody.")
    verdict = serializers.ChoiceField(list(VERDICTS), help_text="Whether it can be taken that day.")
    missing = _slugs("What is missing before it is open; of a closed one, what closes it.")
    basis = serializers.CharField(
        allow_null=True, help_text="The agreement or, without one, the source that it rests on."
    )
    basis_kind = serializers.ChoiceField(
        ["agreement", "source"], allow_null=True, help_text="Which of the two; null for neither."
    )
    enforceability = serializers.ChoiceField(FIRMNESS, help_text="How firm what is asked for is.")
    inferred = serializers.BooleanField(help_text="True: the whole route is reasoned.")
    steps = StepSerializer(many=True, help_text="The steps, in order.")


class NoteSerializer(RuleSerializer):
    """What another instrument adds to the answer, or does not add."""

    text = serializers.CharField(help_text="The rule’s own words.")
    type = serializers.CharField(help_text="The type it speaks of; empty for none.")
    agreement = serializers.CharField(help_text="The agreement; empty for none.")
    qualification = serializers.CharField(help_text="With what reservation it holds; often empty.")


class OccasionSerializer(serializers.Serializer):
    """An occasion on which supply in this direction was put to the test."""

    invocation = serializers.CharField(help_text="Its record.")
    occurred = serializers.CharField(help_text="When (EDTF).")
    item = serializers.CharField(help_text="What was needed.")
    supplier = serializers.CharField(help_text="Who was to supply; empty if not known.")
    outcome = serializers.ChoiceField(Invocation.Outcome.choices, help_text="How it ended.")
    instrument = serializers.CharField(help_text="What was used; empty if not known.")
    agreement = serializers.CharField(help_text="Closest arrangement, no proof of use; or empty.")
    confidence = serializers.CharField(help_text="How sure: high, medium or low.")


class PathwaysSerializer(ClocksSerializer):
    """How priority delivery is obtained, for one country and direction."""

    direction = serializers.ChoiceField(list(DIRECTIONS), help_text="Who buys from whom.")
    country = serializers.CharField(help_text="Alpha-3 code of the country abroad.")
    firm = serializers.CharField(allow_null=True, help_text="The firm asked about; null for any.")
    disclaimer = serializers.CharField(help_text="What this answer is not.")
    scope = serializers.CharField(help_text="What was checked for the day, and what was not.")
    routes = RouteSerializer(many=True, help_text="The routes, best first.")
    notes = NoteSerializer(many=True, help_text="What else bears on them, what it does not add.")
    track_record = OccasionSerializer(many=True, help_text="What happened before, oldest first.")


class PromiseSerializer(serializers.Serializer):
    """One commitment of one side."""

    agreement = serializers.CharField(help_text="The agreement, certainly in force on the day.")
    type = serializers.CharField(help_text="Its type.")
    mechanism = serializers.ChoiceField(
        Commitment.Mechanism.choices, help_text="How it would be made good."
    )
    enforceability = serializers.ChoiceField(FIRMNESS, help_text="How firm it is.")
    live = serializers.BooleanField(
        allow_null=True, help_text="True, false (see waits_for), or null: not known."
    )
    waits_for = serializers.CharField(
        required=False, help_text="What it waits for, or what is not known; absent when live."
    )
    note = serializers.CharField(help_text="Anything a reader should know; often empty.")


class KindSerializer(serializers.Serializer):
    """One kind of promise, both directions side by side."""

    kind = serializers.ChoiceField(Commitment.Kind.choices, help_text="What is promised.")
    a_to_b = PromiseSerializer(many=True, help_text="What a promises b.")
    b_to_a = PromiseSerializer(many=True, help_text="What b promises a.")
    label = serializers.ChoiceField(
        ["mutual", "asymmetric", "one_way", "none", "undetermined"],
        help_text="How the firmest live promises of both sides compare. Computed.",
    )
    a_strongest = serializers.ChoiceField(
        FIRMNESS, allow_null=True, help_text="How firm a’s firmest live promise is; null for none."
    )
    b_strongest = serializers.ChoiceField(
        FIRMNESS, allow_null=True, help_text="How firm b’s firmest live promise is; null for none."
    )


class ReciprocitySerializer(ClocksSerializer):
    """What each of two countries has promised the other."""

    a = serializers.CharField(help_text="Alpha-3 code of one country.")
    b = serializers.CharField(help_text="Alpha-3 code of the other.")
    kinds = KindSerializer(many=True, help_text="Kinds of promise.")
