"""Facets: each value's number is what choosing it would leave, under every other filter."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.analysis import facet_sets
from agreements.analysis.bits import bits_of, keys_of, sets_of
from agreements.analysis.facets import by, by_decade, counted
from agreements.filters import AgreementFilters, EventFilters, GradedSourceFilters
from agreements.grading import grade_expression
from agreements.models import Agreement, Event
from agreements.views.explorers import AGREEMENTS
from partners.models import Citation, Source
from sosa_registry.asking import Clocks
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.revising import revision
from tests.cast import agreement, event, member

FACETS = [one.facet for one in AGREEMENTS.facets]


def asked(pinned, day=date(2026, 11, 21), **query) -> AgreementFilters:
    """The filters of a query, on a day."""
    made = AgreementFilters(query, queryset=Agreement.objects.all())
    made.refuse_errors()
    made.clocks = Clocks(day, None, pinned, day)
    return made


def counts(pinned, day=date(2026, 11, 21), **query):
    made = asked(pinned, day, **query)
    chosen = {name: value for name, value in made.form.cleaned_data.items() if value}
    fits, found = counted(FACETS, made.queryset, made.clocks, chosen)
    assert keys_of(fits) == sorted(made.narrowed().values_list("pk", flat=True))
    return found


def test_every_number_is_what_choosing_that_value_leaves(registry):
    for query in (
        {},
        {"type": "sosa"},
        {"grouping": "nato", "binding": "no,unknown"},
        {"status": "in_force,not_recorded", "min_grade": "B,C"},
    ):
        for name, values in counts(registry, **query).items():
            for value, number in values.items():
                left = asked(registry, **(query | {name: value})).narrowed().count()
                assert left == number, (query, name, value)


def test_a_facet_ignores_its_own_filter_and_respects_the_others(registry):
    found = counts(registry, type="sosa")

    assert found["type"] == counts(registry)["type"]
    assert sum(found["binding"].values()) == found["type"]["sosa"]


def statements(pinned, day=date(2026, 11, 21), **query) -> int:
    """Those that read what facets are counted from."""
    made = asked(pinned, day, **query)
    chosen = {name: value for name, value in made.form.cleaned_data.items() if value}
    with CaptureQueriesContext(connection) as captured:
        counted(FACETS, made.queryset, made.clocks, chosen)
    return len([one for one in captured if '"ledger_revision"' not in one["sql"]])


def test_facets_are_read_with_two_statements_and_then_counted_with_none(registry):
    facet_sets.forget()

    assert statements(registry) == 2
    assert statements(registry) == 0
    assert statements(registry, binding="no,unknown", status="in_force", min_grade="B") == 0


def test_what_a_revision_touched_is_read_again_and_nothing_else(world, monkeypatch):
    agreement()
    theirs = agreement("sosa-dnk", "DNK")
    first = event("sosa-xru", "signed", "2020")
    counts(pin())
    rows_read = []

    def noting(rows, wanted, together=False):
        rows_read.append(rows.count())
        return sets_of(rows, wanted, together)

    monkeypatch.setattr(facet_sets, "sets_of", noting)

    assert counts(pin())["status"] == {"signed": 1, "not_recorded": 1}
    assert rows_read == []
    event("sosa-dnk", "proposed", "2021")
    assert counts(pin())["status"] == {"signed": 1, "proposed": 1}
    with revision(actor="tests", reason="Changed"):
        theirs.binding = "yes"
        theirs.save()
    assert counts(pin())["binding"] == {"unknown": 1, "yes": 1}
    assert rows_read == [1, 1]
    with revision(actor="tests", reason="Gone", kind="correction"):
        first.delete()
    assert counts(pin())["status"] == {"proposed": 1, "not_recorded": 1}


def test_of_a_day_near_one_that_is_kept_only_what_turned_between_is_read(registry, monkeypatch):
    facet_sets.forget()
    counts(registry, date(2024, 6, 10))
    rows_read = []

    def noting(rows, wanted, together=False):
        rows_read.append(rows.count() if together else 0)
        return sets_of(rows, wanted, together)

    assert statements(registry, date(2024, 5, 10)) == 2
    monkeypatch.setattr(facet_sets, "sets_of", noting)
    counts(registry, date(2024, 12, 10))
    assert 0 < sum(rows_read) < Agreement.objects.count() / 4


@pytest.mark.parametrize("days", [1, 30, -30, 365, -365, 3_650])
def test_what_a_day_near_by_tells_is_what_would_be_read(registry, days):
    start = date(2021, 1, 1)
    facet_sets.forget()
    counts(registry, start)
    told = counts(registry, start + timedelta(days=days))

    facet_sets.forget()
    assert counts(registry, start + timedelta(days=days)) == told


def test_an_agreement_that_goes_is_counted_no_more(world):
    mine = agreement()
    agreement("sosa-dnk", "DNK")
    assert counts(pin())["type"] == {"sosa": 2}

    with revision(actor="tests", reason="Gone", kind="correction"):
        mine.delete()
    assert counts(pin())["type"] == {"sosa": 1}


def test_members_and_grades_follow_what_was_recorded_since(world):
    agreement()
    assert counts(pin())["grouping"] == {}
    member("XRU", "2001")
    assert counts(pin())["grouping"] == {"league": 1}

    assert counts(pin())["min_grade"] == {}
    with revision(actor="tests", reason="Cited"):
        Citation(subject_kind="agreement", subject="sosa-xru", source_id="gazette").save()
    assert counts(pin())["min_grade"] == {"A": 1}
    with revision(actor="tests", reason="It was the press", kind="correction"):
        gazette = Source.objects.get(slug="gazette")
        gazette.kind = "press release"
        gazette.save()
    assert counts(pin())["min_grade"] == {"B": 1}


def test_what_is_kept_is_what_would_be_read(world):
    agreement()
    counts(pin())
    agreement("sosa-dnk", "DNK")
    event("sosa-xru", "signed", "2020")
    event("sosa-dnk", "proposed", "2021")
    member("DNK", "2001")
    kept = counts(pin())

    facet_sets.forget()
    assert counts(pin()) == kept


def test_what_was_rehearsed_and_undone_is_forgotten(world):
    agreement()
    counts(pin())
    with transaction.atomic():
        agreement("sosa-dnk", "DNK")
        assert counts(pin())["type"] == {"sosa": 2}
        transaction.set_rollback(True)

    assert counts(pin())["type"] == {"sosa": 1}
    agreement("mou-dnk", "DNK", type_id="mou")
    event("sosa-xru", "signed", "2020")
    assert counts(pin())["type"] == {"sosa": 1, "mou": 1}


def test_few_days_are_kept(world):
    agreement()
    event("sosa-xru", "signed", "2020-05-05")
    pinned = pin()

    for year in range(2010, 2030):
        found = counts(pinned, date(year, 6, 1))["status"]
        assert found == ({"signed": 1} if year >= 2020 else {"none": 1})
    assert len(facet_sets._memory["agreements", "status"]) == facet_sets.MOST_DAYS


def test_standing_counts_every_possible_status_and_tells_absence_apart(world):
    agreement()
    event("sosa-xru", "signed", "2020")
    agreement("sosa-dnk", "DNK")
    pinned = pin()

    assert counts(pinned, date(2019, 1, 1))["status"] == {"none": 1, "not_recorded": 1}
    assert counts(pinned, date(2020, 6, 1))["status"] == {"signed": 1, "not_recorded": 1}
    assert counts(pinned, date(2021, 1, 1))["status"] == {"signed": 1, "not_recorded": 1}


def test_groupings_count_members_of_the_day_once_each(world):
    agreement()
    agreement("sosa-dnk", "DNK")
    member("XRU", "2001", "2005")
    member("XRU", "2010", slug="league-xru-again")
    member("DNK", "2012")
    pinned = pin()

    assert counts(pinned, date(2003, 1, 1))["grouping"] == {"league": 1}
    assert counts(pinned, date(2007, 1, 1))["grouping"] == {}
    assert counts(pinned, date(2020, 1, 1))["grouping"] == {"league": 2}


def test_an_agreement_with_a_grouping_counts_for_it(registry):
    whole = Agreement.objects.filter(partner_grouping="nato").count()

    assert whole
    assert counts(registry, type="rgqaa")["grouping"]["nato"] >= whole


def test_grades_are_counted_as_at_least_so_good(registry):
    numbers = list(counts(registry)["min_grade"].values())

    assert numbers == sorted(numbers)
    assert numbers[-1] == 90


def test_events_are_counted_by_decade(registry):
    clocks = Clocks(date(2026, 11, 21), None, registry, date(2026, 11, 21))
    facet = by_decade("decade", "date_latest")
    found = counted([facet], Event.objects.all(), clocks, {})[1]["decade"]

    assert sum(found.values()) == 160
    for decade, number in found.items():
        made = EventFilters({"decade": decade}, queryset=Event.objects.all())
        made.refuse_errors()
        assert made.narrowed().count() == number


def test_sources_are_counted_by_the_grade_they_give(registry):
    clocks = Clocks(date(2026, 11, 21), None, registry, date(2026, 11, 21))
    found = counted([by("grade", grade_expression())], Source.objects.all(), clocks, {})[1]["grade"]

    assert sum(found.values()) == 232
    for grade, number in found.items():
        made = GradedSourceFilters({"grade": grade}, queryset=Source.objects.all())
        made.refuse_errors()
        assert made.narrowed().count() == number


@pytest.mark.django_db
def test_nothing_to_count_is_no_number():
    clocks = Clocks(date(2026, 11, 21), None, pin(), date(2026, 11, 21))
    binding = by("binding", "binding")

    assert counted([binding], Agreement.objects.all(), clocks, {}) == (0, {"binding": {}})
    assert counted([], Agreement.objects.all(), clocks, {}) == (0, {})


def test_other_filters_leave_fewer_rows(registry):
    clocks = Clocks(date(2026, 11, 21), None, registry, date(2026, 11, 21))
    two = Agreement.objects.filter(slug__in=["sosa-aus", "rgqaa-nato"])
    left = bits_of(two.values_list("pk", flat=True))

    assert counted(FACETS, Agreement.objects.all(), clocks, {}, left)[1]["type"] == {
        "sosa": 1,
        "rgqaa": 1,
    }
