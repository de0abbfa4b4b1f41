"""What rests on a source, what would lose its only support, what is due to be checked again."""

from datetime import date

import pytest

from agreements.analysis.sources import resting_on
from agreements.models import ProcedureFact
from partners.models import Citation, Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin


def only_support(pinned, slug):
    return {(one.kind, one.key) for one in resting_on(pinned, slug) if one.only}


def test_records_that_cite_a_source_rest_on_it(registry):
    found = {(one.kind, one.key) for one in resting_on(registry, "crs_if11894_2021")}
    assert {("agreement", "sosa-aus"), ("event", "sosa-aus-e1")} <= found


def test_a_record_with_another_source_would_not_lose_its_support(registry):
    only = only_support(registry, "crs_if11894_2021")
    assert ("agreement", "sosa-aus") not in only
    assert ("event", "sosa-aus-e1") in only


def test_a_membership_rests_on_the_source_it_names(registry):
    only = only_support(registry, "difesa_sweden_2024")
    assert ("membership", "nato-swe") in only


def test_a_second_citation_takes_the_only_support_away(registry):
    keep(
        Citation(subject_kind="event", subject="sosa-aus-e1", source_id="cfr_700"),
        actor="editor",
        reason="Seen there too",
    )
    assert ("event", "sosa-aus-e1") not in only_support(pin(), "crs_if11894_2021")
    assert ("event", "sosa-aus-e1") in only_support(pin(1), "crs_if11894_2021")


def test_a_regulation_is_due_before_the_news_is(registry, settings):
    settings.VERIFY_WITHIN_DAYS = {"default": 1000, "regulation": 30}
    due = Source.objects.due(date(2027, 1, 1))
    assert {source.kind for source in due} == {"regulation"}
    assert not Source.objects.due(date(2026, 11, 22)).exists()


def test_a_source_checked_again_is_no_longer_due(registry, settings):
    settings.VERIFY_WITHIN_DAYS = {"default": 30}
    source = Source.objects.get(slug="cfr_700")
    source.verified_on = date(2027, 1, 1)
    keep(source, actor="curator", reason="Read again", kind="verification")
    due = Source.objects.due(date(2027, 1, 2)).values_list("slug", flat=True)
    assert "cfr_700" not in due
    assert len(due) == 231


@pytest.mark.parametrize("path", ["/sources/due/", "/sources/due/?as_of=2030-01-01"])
def test_the_queue_has_a_page(registry, client, path):
    assert client.get(path).status_code == 200


def test_a_source_page_says_what_would_be_lost(registry, client):
    page = client.get("/sources/dfars_gsa/").content.decode()
    assert "16 records would lose the only support" in page


def test_a_record_with_a_source_of_its_own_keeps_that_support(registry):
    keep(
        Citation(subject_kind="membership", subject="nato-swe", source_id="cfr_700"),
        actor="editor",
        reason="Seen there too",
    )
    assert ("membership", "nato-swe") not in only_support(pin(), "cfr_700")
    assert ("membership", "nato-swe") not in only_support(pin(), "difesa_sweden_2024")
    assert ("membership", "nato-swe") in only_support(pin(1), "difesa_sweden_2024")


def test_a_fact_that_rested_on_a_source_did_so_then(registry):
    fact = ProcedureFact.objects.first()
    source, fact.source_id = fact.source_id, "difesa_sweden_2024"
    keep(fact, actor="editor", reason="Another document", kind="correction")
    assert ("fact", fact.slug) in {(one.kind, one.key) for one in resting_on(pin(1), source)}
    assert ("fact", fact.slug) not in {(one.kind, one.key) for one in resting_on(pin(), source)}
