"""Coverage and gaps: any grouping or hand-picked countries, any types, any day, and what if."""

from dataclasses import dataclass

from agreements.analysis.gaps import Addition, Gaps, gaps
from agreements.analysis.reference import Reference, reference
from agreements.models import AgreementType
from sosa_registry.asking import pairs_of, some_of
from sosa_registry.pages import CLOCKS, Question, Toolbar, clock_query, refused, show

from .kinds import coverage_line
from .marks import LEGEND
from .matrix import rows_of

MOST_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One addition in words, with the address that assumes it."""

    party: str
    url: str
    is_grouping: bool
    type: AgreementType
    closes: list[str]
    left: int
    assume_url: str


def gaps_page(request):
    """Who lacks what, and which one addition closes most gaps."""
    question = Question(request, *CLOCKS, "grouping", "countries", "type", "assume")
    clocks = question.clocks
    known = reference(clocks.pin)
    grouping, countries, types, assume = read_asked(question, known)
    toolbar = (
        Toolbar(question, "Whose gaps, and what if")
        .clocks()
        .select(
            "grouping", "Grouping", "None", [(m.slug, m.name) for m in known.groupings.values()]
        )
        .input("countries", "Or countries", placeholder="AUS, NZL, TWN")
        .input("type", "Types (all if empty)", placeholder="sosa, rdp-mou")
        .input("assume", "What if", placeholder="TWN:sosa, nato:audit")
    )
    if question.faults:
        return refused(question, toolbar, "gaps", "Coverage and gaps")
    found = None
    if grouping or countries:
        found = gaps(
            clocks.pin,
            clocks.as_of,
            types=types,
            grouping=grouping,
            countries=countries or None,
            assume=assume,
        )
    return show(
        question,
        "gaps.html",
        "gaps",
        api=f"gaps/{question.address()}" if found else "",
        feed="/gaps/changes.atom" if found else "",
        toolbar=toolbar,
        grouping=known.groupings.get(grouping),
        assumed=[(_party(party, known), known.types[kind]) for party, kind in assume],
        **(_shown(found, question, known) if found else {"found": None}),
    )


def read_asked(question: Question, known: Reference) -> tuple[str, list, list | None, list]:
    """Grouping, countries, types (None: all) and what is assumed; faults are noted."""
    grouping = question.choice("grouping", known.groupings)
    countries = question.read(_countries, "countries", known) or []
    types = question.read(some_of, "type", known.types) or None
    parties = [*known.countries, *known.groupings]
    assume = question.read(pairs_of, "assume", parties, known.types) or []
    if grouping and countries:
        question.fault("countries", "Choose a grouping or countries, not both.")
    return grouping, countries, types, assume


def _countries(name: str, text: str, known: Reference) -> list[str]:
    """Countries by code, name or alias, separated by commas. Raises BadParameter."""
    called = ",".join(known.code_of(part) for part in text.split(","))
    return some_of(name, called, known.countries)


def _shown(found: Gaps, question: Question, known: Reference) -> dict:
    left, plan = found.open, []
    for step in found.plan:
        left -= len(step.closes)
        plan.append(_line(step, question, known, left))
    return {
        "found": found,
        "members": len(found.found.rows),
        "coverages": [coverage_line(one, known) for one in found.coverages.values()],
        "ranking": [
            _line(one, question, known, found.open - len(one.closes))
            for one in found.ranking[:MOST_SHOWN]
        ],
        "unshown": max(0, len(found.ranking) - MOST_SHOWN),
        "plan": plan,
        "types": [known.types[kind] for kind in found.found.types],
        "totals": [found.found.totals[kind] for kind in found.found.types],
        "rows": rows_of(found.found, clock_query(question.clocks)),
        "legend": LEGEND,
    }


def _line(one: Addition, question: Question, known: Reference, left: int) -> Line:
    assumed = ",".join(filter(None, (question.text("assume"), f"{one.party}:{one.type}")))
    name, url = _party(one.party, known)
    return Line(
        name,
        url + clock_query(question.clocks),
        one.is_grouping,
        known.types[one.type],
        [known.name(country) for country in one.closes],
        left,
        question.address(assume=assumed),
    )


def _party(party: str, known: Reference) -> tuple[str, str]:
    if party in known.groupings:
        return known.groupings[party].name, f"/groupings/{party}/"
    return known.name(party), f"/countries/{party}/"
