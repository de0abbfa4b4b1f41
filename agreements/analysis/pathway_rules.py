"""The steps of the procedure: one rule, one function, one citation. Pure.

Sections A to D of the procedure: a US buyer abroad, a partner buying in the United States, Canada,
and countries without an arrangement. Figures, forms and addresses are not written here: the facts
of the procedure are records with a source and a confidence of their own. What an instrument adds
beside is in `pathway_notes`, which steps make a route in `pathway_routes`.
"""

from .pathway_conditions import arrangement, code_in_place, firm_joined, memorandum, up_to
from .pathway_terms import Condition, Facts, Step, rule

CANADA, UNITED_STATES = "CAN", "USA"
US_BUYER = "US programme office or prime contractor"
US_SUPPLIER = "US supplier"
DOD = "Department of Defense"
TITLE_I_LEAD = "DoD DPA Title I Lead"
COMMERCE = "Department of Commerce"
CONTRACT_ADMINISTRATION = "US contract administration representative"
CANADIAN_MINISTRY = "Canadian supply ministry (PWGSC, now PSPC)"


def ministry(facts: Facts) -> str:
    """The counterpart ministry."""
    return f"ministry of defence of {facts.name}"


def asker(facts: Facts) -> str:
    """Who asks from abroad: the firm named, else the country's government or a firm."""
    return facts.firm.name if facts.firm else f"government or firm of {facts.name}"


# A. A US programme office or prime contractor needs early delivery from a firm


@rule("A.1", "cfr_700: 15 CFR 700.12, 700.15")
def place_rated_order(facts: Facts) -> Step:
    """Place a normal rated order; its rating is passed on down the chain of suppliers."""
    told = facts.told("rated_order_elements", "flow_down", "precedence")
    need = up_to("The order belongs to an approved, rated programme")
    supplier = facts.firm.name if facts.firm else US_SUPPLIER
    return Step(US_BUYER, supplier, "dpas_rating", need, told)


@rule("A.1", "crs_if11894_2021: Background", "acq_latvia_2022")
def look_where_the_firm_is(facts: Facts) -> Step:
    """See whether the firm’s country has an arrangement: both governments have then promised to
    try, and neither is bound to succeed.
    """
    return Step(US_BUYER, facts.firm_name, "government_contact", arrangement(facts))


@rule("A.2", "cfr_700_57: 15 CFR 700.57", inferred=True)
def have_a_rated_need(facts: Facts) -> Step:
    """Let the order sit under an approved, rated DoD programme. The rating shows a valid need; it
    does not bind a firm abroad.
    """
    need = up_to("The order belongs to an approved, rated DoD programme")
    return Step(US_BUYER, facts.firm_name, "dpas_rating", need, facts.told("reach"))


@rule(
    "A.3",
    "bd_sosa_copy: lists of firms",
    "soff_event_2023",
    "rijksoverheid_nldpas_2021",
    "norway_mod_2020",
)
def look_at_the_national_list(facts: Facts) -> Step:
    """Look on the national list of firms that joined the code of conduct, which the ministry or the
    industry’s association keeps.
    """
    return Step(US_BUYER, ministry(facts), "code_of_conduct", code_in_place(facts))


@rule("A.3", "bd_sosa_copy: code of conduct", "jahangir_2024")
def ask_the_firm(facts: Facts) -> Step:
    """Ask the firm directly and cite the code it joined. It has promised reasonable effort, not
    performance.
    """
    return Step(US_BUYER, facts.firm_name, "code_of_conduct", firm_joined(facts))


@rule("A.4", "cfr_700_57: 15 CFR 700.57(c)(2)")
def ask_the_title_i_lead(facts: Facts) -> Step:
    """Where the help of the government is needed, turn to the office that leads on Title I of the
    Defense Production Act in DoD.
    """
    told = facts.told("us_buyer_in_sosa_country", "foreign_request_entry")
    return Step(US_BUYER, TITLE_I_LEAD, "assistance_request", arrangement(facts), told)


@rule("A.4", "cfr_700: 15 CFR 700.50", "bis999: form header")
def start_with_contract_administration(facts: Facts) -> Step:
    """A contractor may just as well start with its contract administration representative and the
    assistance form, as for any special priorities assistance.
    """
    told = facts.told("assistance_form")
    return Step("US contractor", CONTRACT_ADMINISTRATION, "assistance_request", told=told)


