"""The pathway advisor and reciprocity as pages: what they say, and how they refuse."""

import re
from html import unescape

import pytest

from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm
from sosa_registry.ledger.recording import revision


@pytest.fixture
def ask(client, registry):
    """The status and text of a page, entities resolved."""

    def asked(address):
        response = client.get(address)
        return response.status_code, unescape(response.content.decode())

    return asked


@pytest.fixture
def works(registry):
    """A firm of Sweden's that joined the code, one that is not recorded as having joined."""
    with revision(actor="tests", reason="Made up"):
        for slug in ("swe-joined", "swe-other"):
            Firm(slug=slug, name=f"The works {slug}", country_id="SWE").save()
        code = CodeOfConduct.objects.get(slug="coc-swe")
        Signatory(slug="s1", code=code, firm_id="swe-joined", joined="2019").save()


def headings(page: str) -> list[str]:
    """The routes with their verdicts."""
    found = re.findall(r'<h3 id="[a-z]+_buys-[a-z_]+">(\d.*?)</h3>', page)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def test_without_a_country_the_page_says_what_to_do(ask):
    for address in ("/pathways/", "/pathways/?direction=us_buys"):
        status, page = ask(address)
        assert status == 200
        assert "Choose a country abroad above" in page


def test_norway_has_two_open_routes_with_their_sources(ask):
    _, page = ask("/pathways/?direction=us_buys&country=NOR&as_of=2026-11-21")

    assert headings(page) == [
        "1. Ask the firm, by its code of conduct – open",
        "2. Ask the partner’s ministry, through DoD – open",
    ]
    assert "Information, not legal advice." in page
    assert '<a href="/sources/cfr_700_57/">' in page
    assert '<a href="/invocations/inv027/">' in page


def test_without_a_direction_both_are_answered(ask):
    _, page = ask("/pathways/?country=NOR")
    assert 'id="us_buys"' in page and 'id="partner_buys"' in page
    _, home = ask("/pathways/?country=USA")
    assert 'id="us_buys"' in home and 'id="partner_buys"' not in home


def test_what_is_missing_and_what_is_closed_are_said(ask):
    _, india = ask("/pathways/?direction=us_buys&country=IND&as_of=2026-11-21")
    assert "Missing:</b> code of conduct being instituted" in india
    _, ukraine = ask("/pathways/?direction=us_buys&country=UKR&as_of=2026-11-21")
    assert "Closed for want of</b> an arrangement: cfr15-700-57-2024-08-21 omits it" in ukraine


def test_reasoned_steps_and_old_texts_are_marked(ask):
    _, page = ask("/pathways/?direction=partner_buys&country=NOR")
    assert "15 working days" in page
    assert "medium confidence; <bdi>from pre-2024 text; not rechecked" in page
    assert '<span class="only">inferred</span>' in page


def test_a_firm_is_chosen_among_those_recorded_in_the_country(works, ask):
    _, page = ask("/pathways/?direction=us_buys&country=SWE")
    assert '<option value="swe-joined">The works swe-joined</option>' in page
    _, asked = ask("/pathways/?direction=us_buys&country=SWE&firm=swe-other")
    assert headings(asked)[1] == "2. Ask the firm, by its code of conduct – conditional"
    assert "it is not among the 1 recorded as having joined" in asked


@pytest.mark.parametrize(
    ("address", "field", "said"),
    [
        ("/pathways/?country=ZZZ", "country", "Unknown value “ZZZ”."),
        ("/pathways/?country=NORR", "country", "Did you mean NOR?"),
        ("/pathways/?country=NOR&direction=up", "direction", "Allowed: partner_buys, us_buys."),
        ("/pathways/?country=USA&direction=partner_buys", "country", "no partner of its own"),
        ("/pathways/?country=NOR&firm=nobody", "firm", "No firm “nobody” is recorded."),
        ("/pathways/?country=NOR&firm=swe-joined", "firm", "established in Sweden (SWE), not in"),
        ("/pathways/?country=NOR&as_of=2021-02-30", "as_of", "is not in the calendar."),
        ("/pathways/?country=NOR&known_at=99", "known_at", "No revision 99."),
        ("/reciprocity/?b=ZZZ", "b", "Unknown value “ZZZ”."),
        ("/reciprocity/?a=ZZZ&b=IND", "a", "Unknown value “ZZZ”."),
        ("/reciprocity/?b=USA", "b", "The same country as a."),
        ("/reciprocity/?b=IND&as_of=2021-02-30", "as_of", "is not in the calendar."),
    ],
)
def test_a_value_that_cannot_be_is_said_beside_its_field(works, ask, address, field, said):
    status, page = ask(address)
    assert status == 400
    assert said in re.search(rf'<p class="error" id="error-{field}">(.*?)</p>', page, re.S)[1]


def test_the_rest_of_the_form_is_kept(ask):
    _, page = ask("/pathways/?country=NOR&direction=us_buys&firm=zz&as_of=2021-02-30")
    assert 'value="2021-02-30"' in page
    assert 'value="zz"' in page
    assert '<option value="NOR" selected>' in page
    assert '<option value="us_buys" selected>' in page


def test_an_unknown_parameter_is_refused(ask):
    assert ask("/pathways/?land=NOR")[0] == 400
    assert ask("/reciprocity/?c=NOR")[0] == 400


def test_india_waits_for_its_code_and_the_label_says_why(ask):
    _, page = ask("/reciprocity/?a=USA&b=IND&as_of=2024-08-23")
    assert "not yet: code of conduct being instituted" in page
    assert "Asymmetric: both live, not equally firm" in page
    assert "<bdi>United States</bdi>: statutory (DPAS rating)." in page
    assert "<bdi>India</bdi>: political (Ministry request)." in page


def test_a_pair_without_anything_in_force_says_so(ask):
    assert "there is no promise to compare" in ask("/reciprocity/?a=FRA&b=DEU")[1]
    assert "Choose the other country above." in ask("/reciprocity/")[1]


def test_a_countrys_profile_leads_to_both_and_keeps_the_clocks(ask):
    _, page = ask("/countries/NOR/?as_of=2020-01-01")
    assert 'href="/pathways/?country=NOR&as_of=2020-01-01"' in page
    assert 'href="/reciprocity/?b=NOR&as_of=2020-01-01"' in page
