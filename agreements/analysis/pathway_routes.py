"""Which steps make which route, for which country and direction. Pure.

The decision table of the procedure (section F): each line is a route here. A route under an
arrangement is always among the answers, closed where there is none, so that a reader sees why.
"""

from collections.abc import Iterable

from agreements.models import Commitment

from . import pathway_rules as rules
from .cells import Cell
from .pathway_conditions import arrangement
from .pathway_terms import PARTNER_BUYS, Facts, Route, Rule, ranked

FIRMNESS = Commitment.Enforceability
TITLES = {
    "rated_order": "A normal rated order",
    "rated_order_to_canada": "A rated order to Canada, under the memorandum on priorities",
    "firm_by_code": "Ask the firm, by its code of conduct",
    "ministry_through_dod": "Ask the partner’s ministry, through DoD",
    "government_contact": "Contact between governments, ad hoc",
    "contract_terms": "Terms of the contract",
    "sponsored_under_arrangement": "A sponsored request under the arrangement",
    "sponsored_ad_hoc": "A sponsored request without an arrangement, ad hoc",
    "us_end_use": "Through the US buyer’s contract administration",
    "canadian_ministry": "Through the Canadian supply ministry to Commerce",
    "canadian_inputs": "Authority to rate inputs of a rated order",
    "critical_infrastructure": "For critical infrastructure",
}


def routes_for(facts: Facts) -> list[Route]:
    """Every route for the facts, best verdict first. The United States is no partner of its own."""
    if facts.direction == PARTNER_BUYS:
        made = _canada_buys(facts) if facts.country == rules.CANADA else _partner_buys(facts)
    elif facts.country == rules.UNITED_STATES:
        made = [_at_home(facts)]
    else:
        made = _from_canada(facts) if facts.country == rules.CANADA else _from_abroad(facts)
    return ranked(made)


def _route(name, basis, firmness, facts: Facts, steps: Iterable[Rule], when="") -> Route:
    """A route; `basis` is the cell of its agreement, or the source of a rule, or nothing."""
    agreement = basis.agreement if isinstance(basis, Cell) else ""
    return Route(
        name=name,
        title=TITLES[name],
        basis=agreement if isinstance(basis, Cell) else basis or "",
        enforceability=str(firmness),
        steps=tuple(step(facts) for step in steps),
        when=when,
        rests_on_agreement=bool(agreement),
    )


def _at_home(facts: Facts) -> Route:
    steps = (rules.place_rated_order, rules.let_the_supplier_accept, rules.ask_again_in_trouble)
    return _route("rated_order", "cfr_700", FIRMNESS.STATUTORY, facts, steps)


def _from_canada(facts: Facts) -> list[Route]:
    steps = (
        rules.tell_the_canadian_supplier,
        rules.let_the_supplier_rate_its_inputs,
        rules.ask_for_help_in_canada,
    )
    name = "rated_order_to_canada"
    basis = facts.priorities or "cfr_700_56"
    return [_route(name, basis, FIRMNESS.REGULATORY, facts, steps)]


def _from_abroad(facts: Facts) -> list[Route]:
    """Under an arrangement: the firm by its code, then its ministry. Without one: ad hoc."""
    sosa = facts.cells.get("sosa")
    by_code = _route(
        "firm_by_code",
        sosa,
        FIRMNESS.VOLUNTARY,
        facts,
        (
            rules.look_where_the_firm_is,
            rules.have_a_rated_need,
            rules.look_at_the_national_list,
            rules.ask_the_firm,
            rules.fall_back,
        ),
    )
    by_ministry = _route(
        "ministry_through_dod",
        sosa,
        FIRMNESS.POLITICAL,
        facts,
        (
            rules.look_where_the_firm_is,
            rules.have_a_rated_need,
            rules.ask_the_title_i_lead,
            rules.start_with_contract_administration,
            rules.talk_between_governments,
            rules.let_the_ministry_encourage,
            rules.fall_back,
        ),
    )
    if arrangement(facts).holds:
        return [by_code, by_ministry]
    return [by_code, by_ministry, *_without_arrangement(facts)]


def _without_arrangement(facts: Facts) -> list[Route]:
    contact = (rules.have_a_rated_need, rules.use_government_contact)
    terms = (rules.agree_on_terms,)
    return [
        _route("government_contact", "", FIRMNESS.POLITICAL, facts, contact),
        _route("contract_terms", "", FIRMNESS.CONTRACTUAL, facts, terms),
    ]


def _partner_buys(facts: Facts) -> list[Route]:
    """A government’s need under the arrangement or ad hoc, a US end item, a need not military."""
    decided = (
        rules.let_dod_decide,
        rules.let_commerce_authorise,
        rules.let_the_supplier_accept,
        rules.ask_again_in_trouble,
    )
    asked = (rules.find_a_sponsor, rules.send_the_request, *decided)
    made = [
        _route(
            "sponsored_under_arrangement",
            facts.cells.get("sosa"),
            FIRMNESS.STATUTORY,
            facts,
            (rules.use_the_same_entry, *asked),
            "A foreign government or an international organization is the end user.",
        ),
        _route(
            "sponsored_ad_hoc",
            "cfr_700_57",
            FIRMNESS.STATUTORY,
            facts,
            (rules.ask_without_an_arrangement, *asked),
            "A foreign government or an international organization is the end user.",
        ),
        _route(
            "us_end_use",
            "cfr_700_57",
            FIRMNESS.STATUTORY,
            facts,
            (rules.go_through_contract_administration, *decided),
            "A US agency is the end user.",
        ),
        _not_military(facts),
    ]
    # With an arrangement certainly in force nobody needs the same request without one.
    return [made[0], *made[2:]] if arrangement(facts).holds else made


def _canada_buys(facts: Facts) -> list[Route]:
    basis = facts.priorities or "cfr_700_56"
    own = (
        rules.ask_through_the_canadian_ministry,
        rules.let_commerce_authorise,
        rules.let_the_supplier_accept,
        rules.ask_for_help_from_canada,
    )
    inputs = (
        rules.let_the_supplier_rate_its_inputs,
        rules.let_the_supplier_accept,
        rules.ask_for_help_from_canada,
    )
    return [
        _route(
            "canadian_ministry",
            basis,
            FIRMNESS.STATUTORY,
            facts,
            own,
            "The Canadian government is the end user.",
        ),
        _route(
            "canadian_inputs",
            basis,
            FIRMNESS.STATUTORY,
            facts,
            inputs,
            "A US agency is the end user: a Canadian firm supplies it and needs US inputs.",
        ),
        _not_military(facts),
    ]


def _not_military(facts: Facts) -> Route:
    steps = (rules.ask_for_critical_infrastructure, rules.let_the_supplier_accept)
    when = "The need is not military: critical infrastructure abroad."
    name = "critical_infrastructure"
    return _route(name, "cfr_700", FIRMNESS.STATUTORY, facts, steps, when)
