"""The agenda: ends, extensions, notices and checks, on a small world and the shipped dataset."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agreements.analysis.agenda import NO_START, NO_TERM, RUN_OUT, agenda, read_duration, shifted
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin
from tests.cast import agreement, event

TODAY = date(2026, 11, 21)


def ahead(as_of=TODAY, within="P1Y"):
    """Kind and days of what is ahead, checks aside."""
    found = agenda(pin(), as_of, within)
    return [(i.kind, str(i.first), str(i.last)) for i in found.items if i.kind != "verification"]


def unknown(as_of=TODAY):
    return {one.reason: one.agreements for one in agenda(pin(), as_of).unknown}


def test_a_recorded_end_is_an_expiry(world):
    agreement()
    event("sosa-xru", "entered_into_force", "2020-01-01", until="2027-03-01")
    assert ahead() == [("expiry", "2027-03-01", "2027-03-01")]
    assert ahead(within="P3M") == []
    assert unknown() == {}


def test_an_imprecise_end_is_a_range(world):
    agreement()
    event("sosa-xru", "entered_into_force", "2020-01-01", until="2027-03")
    assert ahead() == [("expiry", "2027-03-01", "2027-03-31")]


def test_a_recorded_end_counts_and_its_terms_do_not(world):
    agreement(initial_term="P7Y", extension_term="P1Y")
    event("sosa-xru", "entered_into_force", "2020-01-01", until="2030-01-01")
    assert ahead() == []
    assert ahead(within="P5Y") == [("expiry", "2030-01-01", "2030-01-01")]


def test_an_extension_comes_again_and_again_with_its_last_day_for_notice(world):
    agreement(initial_term="P5Y", extension_term="P2Y", notice_term="P6M")
    event("sosa-xru", "entered_into_force", "2020-03-31")
    assert ahead(within="P3Y") == [
        ("extension", "2027-03-31", "2027-03-31"),
        ("notice", "2028-09-30", "2028-09-30"),
        ("extension", "2029-03-31", "2029-03-31"),
    ]


def test_keys_last_when_a_correction_moves_the_day(world):
    agreement(initial_term="P5Y", extension_term="P2Y")
    made = event("sosa-xru", "entered_into_force", "2020-03-31")
    before = [item.key for item in agenda(pin(), TODAY, "P1Y").items]
    made.date = "2020-04-15"
    keep(made, actor="editor", reason="A fortnight later", kind="correction")
    assert "extension-sosa-xru-2" in before
    assert [item.key for item in agenda(pin(), TODAY, "P1Y").items] == before


def test_an_initial_term_without_extension_ends_and_then_has_run_out(world):
    agreement(initial_term="P7Y")
    event("sosa-xru", "entered_into_force", "2020-01-01")
    assert ahead() == [("term_ends", "2027-01-01", "2027-01-01")]
    assert unknown(date(2027, 6, 1)) == {RUN_OUT: ["sosa-xru"]}


def test_an_unknown_term_is_unknown_not_endless(world):
    agreement()
    event("sosa-xru", "entered_into_force", "2020-01-01")
    assert ahead() == []
    assert unknown() == {NO_TERM: ["sosa-xru"]}


def test_a_term_is_not_counted_from_an_attestation(world):
    agreement(initial_term="P10Y")
    event("sosa-xru", "attested_in_force", "[..2020-01-01]")
    assert ahead(within="P20Y") == []
    assert unknown() == {NO_START: ["sosa-xru"]}


def test_what_is_not_in_force_has_nothing_ahead(world):
    agreement(initial_term="P7Y")
    event("sosa-xru", "signed", "2020-01-01")
    assert (ahead(), unknown()) == ([], {})


def test_a_source_is_due_when_its_kind_says_and_overdue_after(registry):
    found = agenda(registry, TODAY, "P1M")
    checks = [item for item in found.items if item.kind == "verification"]
    assert all(item.overdue == (item.first < TODAY) for item in checks)
    assert all(item.first <= found.end for item in checks)


def test_the_dataset_foresees_the_dutch_extension_and_the_finnish_end(registry):
    assert ahead(within="P3Y") == [
        ("notice", "2028-02-24", "2028-02-24"),
        ("extension", "2028-08-24", "2028-08-24"),
        ("expiry", "2029-10-03", "2029-10-03"),
    ]


@pytest.mark.parametrize("text", ["", "P", "1Y", "P1", "PT1H", "P-1Y", "P1Y1Y", "P10000Y"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="no duration"):
        read_duration(text)


def test_more_than_a_century_is_refused(world):
    with pytest.raises(ValueError, match="century"):
        agenda(pin(), TODAY, "P101Y")


@given(some.dates(), some.integers(0, 3000), some.integers(0, 9999), some.integers(-3, 3))
def test_shifting_stays_in_the_calendar_and_keeps_its_order(day, months, days, times):
    moved = shifted(day, (months, days), times)
    assert (moved >= day) if times >= 0 else (moved <= day)
    assert shifted(day, (0, 0), times) == day
    if months == 0 and date.min + timedelta(days * 3) < day < date.max - timedelta(days * 3):
        assert moved - day == timedelta(days=days * times)
