"""Facets: each value's number is what choosing it would leave, under every other filter."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis.facets import (
    Facet,
    by,
    by_best_grade,
    by_decade,
    by_grouping,
    by_own_grade,
    by_standing,
    counted,
)
from agreements.filters import AgreementFilters, EventFilters, GradedSourceFilters
from agreements.models import Agreement, Event
from partners.models import Source
from sosa_registry.asking import Clocks
from sosa_registry.ledger.reading import pin
from tests.cast import agreement, event, member

FACETS = [
    Facet("type", by("type_id"), ()),
    Facet("status", by_standing, ()),
    Facet("region", by("partner__region"), ()),
    Facet("grouping", by_grouping, ()),
    Facet("binding", by("binding"), ()),
    Facet("min_grade", by_best_grade, (), at_least=True),
]


def asked(pinned, day=date(2026, 11, 21), **query) -> AgreementFilters:
    """The filters of a query, on a day."""
    made = AgreementFilters(query, queryset=Agreement.objects.all())
    made.refuse_errors()
    made.clocks = Clocks(day, None, pinned, day)
    return made


def counts(pinned, day=date(2026, 11, 21), **query):
    made = asked(pinned, day, **query)
    return counted(FACETS, lambda name: made.narrowed(but=name), made.clocks)


def test_every_number_is_what_choosing_that_value_leaves(registry):
    for query in ({}, {"type": "sosa"}, {"grouping": "nato", "binding": "no,unknown"}):
        for name, values in counts(registry, **query).items():
            for value, number in values.items():
                left = asked(registry, **(query | {name: value})).narrowed().count()
                assert left == number, (query, name, value)


def test_a_facet_ignores_its_own_filter_and_respects_the_others(registry):
    found = counts(registry, type="sosa")

    assert found["type"] == counts(registry)["type"]
    assert sum(found["binding"].values()) == found["type"]["sosa"]


def test_all_facets_of_a_page_are_two_statements(registry):
    made = asked(registry, type="sosa", status="in_force")
    with CaptureQueriesContext(connection) as captured:
        counted(FACETS, lambda name: made.narrowed(but=name), made.clocks)

    assert len(captured) == 2


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
    facet = Facet("decade", by_decade("date_latest"), ())
    found = counted([facet], lambda name: Event.objects.all())["decade"]

    assert sum(found.values()) == 160
    for decade, number in found.items():
        made = EventFilters({"decade": decade}, queryset=Event.objects.all())
        made.refuse_errors()
        assert made.narrowed().count() == number


def test_sources_are_counted_by_the_grade_they_give(registry):
    found = counted([Facet("grade", by_own_grade, ())], lambda name: Source.objects.all())["grade"]

    assert sum(found.values()) == 232
    for grade, number in found.items():
        made = GradedSourceFilters({"grade": grade}, queryset=Source.objects.all())
        made.refuse_errors()
        assert made.narrowed().count() == number


@pytest.mark.django_db
def test_nothing_to_count_is_no_number():
    assert counted([Facet("binding", by("binding"), ())], lambda name: Agreement.objects.all()) == {
        "binding": {}
    }
    assert counted([], lambda name: Agreement.objects.all()) == {}
