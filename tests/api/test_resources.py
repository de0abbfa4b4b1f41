"""Every resource, its list and its records, on the shipped dataset."""

import pytest

from agreements.models import Claim, CodeOfConduct, Commitment, Event, ListEntry
from partners.actions import remove_with_citations
from partners.models import Citation, Membership
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision
from tests.api.places import BELOW, CLOCKED, LISTS, RECORDS, ask, refuse


@pytest.mark.parametrize("place", [*LISTS, *BELOW])
def test_every_list_answers_a_page(client, full, place):
    page = ask(client, place)

    assert page["count"] >= len(page["results"]) > 0


@pytest.mark.parametrize("place", RECORDS)
def test_every_record_answers_by_its_natural_key(client, full, place):
    record = ask(client, place)

    key = place.partition("/")[2]
    assert str(record.get("key", next(iter(record.values())))) == key


def test_every_row_of_every_table_is_there(client, registry):
    counts = {place: ask(client, place)["count"] for place in LISTS}

    assert counts["countries"] == 249
    assert counts["agreements"] == 90
    assert counts["events"] == 160
    assert counts["commitments"] == 17
    assert counts["claims"] == 194
    assert counts["published-lists"] == 50
    assert counts["sources"] == 232
    assert counts["invocations"] == 44


def test_countries_are_found_in_either_case(client, registry):
    assert ask(client, "countries/aus") == ask(client, "countries/AUS")


def test_names_are_the_columns_of_the_dataset(client, registry):
    event = ask(client, "events/sosa-jpn-e1")

    assert event["agreement"] == "sosa-jpn"
    assert list(event) == [
        "id",
        "agreement",
        "event",
        "event_label",
        "date",
        "date_earliest",
        "date_latest",
        "until",
        "until_earliest",
        "until_latest",
        "confidence",
        "confidence_label",
        "note",
        "sources",
    ]


def test_sources_come_in_the_order_of_the_dataset(client, registry):
    agreement = ask(client, "agreements/ntib-aus")

    assert agreement["sources"] == [
        "crs_if11311_2023",
        "crs_if11311_2020",
        "pl_114_328",
        "csis_2025_03_03",
        "dfars_gsa",
    ]


def test_a_list_is_filtered_searched_ordered_and_paged(client, registry):
    asked = "type=sosa&partner=jpn,aus,NOR&ordering=-partner&page_size=2"
    page = ask(client, "agreements", asked)

    assert page["count"] == 3
    assert [row["partner"] for row in page["results"]] == ["NOR", "JPN"]
    assert "page=2" in page["next"] and page["previous"] is None
    assert ask(client, "countries", "search=turkiye TR")["count"] == 0
    assert [row["country"] for row in ask(client, "countries", "search=Holland")["results"]] in (
        ["NLD"],
        [],
    )


def test_the_link_header_names_first_next_and_last_page(client, registry):
    response = client.get("/api/v1/countries/?page=2&page_size=100")

    assert 'page=3&page_size=100>; rel="next"' in response["Link"]
    assert 'rel="first"' in response["Link"]
    assert 'rel="prev"' in response["Link"]
    assert 'rel="last"' in response["Link"]


def test_events_are_found_by_the_days_on_which_they_may_lie(client, registry):
    within = "date_after=2023-01-11&date_before=2023-01-11&agreement=sosa-jpn"

    assert ask(client, "events", within)["count"] >= 1
    assert ask(client, "events", "date_before=1900-01-01")["count"] > 0  # open at the start


def test_lists_of_several_types_are_found_by_each(client, registry):
    page = ask(client, "published-lists", "type=ntib&page_size=500")

    assert any(";" in row["type"] for row in page["results"])
    assert all("ntib" in row["type"].split(";") for row in page["results"])


def test_members_are_those_of_the_day_and_a_grouping_has_every_phase(client, registry):
    before = ask(client, "memberships", "grouping=eu&country=gbr&as_of=2019-01-01")
    after = ask(client, "memberships", "grouping=eu&country=gbr&as_of=2021-01-01")

    assert [row["id"] for row in before["results"]] == ["eu-gbr"]
    assert after["results"] == []
    assert "eu-gbr" in {row["id"] for row in ask(client, "groupings/eu")["memberships"]}


def test_lists_repeat_their_clocks(client, registry):
    for place in CLOCKED:
        page = ask(client, place, "as_of=2090-01-01&known_at=1")
        said = {name: page[name] for name in ("as_of", "known_at", "revision", "projected")}
        assert said == {
            "as_of": "2090-01-01",
            "known_at": "1",
            "revision": 1,
            "projected": True,
        }


