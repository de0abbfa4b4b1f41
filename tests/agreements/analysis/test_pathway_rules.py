"""The rules of the pathway advisor: their words and citations, steps, notes, track record, cost."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis import pathway_notes, pathway_rules
from agreements.analysis.cells import Cell
from agreements.analysis.pathway_conditions import standing_condition
from agreements.analysis.pathway_terms import Condition, Facts, Rule, verdict
from agreements.analysis.pathways import gather, judged, pathways
from agreements.models import ProcedureFact
from partners.models import Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin

NOW = date(2026, 11, 21)
RULES = {
    name: made
    for module in (pathway_rules, pathway_notes)
    for name, made in vars(module).items()
    if isinstance(made, Rule)
}


def ask(pinned, country, direction="us_buys", day=NOW, firm=""):
    return pathways(pinned, day, direction=direction, country=country, firm=firm)


def steps(answer, name: str) -> dict:
    (route,) = (route for route in answer.routes if route.name == name)
    return {step.rule: step for step in route.steps}


def notes(answer) -> dict:
    return {note.rule: note for note in answer.notes}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_its_own_words_a_section_and_a_citation_that_resolves(registry, name):
    rule = RULES[name]

    assert rule.text.endswith(".") and rule.place[0] in "ABCDE"
    assert rule.cited
    sources = {cited.source for cited in rule.cited}
    assert set(Source.objects.filter(slug__in=sources).values_list("slug", flat=True)) == sources


def test_what_is_reasoned_and_not_a_stated_rule_is_marked():
    assert {name for name, rule in RULES.items() if rule.inferred} == {
        "have_a_rated_need",
        "use_government_contact",
        "agree_on_terms",
        "help_is_no_order",
        "likely_symbols",
    }


def test_no_rule_writes_a_figure_that_a_fact_of_the_procedure_holds(registry):
    words = " ".join(rule.text for rule in RULES.values())
    for said in ("15 working", "10 working", "BIS-999", "3330", "hours"):
        assert said not in words


YES, NO, UNKNOWN = (Condition("It is so", holds, "that it is so") for holds in (True, False, None))


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ([], "open"),
        ([YES, YES], "open"),
        ([YES, UNKNOWN], "conditional"),
        ([YES, NO], "conditional"),
        ([YES, replace(UNKNOWN, decisive=False)], "open"),
        ([YES, replace(NO, decisive=False)], "open"),
        ([UNKNOWN, replace(NO, fatal=True)], "closed"),
        ([YES, replace(UNKNOWN, fatal=True)], "conditional"),
        ([replace(YES, fatal=True)], "open"),
    ],
)
def test_the_verdict_follows_from_the_conditions_alone(conditions, said):
    assert verdict(conditions) == said


@pytest.mark.parametrize(
    ("cell", "holds", "fatal"),
    [
        (None, None, False),
        (Cell("none", "not_recorded", conflicts=1), None, False),
        (Cell("none", "confirmed", basis="a-list"), False, True),
        (Cell("in_force", "certain"), True, False),
        (Cell("in_force", "possible"), None, False),
        (Cell("in_force", "certain", practice="not_listed"), True, False),
        (Cell("signed", "certain"), False, False),
        (Cell("suspended", "certain"), False, True),
        (Cell("expired", "certain"), False, True),
        (Cell("expired", "certain", practice="listed"), None, False),
        (Cell("superseded", "certain"), False, True),
        (Cell("negotiating", "certain"), False, True),
        (Cell("proposed", "certain"), False, True),
    ],
)
def test_only_what_certainly_is_not_in_force_closes_a_route(cell, holds, fatal):
    found = standing_condition("In force", cell)

    assert (found.holds, found.fatal) == (holds, fatal)
    assert bool(found.missing) == (holds is not True)


def test_response_times_come_from_the_facts_with_their_reservation(registry):
    found = steps(ask(registry, "NOR", "partner_buys"), "sponsored_under_arrangement")
    told = {fact.property: fact for fact in found["let_the_supplier_accept"].told}

    assert told["response_time_DO"].value == "15 working days"
    assert told["response_time_DX"].confidence == "medium"
    assert "not rechecked" in told["response_time_DX"].note


def test_a_corrected_fact_is_told_and_the_earlier_one_at_the_earlier_revision(registry):
    fact = ProcedureFact.objects.get(property="response_time_DO")
    fact.value = "10 working days"
    keep(fact, actor="editor", reason="The rule was read again", kind="correction")

    def told(pinned):
        found = steps(ask(pinned, "USA"), "rated_order")["let_the_supplier_accept"]
        return next(one.value for one in found.told if one.property == "response_time_DO")

    assert (told(pin()), told(pin(1))) == ("10 working days", "15 working days")


def test_without_a_firm_the_choice_of_one_is_the_askers_and_the_missing_list_is_said(registry):
    asked = steps(ask(registry, "NOR"), "firm_by_code")["ask_the_firm"].condition

    assert (asked.holds, asked.decisive) == (None, False)
    assert "no public list of the firms that joined is recorded" in asked.text


def test_an_unmilitary_need_of_canada_is_marked_as_reasoned(registry):
    inferred = {
        country: steps(ask(registry, country, "partner_buys"), "critical_infrastructure")[
            "ask_for_critical_infrastructure"
        ].inferred
        for country in ("CAN", "NOR")
    }
    assert inferred == {"CAN": True, "NOR": False}


def test_contact_and_terms_without_an_arrangement_are_reasoned(registry):
    reasoned = {route.name: route.inferred for route in ask(registry, "UKR").routes}

    assert reasoned["contract_terms"] and reasoned["government_contact"]
    assert not reasoned["firm_by_code"]


ABROAD = {"help_is_no_order"}
BUYS = {"likely_symbols"}


@pytest.mark.parametrize(
    ("country", "direction", "said"),
    [
        ("USA", "us_buys", set()),
        ("UKR", "us_buys", ABROAD),
        ("UKR", "partner_buys", BUYS),
        (
            "NOR",
            "us_buys",
            ABROAD | {"seldom_put_to_use", "procurement_memorandum", "quality_assurance"},
        ),
        (
            "IND",
            "us_buys",
            ABROAD | {"seldom_put_to_use", "paper_before_regulation"},
        ),
        (
            "AUS",
            "us_buys",
            ABROAD
            | {"seldom_put_to_use", "procurement_memorandum", "quality_assurance"}
            | {"industrial_base", "production_funding", "declaration"},
        ),
        ("NZL", "us_buys", ABROAD | {"industrial_base"}),
        ("AUT", "us_buys", ABROAD | {"procurement_memorandum", "purchase_by_purchase"}),
        (
            "ITA",
            "partner_buys",
            BUYS
            | {"seldom_put_to_use", "procurement_memorandum", "expired_and_applied"}
            | {"quality_assurance"},
        ),
        (
            "CAN",
            "us_buys",
            {"canada_among_partners", "canadian_corporation", "procurement_memorandum"}
            | {"quality_assurance", "industrial_base", "production_funding"},
        ),
    ],
)
def test_what_else_bears_on_it_is_noted(registry, country, direction, said):
    assert notes(ask(registry, country, direction)).keys() == said


def test_austria_is_purchase_by_purchase_and_italy_expired_on_paper(registry):
    austria = notes(ask(registry, "AUT"))["purchase_by_purchase"]
    italy = notes(ask(registry, "ITA"))["expired_and_applied"]

    assert austria.qualification == "purchase by purchase"
    assert italy.qualification.startswith("expired on paper, still applied in practice")


def test_an_instrument_through_a_grouping_or_possibly_in_force_says_so(registry):
    norway = notes(ask(registry, "NOR"))["quality_assurance"]
    britain = notes(ask(registry, "GBR", day=date(2024, 6, 1)))["production_funding"]

    assert norway.qualification == "through a grouping"
    assert "possibly in force" in britain.qualification


def test_canada_counts_who_says_that_it_is_a_partner(registry):
    note = notes(ask(registry, "CAN"))["canada_among_partners"]

    assert "say otherwise" in note.qualification
    assert note.cited


def test_norway_before_the_regulation_named_it(registry):
    assert "paper_before_regulation" in notes(ask(registry, "NOR", day=date(2020, 1, 1)))
    assert "paper_before_regulation" not in notes(ask(registry, "NOR"))
    assert "paper_before_regulation" not in notes(ask(registry, "JPN", day=date(2023, 1, 11)))


@pytest.mark.parametrize(
    ("country", "direction", "day", "said"),
    [
        ("NOR", "us_buys", NOW, ["inv027"]),
        ("NOR", "us_buys", date(2020, 2, 29), []),
        ("NOR", "partner_buys", NOW, []),
        ("GBR", "partner_buys", NOW, ["inv009", "inv006", "inv007", "inv008"]),
        ("GBR", "us_buys", NOW, ["inv012", "inv023"]),
        ("IND", "partner_buys", NOW, ["inv030"]),
        ("CAN", "us_buys", NOW, ["inv024", "inv041"]),
        ("BEL", "us_buys", NOW, []),
    ],
)
def test_the_track_record_is_of_the_direction_and_of_no_later_day(
    registry, country, direction, day, said
):
    found = ask(registry, country, direction, day).track_record

    assert [one.invocation for one in found] == said


@pytest.mark.parametrize(
    ("direction", "country", "firm", "said"),
    [
        ("sideways", "NOR", "", "direction: Allowed: us_buys, partner_buys."),
        ("partner_buys", "USA", "", "country: The United States is no partner of its own."),
        ("us_buys", "NOR", "nobody", "firm: No firm “nobody” is recorded."),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_name_of_the_parameter(
    registry, direction, country, firm, said
):
    with pytest.raises(ValueError, match=said):
        ask(registry, country, direction, firm=firm)


def test_an_empty_registry_has_an_answer_too(db):
    facts = Facts(country="XRU", name="Ruritania", as_of=NOW)

    assert [route.verdict for route in judged(facts, "us_buys").routes] == ["conditional"] * 4


@pytest.mark.parametrize("country", ["NOR", "IND", "CAN", "UKR", "GBR", "USA"])
def test_the_facts_take_nine_statements_at_most(registry, country):
    gather(registry, NOW, country)  # the reference data of this state of the registry
    with CaptureQueriesContext(connection) as captured:
        facts = gather(registry, NOW, country)
    assert len(captured) <= 9
    with CaptureQueriesContext(connection) as captured:
        judged(facts, "us_buys")
    assert len(captured) == 0
