"""The answer about gaps, typed for the OpenAPI document. `api_gaps` makes it."""

from rest_framework import serializers

from .answers import ClocksSerializer


def _codes(told: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=told)


class TypeCoverageSerializer(serializers.Serializer):
    """Who of the countries asked about has one type."""

    type = serializers.CharField(help_text="The type.")
    members = serializers.IntegerField(help_text="How many countries are asked about.")
    covered = _codes("Those that certainly have it, or are assumed to.")
    possible = _codes("Those that possibly have it.")
    missing = _codes("The gaps: those that have none, or none is recorded.")
    not_recorded = _codes("Of the missing, those of whom nothing says that they have none.")
    assumed = _codes("Those covered only because it was assumed.")
    share = serializers.FloatField(help_text="Covered over members, 0 to 1.")


class AdditionSerializer(serializers.Serializer):
    """One arrangement more, and the gaps it would close."""

    party = serializers.CharField(help_text="With whom: alpha-3 code, or a grouping's short name.")
    is_grouping = serializers.BooleanField(help_text="Whether it is with a grouping.")
    type = serializers.CharField(help_text="Of which type.")
    closes = _codes("The countries whose gap it closes.")


class GapsSerializer(ClocksSerializer):
    """Who lacks what, and what would close most gaps."""

    principal = serializers.CharField(help_text="Whose arrangements; not counted itself.")
    grouping = serializers.CharField(help_text="The grouping asked about, or empty.")
    countries = _codes("The countries asked about.")
    types = _codes("Types asked, in order.")
    assumed = _codes("What was assumed, as party:type.")
    gaps = serializers.IntegerField(help_text="How many gaps there are.")
    coverage = TypeCoverageSerializer(many=True, help_text="By type.")
    ranking = AdditionSerializer(
        many=True, help_text="Every addition that closes a gap, judged alone, best first."
    )
    plan = AdditionSerializer(
        many=True,
        help_text="Additions one after another, each the best once those before it are made.",
    )
