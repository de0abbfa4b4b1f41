"""Pathways and reciprocity through the API: what they answer, and what they refuse by name."""

import pytest

from partners.models import Firm
from sosa_registry.ledger.recording import revision
from tests.api.places import ask, parameters_of, refuse

NORWAY = "direction=us_buys&country=NOR&as_of=2026-11-21"


@pytest.fixture
def works(registry):
    """A firm of Norway's."""
    with revision(actor="tests", reason="Made up"):
        Firm(slug="nor-works", name="Norske Verk", country_id="NOR").save()


def test_the_first_route_to_norway_is_the_firm_by_its_code(client, registry):
    answer = ask(client, "pathways", NORWAY)
    first = answer["routes"][0]

    assert (answer["direction"], answer["country"], answer["firm"]) == ("us_buys", "NOR", None)
    assert (first["rank"], first["verdict"], first["basis"]) == (1, "open", "sosa-nor")
    assert first["enforceability"] == "voluntary"
    for step in first["steps"]:
        assert step["actor"] and step["counterpart"] and step["action"] and step["mechanism"]
        assert step["citations"] == [place["source"] for place in step["places"]]


def test_the_answer_repeats_its_clocks_and_says_that_it_is_no_advice(client, registry):
    answer = ask(client, "pathways", "direction=us_buys&country=NOR&as_of=2090-01-01&known_at=1")

    assert (answer["as_of"], answer["known_at"], answer["revision"]) == ("2090-01-01", "1", 1)
    assert answer["projected"] is True
    assert answer["disclaimer"] == "Information, not legal advice."


def test_a_code_in_small_letters_is_the_country(client, registry):
    assert ask(client, "pathways", "direction=US_BUYS&country=nor")["country"] == "NOR"


def test_a_firm_of_which_nothing_is_recorded_is_asked_conditionally(client, works):
    routes = ask(client, "pathways", f"{NORWAY}&firm=nor-works")["routes"]
    by_code = next(route for route in routes if route["route"] == "firm_by_code")

    assert by_code["verdict"] == "conditional"
    assert "no public list" in by_code["missing"][0]
    (asked,) = (step for step in by_code["steps"] if step["rule"] == "ask_the_firm")
    assert asked["precondition"]["holds"] is None


def test_a_route_on_nothing_has_no_basis_and_is_marked_as_reasoned(client, registry):
    routes = ask(client, "pathways", "direction=us_buys&country=UKR&as_of=2026-11-21")["routes"]
    terms = next(route for route in routes if route["route"] == "contract_terms")

    assert (terms["basis"], terms["basis_kind"], terms["inferred"]) == (None, None, True)
    assert [route["verdict"] for route in routes].count("closed") == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"direction", "country"}),
        ("country=NOR", {"direction"}),
        ("direction=us_buys", {"country"}),
        ("direction=sideways&country=NOR", {"direction"}),
        ("direction=us_buys&country=ZZZ", {"country"}),
        ("direction=sideways&country=ZZZ&as_of=2021-02-30", {"direction", "country", "as_of"}),
        ("direction=partner_buys&country=USA", {"country"}),
        (f"{NORWAY}&firm=nobody", {"firm"}),
        (f"{NORWAY}&firm=%00", {"firm"}),
        (f"{NORWAY}&firm={'x' * 5000}", {"firm"}),
        ("direction=us_buys&country=SWE&firm=nor-works", {"firm"}),
        ("direction=us_buys&country=NOR&as_of=2021-02-30", {"as_of"}),
        (f"{NORWAY}&known_at=99", {"known_at"}),
        (f"{NORWAY}&known_at=1&firm=nor-works", {"firm"}),
        (f"{NORWAY}&grouping=nato", {"grouping"}),
    ],
)
def test_a_pathway_that_cannot_be_asked_is_refused_by_name(client, works, query, names):
    assert parameters_of(refuse(client, "pathways", query)) == names


def test_a_firm_elsewhere_is_told_where_it_is(client, works):
    problem = refuse(client, "pathways", "direction=us_buys&country=SWE&firm=nor-works")

    assert "established in Norway (NOR), not in Sweden" in problem["detail"]


def test_india_waits_for_its_code_of_conduct(client, registry):
    answer = ask(client, "reciprocity", "a=USA&b=IND&as_of=2024-08-23")
    (kind,) = (kind for kind in answer["kinds"] if kind["kind"] == "priority_delivery")
    by_code = next(one for one in kind["b_to_a"] if one["mechanism"] == "code_of_conduct")

    assert kind["label"] == "asymmetric"
    assert (kind["a_strongest"], kind["b_strongest"]) == ("statutory", "political")
    assert (by_code["live"], by_code["waits_for"]) == (False, "code of conduct being instituted")


def test_a_code_of_an_inexact_date_is_not_known_to_be_live(client, registry):
    answer = ask(client, "reciprocity", "b=NOR&as_of=2019-06-01")
    (kind,) = (kind for kind in answer["kinds"] if kind["kind"] == "priority_delivery")

    assert {one["mechanism"]: one["live"] for one in kind["b_to_a"]} == {
        "code_of_conduct": None,
        "ministry_request": True,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"b"}),
        ("a=ZZZ&b=IND", {"a"}),
        ("b=ZZZ", {"b"}),
        ("b=USA", {"b"}),
        ("a=IND&b=ind", {"b"}),
        ("b=IND&as_of=2021-02-30", {"as_of"}),
        ("b=IND&c=AUS", {"c"}),
    ],
)
def test_a_pair_that_cannot_be_asked_is_refused_by_name(client, registry, query, names):
    assert parameters_of(refuse(client, "reciprocity", query)) == names