def test_an_agreement_embeds_its_life_and_its_evidence(client, registry):
    agreement = ask(client, "agreements/sosa-jpn", "as_of=2023-01-11")

    assert agreement["standing"]["as_of"] == "2023-01-11"
    assert ("in_force", "possible") in {
        (row["status"], row["certainty"]) for row in agreement["standing"]["now"]
    }
    assert [row["mechanism"] for row in agreement["commitments"]["principal_to_partner"]] == [
        "dpas_rating"
    ]
    assert len(agreement["commitments"]["partner_to_principal"]) == 2
    assert all(event["sources"] for event in agreement["events"])
    assert agreement["citations"] and agreement["claims"]


def test_an_agreements_own_commitments_replace_those_of_its_type(client, registry):
    commitments = ask(client, "agreements/mou-can-dpas")["commitments"]

    assert [row["agreement"] for row in commitments["partner_to_principal"]] == ["mou-can-dpas"]


def test_a_correction_is_in_the_feed_the_changes_and_the_history(client, registry):
    event = Event.objects.get(slug="sosa-aus-e2")
    event.note = "Looked at again."
    keep(event, actor="editor", reason="A second look", kind=Revision.Kind.CORRECTION)

    feed = ask(client, "revisions", "after=1")["results"]
    changes = ask(client, "revisions/2/changes")["results"]
    history = ask(client, "agreements/sosa-aus/history")["results"]

    assert [(row["number"], row["actor"], row["counts"]["changed"]) for row in feed] == [
        (2, "editor", 1)
    ]
    fields = [{"field": "note", "before": history[0]["fields"][0]["before"], "after": event.note}]
    assert changes == [
        {
            "record_type": "events",
            "key": "sosa-aus-e2",
            "operation": "changed",
            "fields": fields,
        }
    ]
    assert history[0]["reason"] == "A second look"
    assert history[0]["fields"] == fields


def test_the_feed_is_in_ascending_order(client, full):
    assert [row["number"] for row in ask(client, "revisions", "after=0")["results"]] == [1, 2]
    assert [row["number"] for row in ask(client, "revisions")["results"]] == [2, 1]


def test_history_keeps_an_event_that_was_deleted(client, registry):
    event = Event.objects.get(slug="sosa-aus-e2")
    remove_with_citations(event, actor="editor", reason="Never happened")

    newest = ask(client, "agreements/sosa-aus/history")["results"]

    assert ("sosa-aus-e2", "deleted") in {(row["key"], row["operation"]) for row in newest}


@pytest.mark.parametrize(
    "place, row, column, value",
    [
        ("memberships", lambda: Membership.objects.get(slug="nato-fin"), "note", "x"),
        ("commitments", lambda: Commitment.objects.first(), "note", "x"),
        ("codes-of-conduct", lambda: CodeOfConduct.objects.get(slug="coc-swe"), "note", "x"),
        ("citations", lambda: Citation.objects.first(), "note", "x"),
        ("claims", lambda: Claim.objects.get(slug="c0001"), "value", "x"),
    ],
)
def test_a_clocked_list_answers_what_was_known_then(client, registry, place, row, column, value):
    before = ask(client, place, "page_size=500")["results"]
    changed = row()
    setattr(changed, column, value)
    keep(changed, actor="editor", reason="A correction", kind=Revision.Kind.CORRECTION)

    assert ask(client, place, "known_at=1&page_size=500")["results"] == before
    assert ask(client, place, "page_size=500")["results"] != before


def test_a_published_lists_entries_are_those_known_then(client, registry):
    name = "published-lists"
    before = ask(client, name, "known_at=1&page_size=500")["results"]
    entry = ListEntry.objects.select_related("list").get(
        list__slug="crs-sosa-list-2021-08-10", country="AUS"
    )
    remove(entry, actor="editor", reason="Misread")

    now = ask(client, "published-lists/crs-sosa-list-2021-08-10")

    assert "AUS" not in {row["country"] for row in now["entries"]}
    assert ask(client, name, "known_at=1&page_size=500")["results"] == before


def test_a_record_that_does_not_exist_is_named(client, registry):
    for place in ("countries/ZZZ", "agreements/sosa-xxx", "events/x", "revisions/99"):
        problem = refuse(client, place, status=404)
        assert place.partition("/")[2] in problem["detail"]
