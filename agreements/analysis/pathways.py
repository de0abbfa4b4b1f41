"""Pathways: how priority delivery is obtained from a country, or by it from the United States.

Facts are gathered for one day and one revision in a constant number of statements, then judged by
pure rules (`pathway_conditions`, `pathway_rules`, `pathway_notes`, `pathway_routes`). Firms,
signatories, occasions and facts of the procedure are read from their versions, so that the same two
clocks give the same answer for ever. Information, not legal advice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from django.db.models import Q

from agreements.models import Commitment, Invocation, ProcedureFact, Signatory, Standing
from partners.models import Firm
from sosa_registry.ledger import dates
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin

from .cells import STRENGTH, Cell, Standpoint, judge
from .codes import CodeStage, codes_on
from .matrix import matrix
from .pathway_notes import notes_on
from .pathway_routes import routes_for
from .pathway_rules import UNITED_STATES
from .pathway_terms import (
    DIRECTIONS,
    PARTNER_BUYS,
    US_BUYS,
    Facts,
    FirmFacts,
    Note,
    Occasion,
    Route,
    Told,
)
from .reference import reference

DISCLAIMER = "Information, not legal advice."
SCOPE = (
    "The steps follow the rules as they were read for this registry; for the day asked about, "
    "arrangements, codes and firms are checked, not the rules themselves."
)


@dataclass(frozen=True)
class Pathways:
    """The answer: routes in order, what else bears on them, and what happened before."""

    facts: Facts
    routes: list[Route]
    notes: list[Note]

    @property
    def track_record(self) -> list[Occasion]:
        """Occasions up to the day on which supply in this direction was put to the test."""
        return [one for one in self.facts.occasions if one.direction == self.facts.direction]


def pathways(pinned: Pin, as_of: date, *, direction: str, country: str, firm: str = "") -> Pathways:
    """The routes for a direction, a country and perhaps one of its firms.

    Nine statements at most. Raises ValueError as “parameter: what is wrong”.
    """
    refuse_direction(direction, country)
    return judged(gather(pinned, as_of, country, firm), direction)


def refuse_direction(direction: str, country: str) -> None:
    """Raise ValueError for a direction that a country cannot be asked about."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction: Allowed: {', '.join(DIRECTIONS)}.")
    if direction not in directions_of(country):
        raise ValueError(
            "country: The United States is no partner of its own. "
            f"For a supplier there ask with direction={US_BUYS}."
        )


def directions_of(country: str) -> tuple[str, ...]:
    """The directions that a country can be asked about: both, but for the United States."""
    return (US_BUYS,) if country == UNITED_STATES else DIRECTIONS


def judged(facts: Facts, direction: str) -> Pathways:
    """The routes that the facts give in a direction. Pure."""
    facts = replace(facts, direction=direction)
    routes = [replace(route, rank=n) for n, route in enumerate(routes_for(facts), start=1)]
    return Pathways(facts, routes, notes_on(facts))


def gather(pinned: Pin, as_of: date, country: str, firm: str = "") -> Facts:
    """Everything the rules look at, for both directions. Nine statements at most.

    Raises ValueError for a firm that is not recorded, or not in the country.
    """
    known = reference(pinned)
    states = _states(pinned, country, firm)
    found = matrix(pinned, as_of, principal=UNITED_STATES, countries=[country])
    code = codes_on(pinned, as_of, {country}).get(country)
    signed = _signatories(pinned, code)
    return Facts(
        country=country,
        name=known.name(country),
        as_of=as_of,
        cells=next((row.cells for row in found.rows if row.country == country), {}),
        priorities=_priorities(pinned, as_of, country),
        code=code,
        firm=_firm(states[Firm.record_type], country, firm, signed, as_of, known),
        signatories=len({state["firm"] for state in signed}),
        procedure={told.property: told for told in _procedure(states[ProcedureFact.record_type])},
        occasions=_occasions(states[Invocation.record_type], country, as_of),
    )


def _states(pinned: Pin, country: str, firm: str) -> dict[str, list[dict]]:
    """The records beside standing that bear on the question, as they were known. One statement."""
    wanted = Q(record_type=ProcedureFact.record_type)
    concerned = Q(state__partner=country) | Q(state__requester=country)
    wanted |= Q(record_type=Invocation.record_type) & concerned
    # PostgreSQL takes no NUL, and no key has one.
    wanted |= Q(record_type=Firm.record_type, key="" if "\0" in firm else firm)
    found: dict[str, list[dict]] = {
        model.record_type: [] for model in (ProcedureFact, Invocation, Firm)
    }
    stood = Version.objects.known_at(pinned.revision).filter(wanted).order_by("key")
    for record_type, state in stood.values_list("record_type", "state"):
        found[record_type].append(state)
    return found


