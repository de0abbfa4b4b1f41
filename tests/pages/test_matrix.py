"""The matrix page: what its cells say, its banner, its jumps."""

import re
from html import unescape

import pytest


def cells(page: str, country: str) -> list[str]:
    """What a screen reader is told of a country's cells."""
    row = re.search(rf'<th scope="row"><a href="/countries/{country}/[^"]*">.*?</tr>', page, re.S)
    return [unescape(text) for text in re.findall(r'<span class="sr">([^<]*)</span>', row[0])]


@pytest.fixture
def page(client, registry):
    """The text of a page."""
    return lambda address: client.get(address).content.decode()


def test_eight_countries_have_a_sosa_in_august_2021(page):
    found = page("/?as_of=2021-08-10&type=sosa")
    in_force = [
        code
        for code in re.findall(r'<th scope="row"><a href="/countries/(\w{3})/', found)
        if cells(found, code)[0].startswith("In force")
    ]
    assert sorted(in_force) == ["AUS", "ESP", "FIN", "GBR", "ITA", "NLD", "NOR", "SWE"]


def test_japan_is_possibly_in_force_on_the_day_its_date_is_not_sure(page):
    assert cells(page("/?as_of=2023-01-11&type=sosa"), "JPN")[0].startswith("Possibly in force")
    assert not cells(page("/?as_of=2023-01-10&type=sosa"), "JPN")[0].startswith("Possibly in")
    assert cells(page("/?as_of=2023-01-13&type=sosa"), "JPN")[0].startswith("In force")


def test_estonia_signs_its_rdp_mou_before_it_is_in_force(page):
    assert cells(page("/?as_of=2016-10-01&type=rdp-mou"), "EST")[0].startswith("Signed")
    assert cells(page("/?as_of=2016-12-22&type=rdp-mou"), "EST")[0].startswith("In force")


def test_canada_has_no_sosa_by_a_named_list_and_sources_disagree(page):
    said = cells(page("/?type=sosa"), "CAN")[0]
    assert said.startswith("None, confirmed; by omission from cfr15-700-57-2024-08-21")
    assert said.endswith("disagree")


def test_italy_is_expired_on_paper_and_applied_in_practice(page):
    said = cells(page("/?type=rdp-mou"), "ITA")[0]
    assert said.startswith("Expired")
    assert "still applied in practice" in said


def test_germany_is_in_force_and_not_in_the_regulation(page):
    assert "not in the regulation" in cells(page("/?type=sosa"), "DEU")[0]


def test_a_cell_without_an_answer_is_not_recorded_rather_than_no(page):
    assert cells(page("/?type=audit,sosa"), "EST")[0] == "Not recorded"


def test_totals_tell_certain_from_possible(page):
    found = page("/?as_of=2023-01-11&type=sosa")
    assert '<b>9</b> <span class="muted">' in found


def test_no_banner_now_and_one_when_a_clock_is_not_now(page):
    assert "Back to now" not in page("/")
    assert "As of 2021-08-10, not today." in page("/?as_of=2021-08-10")
    assert "As the registry knew it at revision 1" in page("/?known_at=1")


def test_a_day_to_come_is_marked_projected(page):
    assert "Projected: 2050-01-01 has yet to come." in page("/?as_of=2050-01-01")


def test_links_keep_both_clocks(page):
    found = page("/?as_of=2021-08-10&known_at=1")
    assert '/countries/AUS/?as_of=2021-08-10&amp;known_at=1"' in found


def test_jumps_lead_to_the_days_on_which_something_changes(page):
    found = page("/?as_of=2023-01-11&type=sosa")
    assert 'href="?as_of=2023-01-12&amp;type=sosa" rel="next"' in found


def test_filters_by_grouping_and_region_are_said_in_the_heading(page):
    found = page("/?grouping=nato&region=Europe")
    assert "among the members of North Atlantic Treaty Organization, in Europe" in found
    assert "/countries/JPN/" not in found


def test_an_analytic_grouping_is_called_an_opinion(page):
    assert "is an opinion, not a body that exists" in page("/?grouping=jahangir-bloc")
