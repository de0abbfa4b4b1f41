"""The API's questions: matrix, coverage, diff, trend, search.

Each reads its parameters, asks one function of `analysis`, and repeats the clocks with the answer.
"""

from collections.abc import Iterator
from dataclasses import asdict

from sosa_registry import asking
from sosa_registry.api.parameters import AS_OF, DAY, KNOWN_AT, Parameter, day, echo, one, some
from sosa_registry.api.views import Analysis, with_clocks
from sosa_registry.asking import BadParameter, BadQuery, Clocks
from sosa_registry.ledger.reading import Pin

from . import answers, tables
from .analysis import coverage, diff, matrix, trend
from .analysis.cells import Cell
from .analysis.reference import Reference, reference
from .analysis.search import LONGEST, search
from .grading import GRADES


def _types(name: str = "type", **more) -> Parameter:
    return Parameter(
        name,
        "Agreement types, separated by commas.",
        some(name, lambda known: known.types),
        **more,
    )


def _grouping(**more) -> Parameter:
    read = one("grouping", lambda known: known.groupings)
    return Parameter("grouping", "Only members of this grouping on the day.", read, **more)


PRINCIPAL = Parameter(
    "principal",
    "Whose arrangements: alpha-3 code of a country. The United States if not said.",
    one("principal", lambda known: known.countries, str.upper),
    {"type": "string", "default": "USA"},
    "USA",
)

REGION = Parameter(
    "region",
    "Only countries of this region.",
    one("region", lambda known: known.regions),
    default="",
)
MIN_GRADE = Parameter(
    "min_grade",
    "Only what rests on a source at least as good: A (best) to E.",
    one("min_grade", lambda known: GRADES, str.upper),
    {"type": "string", "enum": list(GRADES)},
    "",
)
ASSUME = Parameter(
    "assume",
    "What if: country:type pairs, as in TWN:sosa,MEX:sosa.",
    lambda text, known: asking.pairs_of("assume", text, known.countries, known.types),
    default=(),
)


def _words(text: str, known: Reference) -> str:
    if len(text) > LONGEST or "\0" in text:
        raise BadParameter("q", f"Allowed: 1 to {LONGEST} characters, none of them NUL.")
    return text


def _cell(cell: Cell) -> dict:
    """A cell without what does not apply. Not recorded has no status: it is never a “no”."""
    recorded = cell.certainty != "not_recorded"
    made = {"status": cell.status if recorded else None, "certainty": cell.certainty}
    if cell.agreement:
        made |= {"agreement": cell.agreement, "since": cell.since, "event": cell.event}
    if cell.through:
        made["through"] = cell.through
    if cell.basis:
        made |= {"basis": cell.basis, "basis_as_of": cell.basis_as_of}
    if cell.qualifier:
        made["qualifier"] = cell.qualifier
    if cell.certainty == "possible":
        made["alternatives"] = cell.alternatives
    if len(cell.agreements) > 1:
        made["agreements"] = cell.agreements
    made["practice"], made["conflicts"] = cell.practice, cell.conflicts
    return made


class Question(Analysis):
    """A question of this floor: its parameters are checked against countries, types, groupings."""

    tags = ("analysis",)

    def known(self, pinned: Pin) -> Reference:
        """The reference data, which costs no statement while it has not changed."""
        self.pinned = pinned
        return reference(pinned)


