"""The answer on countries side by side, typed for the OpenAPI document. `api_side_by_side` makes
it.
"""

from rest_framework import serializers

from .answers import CERTAINTIES, STATUSES, ClocksSerializer

CODES = ("in_place", "not_in_place", "not_known", "not_recorded")
BELONGING = ("member", "possible", "not_recorded")
ANSWERS = [*dict.fromkeys([*STATUSES, *CODES, *BELONGING])]


class SideAnswerSerializer(serializers.Serializer):
    """One country's answer on one line."""

    country = serializers.CharField(help_text="Alpha-3 code.")
    answer = serializers.ChoiceField(
        ANSWERS,
        help_text="Of a type: its status. Of the code of conduct: in_place, not_in_place (see "
        "note), not_known. Of a grouping: member, possible. Of each: not_recorded, no “no”.",
    )
    certainty = serializers.ChoiceField(
        CERTAINTIES,
        required=False,
        help_text="Of a type, as in the matrix; absent for the others.",
    )
    since = serializers.CharField(help_text="Since when, as known (EDTF); empty if not known.")
    agreement = serializers.CharField(help_text="The agreement or code that speaks; or empty.")
    note = serializers.CharField(help_text="What a code of conduct waits for; often empty.")
    differs = serializers.BooleanField(help_text="Whether it is not the first country's answer.")


class LineSerializer(serializers.Serializer):
    """One line: a type, a grouping that any of the countries is in, or the code of conduct."""

    about = serializers.ChoiceField(["type", "code", "grouping"], help_text="What it is about.")
    key = serializers.CharField(help_text="Which type or grouping; empty for the code.")
    name = serializers.CharField(help_text="What to call it.")
    differs = serializers.BooleanField(help_text="Whether any answer differs from the first.")
    answers = SideAnswerSerializer(many=True, help_text="In the order of the countries.")


class SideBySideSerializer(ClocksSerializer):
    """What each of some countries has on a day, and where they differ."""

    principal = serializers.CharField(help_text="Whose arrangements.")
    countries = serializers.ListField(
        child=serializers.CharField(), help_text="The countries, in the order asked."
    )
    lines = LineSerializer(many=True, help_text="Types, then the code of conduct, then groupings.")
