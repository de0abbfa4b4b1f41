"""The map page: one type of the matrix on a map, with the same answer as a table beneath.

A country with an agreement or a conflict is a link; one without is drawn by what its absence is,
none confirmed or not recorded, and named in its hint.
"""

from dataclasses import dataclass

from django.http import Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements.analysis.cells import Cell
from agreements.analysis.matrix import Matrix, matrix
from agreements.analysis.reference import Reference, reference
from sosa_registry.pages import Question, clock_query, refused, show

from .marks import LEGEND, Mark, mark
from .matrix import ALLOWED, matrix_toolbar, read_filters, said_of, steps_of, views_of
from .world import World, world

USUAL_TYPE = "sosa"
RADIUS = 7


@dataclass(frozen=True)
class MapLine:
    """One country with an answer, as the table beneath the map says it."""

    code: str
    name: str
    mark: Mark
    cell: Cell


def map_page(request):
    """One type on the map."""
    question = Question(request, *ALLOWED)
    clocks = question.clocks
    known = reference(clocks.pin)
    filters = read_filters(question, known)
    toolbar = matrix_toolbar(question, known, blank_type=_usual(known))
    if not known.types:
        raise Http404("No agreement type in the registry yet.")
    if question.faults:
        return refused(question, toolbar, "matrix", "Map")
    kind = known.types[(filters.types or [_usual(known)])[0]]
    asked = {**filters.asked(), "types": [kind.slug]}
    found = matrix(clocks.pin, clocks.as_of, **asked, every_country=True)
    lines = lines_of(found, kind.slug, clock_query(clocks))
    api = question.address(
        known_at=clocks.known_at, as_of=clocks.as_of.isoformat(), type=kind.slug, rows="all"
    )
    return show(
        question,
        "map.html",
        "matrix",
        api=f"matrix/{api}",
        feed="/map/changes.atom",
        toolbar=toolbar,
        views=views_of(question),
        type=kind,
        others=len(filters.types or [kind]) - 1,
        total=found.totals[kind.slug],
        world=world(),
        shapes=shapes_of(lines, filters.principal, known, world()),
        lines=[line for line in lines if _is_link(line)],
        legend=_legend(lines),
        **said_of(filters, known),
        **steps_of(question, filters.principal),
    )


def _usual(known: Reference) -> str:
    return USUAL_TYPE if USUAL_TYPE in known.types else next(iter(known.types), "")


def lines_of(found: Matrix, kind: str, query: str) -> list[MapLine]:
    """Every country that was asked about, by name."""
    return [
        MapLine(row.country, row.name, mark(cell, row.country, kind, query), cell)
        for row in found.rows
        for cell in [row.cells.get(kind)]
    ]


def shapes_of(
    lines: list[MapLine], principal: str, known: Reference, drawn: World
) -> list[SafeString]:
    """The map's shapes as ready markup: the principal, those not asked about, then the answers."""
    asked = {line.code for line in lines}
    outside = "".join(
        path for code, path in drawn.paths.items() if code not in asked and code != principal
    )
    made = [format_html('<path class="outside" d="{}"></path>', outside + drawn.unnamed)]
    if principal in drawn.paths:
        made.append(
            format_html(
                '<path class="principal" d="{}"><title>{}, the principal</title></path>',
                drawn.paths[principal],
                known.name(principal),
            )
        )
    # Links come last, so that no neighbour's border covers the outline of the one in focus.
    return made + [_shape(line, drawn) for line in sorted(lines, key=_is_link)]


def _is_link(line: MapLine) -> bool:
    return bool(line.cell and (line.cell.agreement or line.cell.conflicts))


def _shape(line: MapLine, drawn: World) -> SafeString:
    linked = _is_link(line)
    shape = SafeString("")
    if line.code in drawn.paths:
        shape = format_html('<path d="{}"></path>', drawn.paths[line.code])
    # A mark for each small country would hide the sea: only for those that have something.
    if linked and line.code in drawn.marks:
        x, y = drawn.marks[line.code]
        shape += format_html('<circle cx="{}" cy="{}" r="{}"></circle>', x, y, RADIUS)
    if not shape:
        return shape
    if not linked:
        return format_html(
            '<g class="m-{}"><title>{}: {}</title>{}</g>',
            line.mark.glyph,
            line.name,
            line.mark.detail,
            shape,
        )
    return format_html(
        '<a class="m-{0}" href="{1}" aria-label="{2}: {3}"><title>{2}: {3}</title>{4}</a>',
        line.mark.glyph,
        line.mark.url,
        line.name,
        line.mark.detail,
        shape,
    )


def _legend(lines: list[MapLine]) -> list[tuple[str, str, int]]:
    """The looks that are on this map: glyph, meaning, how many countries."""
    counted: dict[str, int] = {}
    for line in lines:
        counted[line.mark.glyph] = counted.get(line.mark.glyph, 0) + 1
    return [
        (entry.glyph, entry.means, counted[entry.glyph])
        for entry in LEGEND
        if entry.glyph in counted
    ]
