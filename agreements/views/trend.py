"""The trend page: how many countries have each type in force over time, drawn and as a table.

One small panel a type, all on the same scale: what is certain is filled, what is possible beside it
is hatched. Arithmetic for the drawing is here; the counts are `analysis.trend`'s.
"""

from dataclasses import dataclass
from datetime import date

from agreements.analysis.reference import Reference, reference
from agreements.analysis.trend import MONTHS, Trend, trend, usual_start
from agreements.models import AgreementType
from sosa_registry.asking import read_day
from sosa_registry.pages import Question, Toolbar, refused, show

from .matrix import ALLOWED, matrix_toolbar, read_filters, said_of, views_of

WIDTH, HEIGHT = 1000, 100  # of a panel, in units that stretch with it
_STEPS = {"year": "Year by year", "quarter": "Quarter by quarter", "month": "Month by month"}


@dataclass(frozen=True)
class Panel:
    """One type's drawing: two areas, the count at either end, and the day asked about."""

    type: AgreementType
    certain: str
    possible: str
    first: str
    last: str
    as_of_x: int | None


@dataclass(frozen=True)
class Line:
    """One day of the table: whether it is yet to come, and each type's count in words."""

    day: date
    projected: bool
    counts: list[str]


def trend_page(request):
    """Numbers in force over time."""
    question = Question(request, *ALLOWED, "from", "to", "step")
    clocks = question.clocks
    known = reference(clocks.pin)
    filters = read_filters(question, known)
    step = question.choice("step", MONTHS, "year")
    end = question.read(read_day, "to") or max(clocks.today, clocks.as_of)
    start = question.read(read_day, "from") or usual_start(min(end, clocks.as_of))
    toolbar = _toolbar(question, known, start, end)
    found = None if question.faults else _ask(question, start, end, step, filters)
    if found is None:
        return refused(question, toolbar, "matrix", "Trend")
    highest = max(
        (
            point.certain[kind] + point.possible[kind]
            for point in found.points
            for kind in found.types
        ),
        default=0,
    )
    ever = [kind for kind in found.types if _peak(found, kind)]
    api = question.address(as_of=None, to=end, step=step, **{"from": start})
    return show(
        question,
        "trend.html",
        "matrix",
        api=f"trend/{api}",
        feed="/trend/changes.atom",
        toolbar=toolbar,
        views=views_of(question),
        start=start,
        end=end,
        highest=highest,
        panels=[_panel(found, known.types[kind], highest, clocks.as_of) for kind in ever],
        never=[known.types[kind] for kind in found.types if kind not in ever],
        types=[known.types[kind] for kind in found.types],
        lines=[
            Line(
                point.as_of,
                point.as_of > clocks.today,
                [_count(point, kind) for kind in found.types],
            )
            for point in reversed(found.points)
        ],
        **said_of(filters, known),
    )


def _toolbar(question: Question, known: Reference, start: date, end: date) -> Toolbar:
    made = matrix_toolbar(question, known)
    steps = [(name, words) for name, words in _STEPS.items() if name != "year"]
    return (
        made.date("from", "From", start)
        .date("to", "To", end)
        .select("step", "Step", _STEPS["year"], steps)
    )


def _ask(question: Question, start: date, end: date, step: str, filters) -> Trend | None:
    """The trend; None, with the fault noted, for a span that cannot be."""
    try:
        return trend(question.clocks.pin, start=start, end=end, step=step, **filters.asked())
    except ValueError as error:
        name, _, message = str(error).partition(": ")
        question.fault(name, message[0].upper() + message[1:])
        return None


def _peak(found: Trend, kind: str) -> int:
    return max(point.certain[kind] + point.possible[kind] for point in found.points)


def _count(point, kind: str) -> str:
    possibly = f" + {point.possible[kind]}" if point.possible[kind] else ""
    return f"{point.certain[kind]}{possibly}"


def _panel(found: Trend, kind: AgreementType, highest: int, as_of: date) -> Panel:
    days = [point.as_of for point in found.points]
    span = (days[-1] - days[0]).days or 1
    places = [round(WIDTH * (day - days[0]).days / span) for day in days]
    sure = [point.certain[kind.slug] for point in found.points]
    may = [point.certain[kind.slug] + point.possible[kind.slug] for point in found.points]
    asked = round(WIDTH * (as_of - days[0]).days / span)
    return Panel(
        kind,
        _area(places, sure, highest),
        _area(places, may, highest),
        _count(found.points[0], kind.slug),
        _count(found.points[-1], kind.slug),
        asked if 0 <= asked <= WIDTH else None,
    )


def _area(places: list[int], counts: list[int], highest: int) -> str:
    """The area under a step line: a count holds until the next day that was counted."""
    said = [f"M0 {HEIGHT}"]
    for place, count in zip(places, counts, strict=True):
        said.append(f"H{place}V{round(HEIGHT * (1 - count / highest), 1):g}")
    return "".join(said) + f"H{WIDTH}V{HEIGHT}Z"