@rule("A.3", "jahangir_2024")
def let_the_ministry_encourage(facts: Facts) -> Step:
    """DoD may ask the partner’s ministry to encourage the firm to join the code, or to give
    priority all the same.
    """
    return Step(DOD, ministry(facts), "ministry_request")


@rule("A.5", "acq_latvia_2022", "insidedef_germany_2024")
def talk_between_governments(facts: Facts) -> Step:
    """DoD takes it up with the counterpart ministry, through the arrangement’s working group or
    points of contact.
    """
    return Step(DOD, ministry(facts), "ministry_request")


@rule("A.6", "hasik_2021_page")
def fall_back(facts: Facts) -> Step:
    """If nothing comes of it, nothing can be enforced: turn to another source, to stock, or to
    production under licence.
    """
    return Step(US_BUYER, "other sources", "alternative")


# B. A partner’s government or firm needs early delivery from a US firm


@rule("B.1", "cfr_700_57: 15 CFR 700.57(b)(1)")
def go_through_contract_administration(facts: Facts) -> Step:
    """For what ends up in a product of a US agency, the foreign firm goes through the contract
    administration representative of the US buyer.
    """
    use = up_to("The item ends up in a product of a US agency")
    told = facts.told("foreign_request_route_us_end_use")
    return Step(asker(facts), CONTRACT_ADMINISTRATION, "assistance_request", use, told)


@rule("B.1", "cfr_700_57: 15 CFR 700.57(b)(1)")
def find_a_sponsor(facts: Facts) -> Step:
    """For an end user that is a foreign government or an international organization, that
    government or organization sponsors the request first; as a rule it is the ministry of defence.
    """
    who = f"government of {facts.name}"
    text = f"The {who}, or the organization that will use the item, sponsors the request"
    missing = f"sponsorship of the firm’s request by the {who} or the organization"
    sponsored = up_to(text, missing if facts.firm else "")
    told = facts.told("foreign_request_sponsor")
    return Step(asker(facts), ministry(facts), "sponsored_request", sponsored, told)


@rule("B.2", "cfr_700_57: 15 CFR 700.57(c)(3)")
def use_the_same_entry(facts: Facts) -> Step:
    """A partner with an arrangement comes in by the same door as anybody; behind it stands the
    promise of both governments to try.
    """
    told = facts.told("foreign_request_entry")
    who = f"government of {facts.name}"
    return Step(who, TITLE_I_LEAD, "sponsored_request", arrangement(facts), told)


@rule("B.2", "cfr_700_57: 15 CFR 700.57(b)(1)", "bis999: form header")
def send_the_request(facts: Facts) -> Step:
    """Send the request, on the assistance form, to the office that leads on Title I of the Defense
    Production Act in DoD.
    """
    told = facts.told("foreign_request_entry", "assistance_form")
    return Step(asker(facts), TITLE_I_LEAD, "assistance_request", told=told)


@rule("B.3", "cfr_700_57: 15 CFR 700.57(b)(2)", "ritz_lithuania_2023")
def let_dod_decide(facts: Facts) -> Step:
    """DoD decides whether the need promotes the national defence of the United States; if so it
    endorses the request and forwards it to Commerce.
    """
    finds = up_to("DoD finds that the need promotes US national defence")
    return Step(DOD, COMMERCE, "determination", finds, facts.told("dod_role"))


@rule("B.4", "cfr_700: 15 CFR part 700", "ritz_lithuania_2023")
def let_commerce_authorise(facts: Facts) -> Step:
    """Commerce authorises the use of a rating."""
    return Step(COMMERCE, US_SUPPLIER, "dpas_rating", told=facts.told("administering_department"))


@rule("B.5", "cfr_700: 15 CFR 700.12 to 700.15")
def let_the_supplier_accept(facts: Facts) -> Step:
    """The supplier gets a rated order. It must accept as a rule, answers within a set time, and
    passes the rating on to its own suppliers.
    """
    told = facts.told(
        *("rated_order_elements", "acceptance_duty"),
        *("response_time_DO", "response_time_DX", "response_time_emergency", "flow_down"),
    )
    return Step(US_SUPPLIER, "the buyer", "dpas_rating", told=told)


