"""The matrix page: countries × types on one day. Six statements, as many as the analysis.

The map and the trend are views of the same query, so its fields, its reading and the steps from one
change to the next are here for all three.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements.analysis.cells import Cell
from agreements.analysis.changes import change_days, changes_near
from agreements.analysis.matrix import Matrix, matrix
from agreements.analysis.reference import Reference, reference
from agreements.grading import GRADES
from sosa_registry.asking import some_of
from sosa_registry.pages import Question, Toolbar, clock_query, refused, show

from .marks import LEGEND, mark

ALLOWED = ("as_of", "known_at", "grouping", "region", "type", "principal", "min_grade")
VIEWS = (("Matrix", "/"), ("Map", "/map/"), ("Trend", "/trend/"))


@dataclass(frozen=True)
class Row:
    """One country as the matrix shows it: its cells as ready markup, a template being too slow."""

    code: str
    name: str
    region: str
    cells: SafeString


@dataclass(frozen=True)
class Filters:
    """What matrix, map and trend are asked of, both clocks aside."""

    principal: str
    types: list[str] | None
    grouping: str
    region: str
    min_grade: str

    def asked(self) -> dict:
        """As `analysis` takes them."""
        return vars(self)


def read_filters(question: Question, known: Reference) -> Filters:
    """The filters that the three views share; faults are noted in the question."""
    return Filters(
        principal=question.choice("principal", known.countries, "USA"),
        types=question.read(some_of, "type", known.types) or None,
        grouping=question.choice("grouping", known.groupings),
        region=question.choice("region", known.regions),
        min_grade=question.choice("min_grade", GRADES, fold=str.upper),
    )


def views_of(question: Question) -> list[tuple[str, str, bool]]:
    """Matrix, map and trend of this same query: name, address, whether it is the one shown."""
    asked = {name: question.text(name) or None for name in ALLOWED}
    query = question.address(**{**dict.fromkeys(question.allowed), **asked})
    path = question.request.path
    return [(name, place + query.rstrip("?"), place == path) for name, place in VIEWS]


def said_of(filters: Filters, known: Reference) -> dict:
    """The filters in words, for the heading of each view."""
    return {
        "principal": known.name(filters.principal),
        "grouping": known.groupings.get(filters.grouping),
        "region": filters.region,
    }


def steps_of(question: Question, principal: str) -> dict:
    """The previous and the next change, and the days that a slider steps through."""
    clocks = question.clocks
    before, after = change_days(clocks.pin, clocks.as_of, principal)
    return {
        "previous": before,
        "previous_url": before and question.address(as_of=before.isoformat()),
        "next": after,
        "next_url": after and question.address(as_of=after.isoformat()),
        "days": " ".join(map(str, changes_near(clocks.pin, clocks.as_of, principal))),
    }


def matrix_page(request):
    """Countries × types."""
    question = Question(request, *ALLOWED)
    clocks = question.clocks
    known = reference(clocks.pin)
    filters = read_filters(question, known)
    toolbar = matrix_toolbar(question, known)
    if question.faults:
        return refused(question, toolbar, "matrix", "Matrix")
    found = matrix(clocks.pin, clocks.as_of, **filters.asked())
    api = question.address(known_at=clocks.known_at, as_of=clocks.as_of.isoformat())
    return show(
        question,
        "matrix.html",
        "matrix",
        api=f"matrix/{api}",
        feed="/matrix/changes.atom",
        toolbar=toolbar,
        views=views_of(question),
        types=[known.types[kind] for kind in found.types],
        totals=[found.totals[kind] for kind in found.types],
        rows=rows_of(found, clock_query(clocks)),
        lists=sorted(found.lists.regulations.values(), key=lambda made: made.type),
        legend=LEGEND,
        **said_of(filters, known),
        **steps_of(question, filters.principal),
    )


def matrix_toolbar(question: Question, known: Reference, blank_type: str = "") -> Toolbar:
    """The matrix's fields; on the map, which shows one type, `blank_type` is the usual one."""
    groupings = [(made.slug, made.name) for made in known.groupings.values()]
    types = [(made.slug, made.abbreviation) for made in known.types.values()]
    every = f"{known.types[blank_type].abbreviation} (usual)" if blank_type else "Every type"
    return (
        Toolbar(question, "What the matrix shows")
        .clocks()
        .select("grouping", "Grouping", "Every country", groupings)
        .select("region", "Region", "Every region", [(name, name) for name in known.regions])
        .select("type", "Type", every, types)
        .select("min_grade", "Evidence", "Every grade", [(g, f"{g} or better") for g in GRADES])
        .keep("principal")
    )


def rows_of(found: Matrix, query: str) -> list[Row]:
    """The rows with their cells as markup."""
    return [
        Row(
            row.country,
            row.name,
            row.region,
            format_html(
                "{}" * len(found.types),
                *(_cell(row.cells.get(kind), row.country, kind, query) for kind in found.types),
            ),
        )
        for row in found.rows
    ]


# The markup of a cell follows from these alone, and most cells are asked for again and again.
@lru_cache(maxsize=4096)
def _cell(cell: Cell | None, country: str, kind: str, query: str) -> SafeString:
    shown = mark(cell, country, kind, query)
    if not shown.url:
        return format_html(
            '<td class="s-{0}"><svg class="glyph" aria-hidden="true"><use href="#g-{0}"></use>'
            '</svg><span class="sr">{1}</span></td>',
            shown.glyph,
            shown.detail,
        )
    signs = format_html('<sup class="mark" aria-hidden="true">{}</sup>', shown.marks)
    return format_html(
        '<td class="s-{0}"><a href="{1}" title="{2}"><svg class="glyph" aria-hidden="true">'
        '<use href="#g-{0}"></use></svg>{3}<span class="sr">{2}</span></a></td>',
        shown.glyph,
        shown.url,
        shown.detail,
        signs if shown.marks else "",
    )