def _signatories(pinned: Pin, code: CodeStage | None) -> list[dict]:
    if code is None:
        return []
    stood = Version.objects.known_at(pinned.revision).filter(
        record_type=Signatory.record_type, state__code=code.slug
    )
    # In the order of revisions, SQLite would walk the whole ledger.
    return list(stood.order_by("key").values_list("state", flat=True))


def _firm(states, country: str, slug: str, signed: list[dict], as_of: date, known):
    if not slug:
        return None
    if not states:
        near = get_close_matches(slug, Firm.objects.values_list("slug", flat=True), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"firm: No firm “{slug[:60]}” is recorded.{hint} See /firms/.")
    state = states[0]
    if state["country"] != country:
        at_home = known.name(state["country"])
        raise ValueError(
            f"firm: {state['name']} is established in {at_home} ({state['country']}), "
            f"not in {known.name(country)}."
        )
    return FirmFacts(slug, state["name"], joined(slug, signed, as_of))


def joined(firm: str, signed: Iterable[dict], as_of: date) -> bool | None:
    """Whether a firm is bound by a code on a day, from the states of the code's signatories.

    Not known where no signatory is recorded at all (no list could be had) or where its dates are
    not exact; no where others are recorded and it is not among them, came later or has left.
    """
    signed = list(signed)
    spans = [_bound(state, as_of) for state in signed if state["firm"] == firm]
    if True in spans:
        return True
    return None if None in spans or not signed else False


def _bound(state: dict, as_of: date) -> bool | None:
    """Whether a signature binds on the day; without a date it is taken to bind."""
    began, ended = dates.parse(state["joined"] or ""), dates.parse(state["left"] or "")
    if began.earliest and began.earliest > as_of:
        return False
    if ended.latest and ended.latest <= as_of:
        return False
    perhaps_later = began.latest and began.latest > as_of
    perhaps_gone = ended.latest and (not ended.earliest or ended.earliest <= as_of)
    return None if perhaps_later or perhaps_gone else True


def _priorities(pinned: Pin, as_of: date, country: str) -> Cell | None:
    """The memorandum with the country that itself promises priority delivery. One statement."""
    promising = Commitment.ever.known_at(pinned.revision).filter(
        kind=Commitment.Kind.PRIORITY_DELIVERY, agreement__isnull=False
    )
    rows = Standing.objects.known_at(pinned.revision).weighed_on(as_of)
    rows = rows.with_principal(UNITED_STATES).of_types(["mou"]).filter(partner=country)
    points = [
        Standpoint(
            strength=STRENGTH[row.status],
            certain=row.certain,
            direct=True,
            started=row.possible_from,
            agreement=row.agreement,
            status=row.status,
            since=row.since,
            event=row.event,
            none_possible=row.none_possible,
        )
        for row in rows.filter(agreement__in=promising.values("agreement"))
    ]
    return judge(points, None, None)


def _procedure(states: list[dict]) -> list[Told]:
    return [
        Told(
            state["property"],
            state["value"],
            state["source"],
            state["locator"],
            state["confidence"],
            state["note"],
        )
        for state in states
    ]


def _occasions(states: list[dict], country: str, as_of: date) -> tuple[Occasion, ...]:
    """Those between the two that had begun by the day, oldest first."""
    found = []
    for state in states:
        began = dates.parse(state["occurred"], span=True).earliest
        direction = direction_of(state["requester"], state["partner"], country)
        if direction and (not began or began <= as_of):
            found.append((began or date.min, state["invocation"], direction, state))
    return tuple(_occasion(direction, state) for *_, direction, state in sorted(found, key=_age))


def _age(found: tuple) -> tuple:
    return found[:2]


def direction_of(requester: str, partner: str, country: str) -> str:
    """The direction in which an occasion put supply to the test; empty for one between others.

    A record's partner is where the supply came from, or the arrangement's other side: what a
    country asked of the United States has the country on both sides, or them as its partner.
    """
    if (requester, partner) == (UNITED_STATES, country):
        return US_BUYS
    ours = requester == country and partner in (country, UNITED_STATES)
    return PARTNER_BUYS if ours and country != UNITED_STATES else ""


def _occasion(direction: str, state: dict) -> Occasion:
    return Occasion(
        direction=direction,
        invocation=state["invocation"],
        occurred=state["occurred"],
        item=state["item"],
        supplier=state["supplier"],
        outcome=state["outcome"],
        instrument=state["instrument"],
        agreement=state["agreement"] or "",
        confidence=state["confidence"],
    )