@rule("B.6", "cfr_700: 15 CFR 700.50", "bis999: form header")
def ask_again_in_trouble(facts: Facts) -> Step:
    """In trouble, ask for special priorities assistance on the same form."""
    told = facts.told("assistance_form")
    return Step("the buyer", COMMERCE, "assistance_request", told=told)


@rule("B.7", "cfr_700: 15 CFR 700.58")
def ask_for_critical_infrastructure(facts: Facts) -> Step:
    """A need that is not military, of critical infrastructure abroad, goes to Commerce on the
    assistance form and takes a determination by FEMA.
    """
    text = "FEMA has determined that the need may have priority"
    determined = Condition(text, None, "a determination by FEMA")
    told = facts.told("critical_infrastructure_abroad", "program_symbol_G4")
    # The procedure names no country for it; that it covers Canada too is reasoned.
    inferred = facts.country == CANADA
    return Step(asker(facts), COMMERCE, "assistance_request", determined, told, inferred)


# C. Canada


@rule("C", "cfr_700_56: 15 CFR 700.56", "cfr_700_app4")
def tell_the_canadian_supplier(facts: Facts) -> Step:
    """Tell the Canadian supplier that the order is rated."""
    return Step(US_BUYER, facts.firm_name, "dpas_rating", memorandum(facts))


@rule("C", "cfr_700_56: 15 CFR 700.56", "cfr_700_app4")
def let_the_supplier_rate_its_inputs(facts: Facts) -> Step:
    """A Canadian supplier that needs inputs from the United States asks its supply ministry for
    authority to place rated orders.
    """
    told = facts.told("canada_route", "program_symbol_D2")
    return Step(facts.firm_name, CANADIAN_MINISTRY, "dpas_rating", memorandum(facts), told)


@rule("C", "cfr_700_56: 15 CFR 700.56", "bis999: form header")
def ask_for_help_in_canada(facts: Facts) -> Step:
    """A US person who needs help in Canada asks through the delegate agency; Commerce takes it up
    with the Canadian supply ministry.
    """
    return Step(US_BUYER, COMMERCE, "assistance_request", told=facts.told("canada_assistance"))


@rule("C", "cfr_700_56: 15 CFR 700.56", "cfr_700_app4")
def ask_through_the_canadian_ministry(facts: Facts) -> Step:
    """The Canadian government’s own need goes through its supply ministry to Commerce, which
    gives the authority to rate.
    """
    told = facts.told("canada_route", "program_symbol_D1", "program_symbol_D3")
    return Step(CANADIAN_MINISTRY, COMMERCE, "dpas_rating", memorandum(facts), told)


@rule("C", "cfr_700_56: 15 CFR 700.56", "cfr_700_app4")
def ask_for_help_from_canada(facts: Facts) -> Step:
    """Help that is needed from Canada is asked by the Canadian supply ministry of Commerce."""
    return Step(CANADIAN_MINISTRY, COMMERCE, "assistance_request")


# D. Countries without an arrangement


@rule("D", "cfr_700_57: 15 CFR 700.57(b)(1)")
def ask_without_an_arrangement(facts: Facts) -> Step:
    """The request is open to any person in any foreign nation other than Canada. It then works case
    by case, without a promise behind it.
    """
    holds = facts.country not in (CANADA, UNITED_STATES)
    nation = Condition(f"{facts.name} is a foreign nation other than Canada", holds, fatal=True)
    return Step(asker(facts), TITLE_I_LEAD, "sponsored_request", nation)


@rule("D", "cfr_700_57: 15 CFR 700.57", "fr_71_54902", inferred=True)
def use_government_contact(facts: Facts) -> Step:
    """Ask DoD to take it up with the other government, case by case. No standing channel was found
    in the text read; an earlier rule spoke of informal help in a few countries that it named.
    """
    missing = "a standing channel: DoD would have to be willing to take it up this once"
    willing = up_to("DoD takes it up with the other government", missing)
    return Step(US_BUYER, DOD, "government_contact", willing)


@rule("D", "hasik_2021_page", inferred=True)
def agree_on_terms(facts: Facts) -> Step:
    """Agree on security of supply in the contract itself: a priority clause, a stock, or production
    under licence.
    """
    agreed = up_to("The supplier agrees to such terms", "terms that the supplier agrees to")
    return Step(US_BUYER, facts.firm_name, "contract", agreed)
