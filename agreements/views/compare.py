"""What changed between two points, each a day in the world and a state of what was known of it.

What happened in the world comes first; what the registry only learned or corrected stands apart.
"""

from dataclasses import dataclass

from agreements.analysis.cells import NONE
from agreements.analysis.diff import CAUSES, Difference, diff
from agreements.analysis.reference import Reference, reference
from agreements.models import AgreementType
from sosa_registry.asking import BadParameter, read_clocks, some_of
from sosa_registry.pages import Question, Toolbar, refused, show

from .marks import status_words

POINTS = (("from", "from_known_at"), ("to", "to_known_at"))
PLACES = (("Two points", "/compare/"), ("Countries", "/compare/countries/"))


@dataclass(frozen=True)
class Line:
    """One difference in words."""

    country: str
    name: str
    type: AgreementType
    agreement: str
    before: str
    after: str


def compare_page(request):
    """Entered, left and otherwise changed, between two points."""
    question = Question(request, *(name for point in POINTS for name in point), "type")
    known = reference(question.clocks.pin)
    before, after = (_point(question, *point) for point in POINTS)
    types = question.read(some_of, "type", known.types) or None
    kinds = [(kind.slug, kind.abbreviation) for kind in known.types.values()]
    hint = {"placeholder": "revision or time"}
    toolbar = (
        Toolbar(question, "Which points", submit="Compare")
        .date("from", "From", before.as_of)
        .input("from_known_at", "Known at", **hint)
        .date("to", "To", after.as_of)
        .input("to_known_at", "Known at, then", **hint)
        .select("type", "Type", "Every type", kinds)
    )
    if question.faults:
        return refused(question, toolbar, "compare", "Compare two points")
    found = diff((before.pin, before.as_of), (after.pin, after.as_of), types=types)
    world, registry = (
        [
            (title, means, [_line(one, known) for one in rows if one.cause == cause])
            for title, means, rows in (
                ("Entered", "Certainly in force then, and not possibly before.", found.entered),
                ("Left", "Certainly in force before, and not possibly then.", found.left),
                ("Otherwise changed", "Every other difference.", found.changed),
            )
        ]
        for cause in CAUSES
    )
    return show(
        question,
        "compare.html",
        "compare",
        api=f"diff/{question.address(**{'from': before.as_of, 'to': after.as_of})}",
        toolbar=toolbar,
        before=before,
        after=after,
        asked=bool(question.text("from")),
        world=world,
        registry=registry if before.revision != after.revision else [],
        views=comparisons(question),
    )


def comparisons(question: Question) -> list[tuple[str, str, bool]]:
    """The two comparisons: name, address, whether it is the one shown."""
    return [(name, place, place == question.request.path) for name, place in PLACES]


def _point(question: Question, day: str, known_at: str):
    """Both clocks of one point; now, with the fault noted, when they cannot be read."""
    try:
        return read_clocks(question.request.GET, day, known_at)
    except BadParameter as fault:
        question.fault(fault.name, fault.message)
        return question.clocks


def _line(one: Difference, known: Reference) -> Line:
    return Line(
        one.country,
        known.name(one.country),
        known.types[one.type],
        one.agreement,
        _said(one.before, one.before_certainty),
        _said(one.after, one.after_certainty),
    )


def _said(status: str, certainty: str) -> str:
    if status == NONE:
        return "No agreement"
    words = status_words(status)
    return f"Possibly {words.lower()}" if certainty == "possible" else words
