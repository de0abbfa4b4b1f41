"""What the pages of single records say, on the shipped dataset."""

from html import unescape

import pytest

from agreements.models import Agreement, Event
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.revising import revision


@pytest.fixture
def page(client, registry):
    """The text of a page, entities resolved."""
    return lambda address: unescape(client.get(address).content.decode())


def test_australia_has_a_verdict_a_timeline_and_promises_both_ways(page):
    found = page("/countries/AUS/")
    assert "SOSA in force since 2011" in found
    assert '<svg class="timeline"' in found
    assert "The United States to Australia" in found
    assert "no code of conduct recorded" in found


def test_canada_shows_none_confirmed_and_counts_who_says_otherwise(page):
    found = page("/countries/CAN/")
    assert "SOSA: none, confirmed by the list of 2024-08-21" in found
    assert "8 sources say yes, 4 say no" in found
    assert "/sources/crs_if11894_2021/" in found


def test_a_country_without_arrangements_says_so(page):
    assert "No arrangement with the United States is recorded" in page("/countries/AFG/")


def test_the_firms_of_a_code_are_honestly_none_recorded(page):
    assert "No firm that signed it is recorded" in page("/countries/SWE/")
    assert "None recorded: no public list" in page("/codes/coc-swe/")
    assert "This is a gap in what is known" in page("/firms/")


def test_an_opinion_is_shown_as_an_opinion_with_its_source(page):
    found = page("/groupings/jahangir-bloc/")
    assert "An opinion, not a body that exists" in found
    assert "/sources/jahangir_2024/" in found
    assert "an opinion, of" in page("/countries/RUS/")


def test_an_agreement_shows_events_with_their_sources_and_imprecise_dates_in_words(page):
    found = page("/agreements/sosa-nld/")
    assert 'id="sosa-nld-e1"' in found
    assert "on or before" in found
    assert '<data value="[..' in found


def test_an_agreement_with_a_grouping_names_the_members_it_holds_for(page):
    assert "31 members for which it holds" in page("/agreements/rgqaa-nato/")


def test_history_says_who_when_why_and_field_by_field(page):
    with revision(actor="Ada, editor", reason="The gazette says so", kind=Revision.Kind.CORRECTION):
        agreement = Agreement.objects.get(slug="sosa-aus")
        agreement.note = "A new note"
        agreement.save()
    found = page("/agreements/sosa-aus/")
    assert "Ada, editor" in found
    assert "(correction): <bdi>The gazette says so</bdi>" in found
    assert "<bdi>A new note</bdi>" in found
    change = page("/changes/2/")
    assert '<th scope="row">note</th>' in change
    assert page("/changes/").index("The gazette says so") < page("/changes/").index(
        "The shipped dataset"
    )


def test_what_was_known_before_a_correction_can_still_be_asked(page):
    with revision(actor="Ada", reason="In force a year later"):
        event = Event.objects.get(slug="sosa-aus-e2")
        event.date = "2012"
        event.save()
    assert "SOSA in force since 2012" in page("/countries/AUS/")
    assert "SOSA in force since 2011" in page("/countries/AUS/?known_at=1")


def test_a_source_lists_what_rests_on_it(page):
    found = page("/sources/crs_if11894_2021/")
    assert "/agreements/sosa-aus/#sosa-aus-e1" in found
    assert "crs-sosa-list-2021-08-10" in found
    assert "has_sosa" in found


def test_what_if_counts_an_assumed_arrangement(page):
    assert "(assumed: Taiwan)" in page("/groupings/mnna/?assume=TWN:sosa")


def test_comparing_two_days_tells_what_entered_and_what_changed(page):
    found = page("/compare/?from=2021-07-28&to=2026-11-21&type=sosa")
    entered, rest = found.split(">Left")
    assert "/countries/JPN/" in entered
    assert "/countries/NOR/" not in rest


def test_a_day_to_compare_that_is_not_is_said_beside_its_field(client, registry):
    response = client.get("/compare/?from=2021-02-30&to_known_at=99")
    assert response.status_code == 400
    said = response.content.decode()
    assert 'id="error-from"' in said
    assert 'id="error-to_known_at"' in said


def test_search_knows_other_names(page):
    assert "/countries/TUR/" in page("/search/?q=Türkiye")
    assert "Nothing found for" in page("/search/?q=zzzzqqqq")
