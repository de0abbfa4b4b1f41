"""The words of the pathway advisor: conditions, steps, routes, notes, and how a rule is declared.

A rule is one function: the first paragraph of its docstring is what page and API show, its citation
stands above it, and what it returns depends on nothing but the facts. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import update_wrapper

from .cells import Cell
from .codes import CodeStage

US_BUYS, PARTNER_BUYS = "us_buys", "partner_buys"
DIRECTIONS = (US_BUYS, PARTNER_BUYS)
OPEN, CONDITIONAL, CLOSED = "open", "conditional", "closed"
VERDICTS = (OPEN, CONDITIONAL, CLOSED)
MECHANISMS = {
    "dpas_rating": "DPAS rating",
    "code_of_conduct": "Code of conduct",
    "ministry_request": "Request by a ministry",
    "assistance_request": "Request for special priorities assistance",
    "sponsored_request": "Request with a sponsor",
    "government_contact": "Contact between governments",
    "determination": "Determination by the government",
    "contract": "Terms of the contract",
    "alternative": "Another way than priority",
}


@dataclass(frozen=True)
class Cited:
    """A source by its short name, and the place in it."""

    source: str
    locator: str = ""


@dataclass(frozen=True)
class Told:
    """One fact of the procedure, as its own record states it."""

    property: str
    value: str
    source: str
    locator: str
    confidence: str
    note: str

    @property
    def words(self) -> str:
        """What it tells, to be read."""
        words = self.property.replace("_", " ")
        return words[0].upper() + words[1:]


@dataclass(frozen=True)
class Occasion:
    """A recorded occasion on which supply in a direction was put to the test."""

    direction: str
    invocation: str
    occurred: str
    item: str
    supplier: str
    outcome: str
    instrument: str
    agreement: str
    confidence: str


@dataclass(frozen=True)
class FirmFacts:
    """A firm of the country, and whether it has joined the code: True, False or None."""

    slug: str
    name: str
    joined: bool | None


@dataclass(frozen=True)
class Facts:
    """Everything that the rules look at: one country on one day, as known at one revision.

    Only `direction` says who buys; the rest is the same both ways. `cells` are the standings
    between the United States and the country by type; `priorities` is the memorandum that itself
    promises priority delivery (Canada's), where there is one; `signatories` counts firms recorded
    as ever having signed the code.
    """

    country: str
    name: str
    as_of: date
    direction: str = US_BUYS
    cells: Mapping[str, Cell] = field(default_factory=dict)
    priorities: Cell | None = None
    code: CodeStage | None = None
    firm: FirmFacts | None = None
    signatories: int = 0
    procedure: Mapping[str, Told] = field(default_factory=dict)
    occasions: tuple[Occasion, ...] = ()

    @property
    def firm_name(self) -> str:
        """The firm, or any firm of the country."""
        return self.firm.name if self.firm else f"a firm in {self.name}"

    def told(self, *properties: str) -> tuple[Told, ...]:
        """These facts of the procedure, those that are recorded."""
        return tuple(self.procedure[name] for name in properties if name in self.procedure)


@dataclass(frozen=True)
class Condition:
    """What must be so: True, False or None, not known.

    `missing` says what to get when it does not hold. One that is not decisive is for the asker to
    see to and moves no verdict; one that is `fatal` closes the route when it is False.
    """

    text: str
    holds: bool | None
    missing: str = ""
    decisive: bool = True
    fatal: bool = False


NO_CONDITION = Condition("No condition.", True, decisive=False)


@dataclass(frozen=True)
class Step:
    """Who asks whom for what, by which means, on what condition, and where that is written."""

    actor: str
    counterpart: str
    mechanism: str
    condition: Condition = NO_CONDITION
    told: tuple[Told, ...] = ()
    inferred: bool = False
    rule: str = ""
    text: str = ""
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Note:
    """What another instrument, or what is known of this one, adds to the answer or does not add."""

    agreement: str = ""
    type: str = ""
    qualification: str = ""
    told: tuple[Told, ...] = ()
    inferred: bool = False
    rule: str = ""
    text: str = ""
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Route:
    """One way to ask, its steps in order, and the verdict computed from their conditions.

    `name` is its lasting short name. `basis` is the agreement it rests on or, without one, the
    source of the rule; empty for none. `when` says to whom it applies.
    """

    name: str
    title: str
    basis: str
    enforceability: str
    steps: tuple[Step, ...]
    when: str = ""
    rests_on_agreement: bool = False
    rank: int = 0

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of its steps, in order."""
        return [step.condition for step in self.steps]

    @property
    def verdict(self) -> str:
        """open, conditional or closed: see `verdict`."""
        return verdict(self.conditions)

    @property
    def missing(self) -> list[str]:
        """What is missing before it is open, each once; of a closed one, what closes it."""
        wanting = [one for one in self.conditions if one.decisive and one.holds is not True]
        if self.verdict == CLOSED:
            wanting = [one for one in wanting if one.fatal and one.holds is False]
        return list(dict.fromkeys(one.missing for one in wanting if one.missing))

    @property
    def inferred(self) -> bool:
        """Whether the whole route is reasoned from the sources, not a stated rule."""
        return all(step.inferred for step in self.steps)


def verdict(conditions: Iterable[Condition]) -> str:
    """Closed if a fatal condition fails; open if every decisive one holds; else conditional."""
    conditions = list(conditions)
    if any(one.fatal and one.holds is False for one in conditions):
        return CLOSED
    return OPEN if all(one.holds for one in conditions if one.decisive) else CONDITIONAL


def ranked(routes: Iterable[Route]) -> list[Route]:
    """The open routes first, then the conditional, then the closed; else as they were given."""
    return sorted(routes, key=lambda route: VERDICTS.index(route.verdict))


class Rule:
    """One rule of the procedure: called with the facts, it gives its step or note, or None."""

    def __init__(self, decide: Callable, place: str, cited: tuple[Cited, ...], inferred: bool):
        update_wrapper(self, decide)
        self.decide, self.place, self.cited, self.inferred = decide, place, cited, inferred
        self.name = decide.__name__
        self.text = " ".join((decide.__doc__ or "").split("\n\n")[0].split())

    def __call__(self, facts: Facts):
        """What the rule makes of the facts, with its own words and citation."""
        made = self.decide(facts)
        if made is None:
            return None
        inferred = self.inferred or made.inferred
        return replace(made, rule=self.name, text=self.text, cited=self.cited, inferred=inferred)


def rule(place: str, *cited: str, inferred: bool = False) -> Callable[[Callable], Rule]:
    """Declare a rule: its section of the procedure, and its citation as "source: place in it"."""
    places = tuple(Cited(*(part.strip() for part in one.split(":", 1))) for one in cited)
    return lambda decide: Rule(decide, place, places, inferred)
