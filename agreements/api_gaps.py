"""The API's question about gaps: who lacks what, and which one addition closes most."""

from collections.abc import Iterator
from dataclasses import asdict

from sosa_registry import asking
from sosa_registry.api.parameters import AS_OF, KNOWN_AT, Parameter, some
from sosa_registry.api.views import with_clocks
from sosa_registry.asking import BadParameter, BadQuery, Clocks

from . import answers_gaps as answers
from .analysis.gaps import gaps
from .api_analysis import PRINCIPAL, Question, _grouping, _types


class GapsView(Question):
    """Of a grouping's members or some countries: who lacks which types, and what closes most gaps.

    `ranking` judges each addition alone: an agreement of one type with a country, or with a
    grouping, which holds for its certain members. `plan` takes them one after another. `assume`
    asks what if. Ask for a `grouping` or for `countries`, not both.
    """

    serializer_class = answers.GapsSerializer
    columns = ["party", "is_grouping", "type", "closes"]
    parameters = (
        AS_OF,
        KNOWN_AT,
        PRINCIPAL,
        _grouping(default=""),
        Parameter(
            "countries",
            "These countries: alpha-3 codes, separated by commas.",
            some("countries", lambda known: known.countries),
        ),
        _types(),
        Parameter(
            "assume",
            "What if: country:type or grouping:type pairs, as in TWN:sosa,nato:audit.",
            lambda text, known: asking.pairs_of(
                "assume", text, [*known.countries, *known.groupings], known.types
            ),
            default=(),
        ),
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The gaps as plain values."""
        if bool(asked["grouping"]) == bool(asked["countries"]):
            said = "Needed: a grouping or countries, and not both."
            raise BadQuery([BadParameter(name, said) for name in ("grouping", "countries")])
        found = gaps(
            clocks.pin,
            clocks.as_of,
            types=asked["type"],
            grouping=asked["grouping"],
            countries=asked["countries"],
            assume=asked["assume"],
            principal=asked["principal"],
        )
        return with_clocks(
            clocks,
            {
                "principal": asked["principal"],
                "grouping": asked["grouping"],
                "countries": [row.country for row in found.found.rows],
                "types": found.found.types,
                "assumed": [f"{party}:{kind}" for party, kind in asked["assume"]],
                "gaps": found.open,
                "coverage": [_coverage(kind, one) for kind, one in found.coverages.items()],
                "ranking": [asdict(one) for one in found.ranking],
                "plan": [asdict(one) for one in found.plan],
            },
        )

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every addition, best first."""
        return iter(answer["ranking"])


def _coverage(kind: str, one) -> dict:
    said = {name: value for name, value in asdict(one).items() if name not in ("grouping", "types")}
    return {"type": kind, **said}
