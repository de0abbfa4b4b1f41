"""The API's question about countries side by side."""

from collections.abc import Iterator

from sosa_registry.api.parameters import AS_OF, KNOWN_AT, Parameter, some
from sosa_registry.api.views import with_clocks
from sosa_registry.asking import BadParameter, Clocks

from . import answers_side_by_side as answers
from . import tables
from .analysis.cells import NOT_RECORDED, Cell
from .analysis.codes import CodeStage
from .analysis.reference import reference
from .analysis.side_by_side import (
    FEWEST,
    MEMBER,
    MOST,
    POSSIBLY,
    SideBySide,
    differs,
    side_by_side,
    standing_of,
)
from .api_analysis import PRINCIPAL, Question

_BELONGING = {MEMBER: "member", POSSIBLY: "possible"}
_CODES = {True: "in_place", False: "not_in_place", None: "not_known"}


class SideBySideView(Question):
    """Two to four countries side by side: each type, code of conduct and grouping, what differs.

    Two answers are the same when status and certainty are; since when and by which agreement is
    beside the point. `differs` compares with the first country.
    """

    serializer_class = answers.SideBySideSerializer
    columns = tables.SIDE_BY_SIDE
    parameters = (
        AS_OF,
        KNOWN_AT,
        PRINCIPAL,
        Parameter(
            "countries",
            f"{FEWEST} to {MOST} countries: alpha-3 codes, separated by commas.",
            some("countries", lambda known: known.countries),
            required=True,
        ),
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The lines as plain values."""
        countries = asked["countries"]
        if not FEWEST <= len(countries) <= MOST:
            raise BadParameter("countries", f"{len(countries)}. Allowed: {FEWEST} to {MOST}.")
        found = side_by_side(clocks.pin, clocks.as_of, countries, principal=asked["principal"])
        return with_clocks(
            clocks,
            {
                "principal": asked["principal"],
                "countries": countries,
                "lines": list(self._lines(found)),
            },
        )

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every line and country."""
        return tables.side_by_side_rows(answer, reference(self.pinned))

    def _lines(self, found: SideBySide) -> Iterator[dict]:
        known = reference(self.pinned)
        for kind, cells in found.types.items():
            apart = differs([standing_of(cell) for cell in cells])
            said = [_of_cell(cell) for cell in cells]
            yield _line("type", kind, known.types[kind].abbreviation, found, said, apart)
        apart = differs([code and code.in_place for code in found.codes])
        said = [_of_code(code) for code in found.codes]
        yield _line("code", "", "Code of conduct", found, said, apart)
        for slug, belonging in found.groupings.items():
            said = [{"answer": _BELONGING.get(words, NOT_RECORDED)} for words in belonging]
            name = known.groupings[slug].name
            yield _line("grouping", slug, name, found, said, differs(belonging))


def _line(about: str, key: str, name: str, found: SideBySide, said: list, apart: list) -> dict:
    empty = {"answer": NOT_RECORDED, "since": "", "agreement": "", "note": ""}
    return {
        "about": about,
        "key": key,
        "name": name,
        "differs": any(apart),
        "answers": [
            {"country": country, **empty, **one, "differs": other}
            for country, one, other in zip(found.countries, said, apart, strict=True)
        ],
    }


def _of_cell(cell: Cell | None) -> dict:
    if cell is None or cell.certainty == NOT_RECORDED:
        return {"certainty": NOT_RECORDED}
    return {
        "answer": cell.status,
        "certainty": cell.certainty,
        "since": cell.since or "",
        "agreement": cell.agreement or "",
    }


def _of_code(code: CodeStage | None) -> dict:
    if code is None:
        return {}
    return {
        "answer": _CODES[code.in_place],
        "since": code.since,
        "agreement": code.slug,
        "note": code.waits_for,
    }
