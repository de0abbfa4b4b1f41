"""The answers to the API's questions, typed for the OpenAPI document. `api_analysis` makes them."""

from rest_framework import serializers

from .analysis.diff import CAUSES
from .lifecycle import Status


class ClocksSerializer(serializers.Serializer):
    """The two clocks that an answer was given for."""

    as_of = serializers.DateField(help_text="The day answered for.")
    known_at = serializers.CharField(allow_null=True, help_text="As asked; null for now.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    projected = serializers.BooleanField(
        required=False, help_text="True for a day yet to come; else absent."
    )


STATUSES = [*Status.values, "none"]
CERTAINTIES = ["certain", "possible", "confirmed", "not_recorded"]


class CellSerializer(serializers.Serializer):
    """One country and one type on the day. A cell that is missing is not recorded."""

    status = serializers.ChoiceField(
        STATUSES,
        allow_null=True,
        help_text="The strongest standing; null when not recorded and only conflicts are known.",
    )
    certainty = serializers.ChoiceField(
        CERTAINTIES,
        help_text="Of a standing: certain or possible. Of none: confirmed by a list.",
    )
    alternatives = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="When possible: the other statuses that some reading of the dates gives.",
    )
    agreement = serializers.CharField(required=False, help_text="The agreement that speaks.")
    agreements = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="All of them, where several bear."
    )
    since = serializers.CharField(required=False, help_text="Since when, as known (EDTF).")
    event = serializers.CharField(required=False, help_text="The event that gives the status.")
    through = serializers.CharField(
        required=False, help_text="The agreement with a grouping, where it holds through one."
    )
    basis = serializers.CharField(
        required=False, help_text="The published list by which none is confirmed."
    )
    basis_as_of = serializers.DateField(required=False, help_text="The day that list speaks of.")
    qualifier = serializers.CharField(
        required=False, help_text="The reservation with which the regulation lists the country."
    )
    practice = serializers.ChoiceField(
        ["listed", "not_listed"],
        allow_null=True,
        help_text="What the latest regulation list says; null when there is none by that day.",
    )
    conflicts = serializers.IntegerField(help_text="Lists and claims that say otherwise.")


class MatrixRowSerializer(serializers.Serializer):
    """One country."""

    country = serializers.CharField(help_text="Alpha-3 code.")
    name = serializers.CharField(help_text="Common name.")
    region = serializers.CharField(help_text="Region.")
    cells = serializers.DictField(child=CellSerializer(), help_text="Cells by type.")


class TotalSerializer(serializers.Serializer):
    """Countries with a type in force, of the rows shown."""

    certain = serializers.IntegerField(help_text="Certainly in force.")
    possible = serializers.IntegerField(help_text="Beside those, possibly in force.")
    none_confirmed = serializers.IntegerField(help_text="None, confirmed by a published list.")
    not_recorded = serializers.IntegerField(help_text="Not recorded, which is not a no.")


def _types() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text="Types asked, in order.")


def _countries(told: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=told)


class MatrixSerializer(ClocksSerializer):
    """Countries × types on one day."""

    principal = serializers.CharField(help_text="Whose arrangements.")
    types = _types()
    rows = MatrixRowSerializer(many=True, help_text="Countries by name.")
    totals = serializers.DictField(child=TotalSerializer(), help_text="Totals by type.")


class CoverageSerializer(ClocksSerializer):
    """Who of a grouping has one of the types."""

    grouping = serializers.CharField(help_text="The grouping.")
    type = serializers.CharField(help_text="The types, separated by commas.")
    principal = serializers.CharField(help_text="Whose arrangements; not counted itself.")
    members = serializers.IntegerField(help_text="Possible members on the day.")
    covered = _countries("Members that certainly have one, or are assumed to.")
    possible = _countries("Members that possibly have one.")
    missing = _countries("Members that have none, or none is recorded.")
    assumed = _countries("Members that count as covered only because it was assumed.")
    share = serializers.FloatField(help_text="Covered over members, 0 to 1.")
    not_recorded = _countries("Of the missing, those of whom nothing says that they have none.")


class DifferenceSerializer(serializers.Serializer):
    """One cell that is not the same at both points."""

    country = serializers.CharField(help_text="Alpha-3 code.")
    type = serializers.CharField(help_text="The type.")
    agreement = serializers.CharField(help_text="The agreement that speaks, at the later point.")
    before = serializers.ChoiceField(STATUSES, help_text="Status at the first point.")
    after = serializers.ChoiceField(STATUSES, help_text="Status at the second point.")
    before_certainty = serializers.CharField(help_text="certain, possible, or empty for none.")
    after_certainty = serializers.CharField(help_text="certain, possible, or empty for none.")
    cause = serializers.ChoiceField(
        CAUSES,
        help_text="world: the later state of knowledge gives the difference between the two days "
        "as well. registry: it was only learned or corrected.",
    )


DiffSerializer = type(
    "DiffSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "What changed between two points.",
        "__module__": __name__,
        # `from` is a word of Python's, so this class is made by name.
        "from": ClocksSerializer(help_text="The first point."),
        "to": ClocksSerializer(help_text="The second point."),
        "principal": serializers.CharField(help_text="Whose arrangements."),
        "types": _types(),
        "entered": DifferenceSerializer(many=True, help_text="In force only at the second point."),
        "left": DifferenceSerializer(many=True, help_text="In force only at the first point."),
        "changed": DifferenceSerializer(many=True, help_text="Every other difference."),
    },
)


class TrendPointSerializer(serializers.Serializer):
    """Countries with each type in force on one day."""

    as_of = serializers.DateField(help_text="The day.")
    projected = serializers.BooleanField(
        required=False, help_text="True for a day yet to come; else absent."
    )
    certain = serializers.DictField(
        child=serializers.IntegerField(), help_text="Certainly in force, by type."
    )
    possible = serializers.DictField(
        child=serializers.IntegerField(), help_text="Beside those, possibly in force, by type."
    )


TrendSerializer = type(
    "TrendSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "Number in force over time.",
        "__module__": __name__,
        "from": serializers.DateField(help_text="The first day."),
        "to": serializers.DateField(help_text="The last day."),
        "step": serializers.ChoiceField(
            ["year", "quarter", "month"], help_text="From one point to the next."
        ),
        "known_at": serializers.CharField(allow_null=True, help_text="As asked; null for now."),
        "revision": serializers.IntegerField(help_text="The revision answered from."),
        "principal": serializers.CharField(help_text="Whose arrangements."),
        "grouping": serializers.CharField(help_text="Only its members on each day; empty: all."),
        "region": serializers.CharField(help_text="Only countries of this region; empty: all."),
        "min_grade": serializers.CharField(help_text="Only what is so well supported; or empty."),
        "types": _types(),
        "points": TrendPointSerializer(many=True, help_text="The points, in order."),
    },
)


class HitSerializer(serializers.Serializer):
    """One record found."""

    kind = serializers.CharField(help_text="What it is: country, type, grouping, agreement …")
    key = serializers.CharField(help_text="Its natural key.")
    title = serializers.CharField(help_text="What to call it.")
    text = serializers.CharField(help_text="A line about it.")
    url = serializers.CharField(help_text="Its page.")
    score = serializers.FloatField(help_text="How well it fits; the best come first.")


class SearchSerializer(serializers.Serializer):
    """Records found, best first."""

    q = serializers.CharField(help_text="The words looked for.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    results = HitSerializer(many=True, help_text="The hits, best first; 20 at most.")
