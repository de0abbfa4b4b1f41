"""The matrix page: countries × types on one day. Six statements, as many as the analysis."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements.analysis.cells import Cell
from agreements.analysis.changes import change_days
from agreements.analysis.matrix import Matrix, matrix
from agreements.analysis.reference import Reference, reference
from agreements.grading import GRADES
from sosa_registry.asking import some_of
from sosa_registry.pages import Question, Toolbar, clock_query, refused, show

from .marks import LEGEND, mark

ALLOWED = ("as_of", "known_at", "grouping", "region", "type", "principal", "min_grade")


@dataclass(frozen=True)
class Row:
    """One country as the matrix shows it: its cells as ready markup, a template being too slow."""

    code: str
    name: str
    region: str
    cells: SafeString


def matrix_page(request):
    """Countries × types."""
    question = Question(request, *ALLOWED)
    clocks = question.clocks
    known = reference(clocks.pin)
    grouping = question.choice("grouping", known.groupings)
    region = question.choice("region", known.regions)
    types = question.read(some_of, "type", known.types) or None
    principal = question.choice("principal", known.countries, "USA")
    grade = question.choice("min_grade", GRADES, fold=str.upper)
    toolbar = matrix_toolbar(question, known)
    if question.faults:
        return refused(question, toolbar, "matrix", "Matrix")
    found = matrix(
        clocks.pin,
        clocks.as_of,
        principal=principal,
        types=types,
        grouping=grouping,
        region=region,
        min_grade=grade,
    )
    before, after = change_days(clocks.pin, clocks.as_of, principal)
    api = question.address(known_at=clocks.known_at, as_of=clocks.as_of.isoformat())
    return show(
        question,
        "matrix.html",
        "matrix",
        api=f"matrix/{api}",
        toolbar=toolbar,
        principal=known.name(principal),
        grouping=known.groupings.get(grouping),
        region=region,
        types=[known.types[kind] for kind in found.types],
        totals=[found.totals[kind] for kind in found.types],
        rows=rows_of(found, clock_query(clocks)),
        lists=sorted(found.lists.regulations.values(), key=lambda made: made.type),
        legend=LEGEND,
        previous=before,
        previous_url=before and question.address(as_of=before.isoformat()),
        next=after,
        next_url=after and question.address(as_of=after.isoformat()),
    )


def matrix_toolbar(question: Question, known: Reference) -> Toolbar:
    """The matrix's fields."""
    groupings = [(made.slug, made.name) for made in known.groupings.values()]
    types = [(made.slug, made.abbreviation) for made in known.types.values()]
    return (
        Toolbar(question, "What the matrix shows")
        .clocks()
        .select("grouping", "Grouping", "Every country", groupings)
        .select("region", "Region", "Every region", [(name, name) for name in known.regions])
        .select("type", "Type", "Every type", types)
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