class MatrixView(Question):
    """Countries × types: every standing on one day, as known at one revision.

    A country is a row when it has a standing or a conflict in the asked columns, or is in the asked
    grouping; `rows=all` gives every country. A cell that is missing is not recorded, which is not
    a no.
    """

    serializer_class = answers.MatrixSerializer
    columns = tables.MATRIX
    parameters = (
        AS_OF,
        KNOWN_AT,
        PRINCIPAL,
        _types(),
        _grouping(default=""),
        REGION,
        Parameter(
            "status",
            "Only countries with this status in one of the asked columns.",
            one("status", lambda known: matrix.STATUSES),
            {"type": "string", "enum": matrix.STATUSES},
            "",
        ),
        MIN_GRADE,
        Parameter(
            "rows",
            "all: every country, whether or not anything is recorded.",
            one("rows", lambda known: ["all"]),
            {"type": "string", "enum": ["all"]},
            "",
        ),
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The matrix as plain values."""
        found = matrix.matrix(
            clocks.pin,
            clocks.as_of,
            principal=asked["principal"],
            types=asked["type"],
            grouping=asked["grouping"],
            region=asked["region"],
            status=asked["status"],
            min_grade=asked["min_grade"],
            every_country=asked["rows"] == "all",
        )
        rows = [
            {
                "country": row.country,
                "name": row.name,
                "region": row.region,
                "cells": {kind: _cell(cell) for kind, cell in row.cells.items()},
            }
            for row in found.rows
        ]
        return with_clocks(
            clocks,
            {
                "principal": found.principal,
                "types": found.types,
                "rows": rows,
                "totals": found.totals,
            },
        )

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every country and asked type, recorded or not."""
        return tables.matrix_rows(answer)


class CoverageView(Question):
    """Of a grouping's members on a day: who has one of the types, who possibly, who lacks it.

    `assume` asks what if: each assumed arrangement that would change the answer counts as had and
    is named in `assumed`. The principal itself is not counted.
    """

    serializer_class = answers.CoverageSerializer
    columns = tables.COVERAGE
    parameters = (
        AS_OF,
        KNOWN_AT,
        PRINCIPAL,
        _grouping(required=True),
        _types(required=True),
        ASSUME,
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The coverage as plain values."""
        found = coverage.coverage(
            clocks.pin,
            clocks.as_of,
            grouping=asked["grouping"],
            types=asked["type"],
            assume=asked["assume"],
            principal=asked["principal"],
        )
        made = asdict(found)
        kind = ",".join(made.pop("types"))
        return {
            "grouping": made.pop("grouping"),
            "type": kind,
            **echo(clocks),
            "principal": asked["principal"],
            **made,
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every member."""
        return tables.coverage_rows(answer, reference(self.pinned))


class DiffView(Question):
    """What changed between two points, each a day and a state of knowledge.

    Entered and left: certainly in force at exactly one of the points and not possibly at the other.
    Every other difference is changed. Each says its `cause`: `world`, or `registry` for what was
    only learned or corrected.
    """

    serializer_class = answers.DiffSerializer
    columns = tables.DIFF
    clock_names = (("from", "from_known_at"), ("to", "to_known_at"))
    parameters = (
        Parameter("from", "The first day, YYYY-MM-DD.", day("from"), DAY, required=True),
        Parameter("to", "The second day, YYYY-MM-DD. Today (UTC) if not said.", schema=DAY),
        Parameter("from_known_at", "What was known then: as `known_at`. Now if not said."),
        Parameter("to_known_at", "What was known then: as `known_at`. Now if not said."),
        PRINCIPAL,
        _types(),
    )

    def answer(self, asked: dict, before: Clocks, after: Clocks) -> dict:
        """The differences as plain values."""
        found = diff.diff(
            (before.pin, before.as_of),
            (after.pin, after.as_of),
            principal=asked["principal"],
            types=asked["type"],
        )
        return {
            "from": echo(before),
            "to": echo(after),
            "principal": asked["principal"],
            "types": asked["type"] or list(reference(after.pin).types),
            "entered": found.entered,
            "left": found.left,
            "changed": found.changed,
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every difference."""
        return tables.diff_rows(answer, reference(self.pinned))


class TrendView(Question):
    """Number of countries with each type in force, over time.

    `certain` counts those certainly in force on the day, `possible` those beside them that some
    reading of the dates gives. At most 1,000 points.
    """

    serializer_class = answers.TrendSerializer
    columns = tables.TREND
    clock_names = (("to", "known_at"),)
    parameters = (
        Parameter(
            "from",
            "The first day. If not said: 1 January, twenty years before the last.",
            day("from"),
            DAY,
        ),
        Parameter("to", "The last day. Today (UTC) if not said.", schema=DAY),
        Parameter(
            "step",
            "From one point to the next.",
            one("step", lambda known: trend.MONTHS),
            {"type": "string", "enum": list(trend.MONTHS), "default": "year"},
            "year",
        ),
        KNOWN_AT,
        PRINCIPAL,
        _types(),
        _grouping(default=""),
        REGION,
        MIN_GRADE,
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The points as plain values."""
        start = asked["from"] or trend.usual_start(clocks.as_of)
        if start > clocks.as_of:
            said = {"from": f"{start} lies after to.", "to": f"{clocks.as_of} lies before from."}
            raise BadQuery([BadParameter(name, fault) for name, fault in said.items()])
        limits = {name: asked[name] for name in ("principal", "grouping", "region", "min_grade")}
        try:
            found = trend.trend(
                clocks.pin,
                start=start,
                end=clocks.as_of,
                step=asked["step"],
                types=asked["type"],
                **limits,
            )
        except ValueError as error:
            name, _, message = str(error).partition(": ")
            raise BadParameter(name, message) from error
        return {
            "from": start,
            "to": clocks.as_of,
            "step": asked["step"],
            "known_at": clocks.known_at,
            "revision": clocks.revision,
            **limits,
            "types": found.types,
            "points": [
                {
                    "as_of": point.as_of,
                    **({"projected": True} if point.as_of > clocks.today else {}),
                    "certain": point.certain,
                    "possible": point.possible,
                }
                for point in found.points
            ],
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every day and type."""
        return tables.trend_rows(answer)


class SearchView(Question):
    """Countries, types, groupings, agreements, codes, firms, organizations and sources by name.

    Every word must be found in a record's names or aliases, accents and case aside. When nothing is
    found, the nearest names are offered. It searches the registry as it is now.
    """

    serializer_class = answers.SearchSerializer
    columns = tables.SEARCH
    clock_names = ()
    parameters = (
        Parameter(
            "q",
            f"The words looked for, 1 to {LONGEST} characters.",
            _words,
            {"type": "string", "minLength": 1, "maxLength": LONGEST},
            required=True,
        ),
    )

    def answer(self, asked: dict) -> dict:
        """The hits, best first."""
        found = search(self.pinned, asked["q"])
        return {"q": asked["q"], "revision": self.pinned.revision, "results": found}

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every hit, best first."""
        return map(asdict, answer["results"])
