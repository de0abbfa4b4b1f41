"""Countries × types: groupings spread over members, both clocks, filters, few statements."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis import reference
from agreements.analysis.matrix import matrix
from agreements.models import Agreement
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Head
from sosa_registry.ledger.reading import pin
from tests import cast


def cells(day, known_at=None, kind="sosa", **asked):
    found = matrix(pin(known_at), date.fromisoformat(day), **asked)
    return {
        row.country: (row.cells[kind].status, row.cells[kind].certainty)
        for row in found.rows
        if kind in row.cells
    }


@pytest.fixture
def league(world):
    """An arrangement with the whole League, in force since 2000."""
    made = Agreement(
        slug="sosa-league", type_id="sosa", partner_grouping_id="league", title="With the League"
    )
    keep(made, actor="editor", reason="An agreement")
    cast.event("sosa-league", "entered_into_force", "2000-01-01")


def test_a_groupings_agreement_holds_for_each_member_while_it_is_one(league):
    cast.member("XRU", "2005-05-05", "2010-10-10")
    assert cells("2005-05-04") == {}
    assert cells("2005-05-05") == {"XRU": ("in_force", "certain")}
    assert cells("2010-10-09") == {"XRU": ("in_force", "certain")}
    assert cells("2010-10-10") == {}


def test_certainty_is_the_weaker_of_agreement_and_membership(league):
    cast.member("XRU", "2005")
    assert cells("2005-06-01") == {"XRU": ("in_force", "possible")}
    assert cells("2005-12-31") == {"XRU": ("in_force", "certain")}


def test_an_unknown_day_of_joining_makes_membership_possible_never_certain(league):
    cast.member("XRU", "")
    assert cells("2020-01-01") == {"XRU": ("in_force", "possible")}


def test_who_may_not_be_a_member_may_have_none(league):
    cast.member("XRU", "2005", "")
    assert [row.cells["sosa"].alternatives for row in matrix(pin(), date(2005, 6, 1)).rows] == [
        ("none",)
    ]


def test_an_agreement_with_a_grouping_never_holds_for_its_own_principal(league):
    cast.member("USA", "1949")
    assert "USA" not in cells("2020-01-01")


def test_two_phases_of_membership_leave_the_gap(league):
    cast.member("XRU", "2001", "2003-01-01", slug="league-xru-1")
    cast.member("XRU", "2006", slug="league-xru-2")
    assert cells("2002-06-01") == {"XRU": ("in_force", "certain")}
    assert cells("2004-06-01") == {}
    assert cells("2007-06-01") == {"XRU": ("in_force", "certain")}


def test_a_corrected_membership_leaves_the_past_as_it_was_known(league):
    row = cast.member("XRU", "2005-05-05")
    known = Head.objects.get().number
    row.joined = "2007-07-07"
    keep(row, actor="editor", reason="It was later", kind="correction")
    assert cells("2006-01-01") == {}
    assert cells("2006-01-01", known_at=known) == {"XRU": ("in_force", "certain")}


def test_members_of_the_asked_grouping_are_rows_even_without_a_standing(league):
    cast.member("XRU", "1990")
    found = matrix(pin(), date(1995, 1, 1), grouping="league")
    assert [row.country for row in found.rows] == ["XRU"]
    assert found.totals["sosa"]["not_recorded"] == 1


def test_region_and_status_narrow_the_rows(registry):
    europe = matrix(registry, date(2026, 1, 1), types=["sosa"], region="Europe")
    assert {row.region for row in europe.rows} == {"Europe"}
    proposed = matrix(registry, date(2026, 1, 1), types=["sosa"], status="proposed")
    assert {row.country for row in proposed.rows} == {"MEX", "PHL", "TWN"}


def test_a_minimum_grade_leaves_weaker_cells_out_and_calls_none_of_them_none(registry):
    all_of_them = cells("2026-11-21", types=["sosa"])
    firm = cells("2026-11-21", types=["sosa"], min_grade="A")
    assert all_of_them["DEU"] == ("in_force", "certain")
    assert "DEU" not in firm
    assert firm["GBR"] == ("in_force", "certain")


def test_canada_is_none_confirmed_with_conflicts(registry):
    found = matrix(registry, date(2026, 11, 21), types=["sosa"])
    cell = next(row for row in found.rows if row.country == "CAN").cells["sosa"]
    assert (cell.status, cell.certainty) == ("none", "confirmed")
    assert cell.basis == "cfr15-700-57-2024-08-21"
    assert cell.conflicts == 9  # eight sources and the latest press list


def test_italy_has_lapsed_on_paper_and_is_applied_in_practice(registry):
    found = matrix(registry, date(2026, 11, 21), types=["rdp-mou"])
    cell = next(row for row in found.rows if row.country == "ITA").cells["rdp-mou"]
    assert (cell.status, cell.practice, cell.in_practice_only) == ("expired", "listed", True)


def test_six_statements_answer_whatever_is_asked(registry):
    reference.reference(registry)
    for asked in ({}, {"grouping": "nato"}, {"every_country": True}, {"min_grade": "B"}):
        with CaptureQueriesContext(connection) as captured:
            matrix(pin(), date(2026, 11, 21), **asked)
        assert len(captured) <= 6
