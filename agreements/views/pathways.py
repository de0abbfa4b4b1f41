"""The pathway advisor and reciprocity: both judged by `analysis`, here only put into words."""

from dataclasses import dataclass
from difflib import get_close_matches

from agreements.analysis.pathway_terms import (
    CLOSED,
    CONDITIONAL,
    DIRECTIONS,
    MECHANISMS,
    OPEN,
    PARTNER_BUYS,
    US_BUYS,
    Cited,
    Condition,
    Note,
    Occasion,
    Route,
    Step,
)
from agreements.analysis.pathways import (
    DISCLAIMER,
    SCOPE,
    Pathways,
    directions_of,
    gather,
    judged,
    refuse_direction,
)
from agreements.analysis.reciprocity import (
    KindOfPromise,
    Promise,
    reciprocity,
    refuse_one_country,
)
from agreements.analysis.reference import Reference, reference
from agreements.models import Commitment, Invocation
from partners.models import Firm, Source
from sosa_registry.pages import CLOCKS, Question, Toolbar, refused, show

from .countries import PRINCIPAL, KindLine, kind_line

MOST_FIRMS = 200  # more than that are typed, not chosen
_DIRECTIONS = {
    US_BUYS: "US buys abroad",
    PARTNER_BUYS: "Partner buys in US",
}
_VERDICTS = {OPEN: "Open", CONDITIONAL: "Conditional", CLOSED: "Closed"}
_HOLDS = {True: "holds", False: "does not hold", None: "not known"}


@dataclass(frozen=True)
class Place:
    """A source by its title, and the place in it."""

    source: Source | None
    cited: Cited


@dataclass(frozen=True)
class StepLine:
    """One step in words."""

    step: Step
    mechanism: str
    condition: str
    holds: str
    sources: list[Place]


@dataclass(frozen=True)
class RouteLine:
    """One route in words."""

    route: Route
    verdict: str
    enforceability: str
    basis: str
    basis_source: Source | None
    steps: list[StepLine]


@dataclass(frozen=True)
class Answer:
    """The answer in one direction, in words."""

    direction: str
    heading: str
    summary: str
    routes: list[RouteLine]
    notes: list[tuple[Note, str, list[Place]]]
    occasions: list[tuple[Occasion, str]]


def pathways_page(request):
    """How priority delivery is obtained from a country, or by it from the United States."""
    question = Question(request, *CLOCKS, "direction", "country", "firm")
    clocks = question.clocks
    known = reference(clocks.pin)
    direction = question.choice("direction", DIRECTIONS)
    country = _country(question, "country", known)
    if country and direction:
        _hear(question, refuse_direction, direction, country)
    facts = None
    if country and not question.faults:
        facts = _hear(
            question, gather, clocks.pin, clocks.as_of, country, question.text("firm").strip()
        )
    toolbar = _toolbar(question, known, country)
    if question.faults:
        return refused(question, toolbar, "pathways", "Pathways")
    wanted = [direction] if direction else directions_of(country)
    found = [judged(facts, each) for each in wanted] if facts else []
    return show(
        question,
        "pathways.html",
        "pathways",
        api=f"pathways/{question.address(direction=wanted[0])}" if facts else "",
        feed="/pathways/changes.atom" if facts else "",
        toolbar=toolbar,
        facts=facts,
        answers=_answers(found, known),
        disclaimer=DISCLAIMER,
        scope=SCOPE,
    )


def _country(question: Question, name: str, known: Reference) -> str:
    """A country's code; beside a field of 248 choices a fault names the nearest, not all."""
    typed = question.text(name).strip()
    code = typed.upper()
    if not typed or code in known.countries:
        return code
    near = get_close_matches(code[:20], known.countries, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    question.fault(name, f"Unknown value “{typed[:60]}”.{hint} Allowed: ISO 3166-1 alpha-3 codes.")
    return ""


def _hear(question: Question, judge, *args):
    """What a function of analysis answers; what it refuses is a fault of a parameter."""
    try:
        return judge(*args)
    except ValueError as error:
        name, _, message = str(error).partition(": ")
        question.fault(name, message)
    return None


def _toolbar(question: Question, known: Reference, country: str) -> Toolbar:
    countries = [(made.code, made.name) for made in known.countries.values()]
    toolbar = (
        Toolbar(question, "What is needed")
        .select("direction", "Who buys", "Both directions", _DIRECTIONS.items())
        .select("country", "Country abroad", "Choose a country", countries)
    )
    firms = list(Firm.objects.filter(country=country).values_list("slug", "name")[:MOST_FIRMS])
    if 0 < len(firms) < MOST_FIRMS:
        toolbar.select("firm", "Firm", "Any firm", firms)
    else:
        toolbar.input("firm", "Firm", placeholder="any; or its short name")
    return toolbar.clocks()


def _answers(found: list[Pathways], known: Reference) -> list[Answer]:
    titles = _titles(found)
    kinds = {slug: kind.abbreviation for slug, kind in known.types.items()}
    return [_answer(one, titles, kinds) for one in found]


def _titles(found: list[Pathways]) -> dict[str, Source]:
    """Every source that the answers name, by its short name. One statement."""
    named = {route.basis for one in found for route in one.routes}
    for one in found:
        steps = [step for route in one.routes for step in route.steps]
        for made in [*steps, *one.notes]:
            named |= {cited.source for cited in made.cited} | {told.source for told in made.told}
    return {source.slug: source for source in Source.objects.filter(slug__in=named)}


def _answer(found: Pathways, titles: dict[str, Source], kinds: dict[str, str]) -> Answer:
    facts, outcomes = found.facts, dict(Invocation.Outcome.choices)
    who = facts.firm.name if facts.firm else facts.name
    heading = {
        US_BUYS: f"A US buyer needs supply from {who}",
        PARTNER_BUYS: f"{who} needs supply from the United States",
    }[facts.direction]
    return Answer(
        facts.direction,
        heading,
        _summary(found.routes),
        [_route_line(route, titles) for route in found.routes],
        [(note, kinds.get(note.type, ""), _places(note.cited, titles)) for note in found.notes],
        [(one, outcomes.get(one.outcome, one.outcome)) for one in found.track_record],
    )


def _summary(routes: list[Route]) -> str:
    """“2 open, 1 conditional”."""
    counts = {each: sum(route.verdict == each for route in routes) for each in _VERDICTS}
    said = [f"{count} {_VERDICTS[each].lower()}" for each, count in counts.items() if count]
    return ", ".join(said)


def _route_line(route: Route, titles: dict[str, Source]) -> RouteLine:
    return RouteLine(
        route,
        _VERDICTS[route.verdict],
        Commitment.Enforceability(route.enforceability).label,
        route.basis if route.rests_on_agreement else "",
        titles.get(route.basis),
        [_step_line(step, titles) for step in route.steps],
    )


def _step_line(step: Step, titles: dict[str, Source]) -> StepLine:
    condition = step.condition
    shown = condition.holds is not True or condition.decisive
    return StepLine(
        step,
        MECHANISMS[step.mechanism],
        condition.text if shown else "",
        _holds(condition),
        _places(step.cited, titles),
    )


def _holds(condition: Condition) -> str:
    return _HOLDS[condition.holds] if condition.decisive else "cannot be checked here"


def _places(cited: tuple[Cited, ...], titles: dict[str, Source]) -> list[Place]:
    return [Place(titles.get(one.source), one) for one in cited]


@dataclass(frozen=True)
class ReasonedLine:
    """One kind of promise in words, and why its label is what it is."""

    line: KindLine
    first: str
    second: str


def reciprocity_page(request):
    """What two countries have promised each other, both directions side by side."""
    question = Question(request, *CLOCKS, "a", "b")
    clocks = question.clocks
    known = reference(clocks.pin)
    a = _country(question, "a", known) or PRINCIPAL
    b = _country(question, "b", known)
    _hear(question, refuse_one_country, a, b)
    countries = [(made.code, made.name) for made in known.countries.values()]
    toolbar = (
        Toolbar(question, "Which two countries")
        .select("a", "One country", "United States, if none is chosen", countries)
        .select("b", "The other", "Choose a country", countries)
        .clocks()
    )
    if question.faults:
        return refused(question, toolbar, "pathways", "Reciprocity")
    found = reciprocity(clocks.pin, clocks.as_of, a, b) if b else None
    return show(
        question,
        "reciprocity.html",
        "pathways",
        api=f"reciprocity/{question.address(a=a)}" if b else "",
        feed="/reciprocity/changes.atom" if b else "",
        toolbar=toolbar,
        found=found,
        first=known.name(a),
        second=known.name(b) if b else "",
        lines=[_reasoned(kind) for kind in found.kinds] if found else [],
    )


def _reasoned(kind: KindOfPromise) -> ReasonedLine:
    return ReasonedLine(kind_line(kind), *(_firmest(one) for one in kind.strongest))


def _firmest(promise: Promise | None) -> str:
    if promise is None:
        return "nothing live"
    return f"{promise.enforceability} ({Commitment.Mechanism(promise.mechanism).label})"
