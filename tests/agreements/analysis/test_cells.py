"""What one cell says: the strongest speaks, certainty is any agreement's, absence is told apart."""

from datetime import date

import pytest

from agreements.analysis.cells import Candidate, ListMark, Standpoint, judge

EARLY, LATE = date(2000, 1, 1), date(2020, 1, 1)


def agreement(slug, *points, direct=True, none=False):
    standpoints = [
        Standpoint(status, certain, str(started), f"{slug}-e1", started)
        for status, certain, started in points
    ]
    return Candidate(slug, direct, standpoints, none)


def mark(named, as_of=LATE, slug="a-list"):
    return ListMark(slug, as_of, "a-source", named)


def said(cell):
    return cell.status, cell.certainty


@pytest.mark.parametrize(
    ("statuses", "speaks"),
    [
        (("in_force", "suspended", "signed"), "in_force"),
        (("suspended", "signed"), "suspended"),
        (("signed", "negotiating"), "signed"),
        (("negotiating", "proposed"), "negotiating"),
        (("negotiating", "expired"), "negotiating"),
        (("proposed", "terminated"), "proposed"),
        (("expired",), "expired"),
    ],
)
def test_the_strongest_standing_speaks(statuses, speaks):
    several = [agreement(status, (status, True, EARLY)) for status in statuses]
    assert said(judge(several, None, None, 0)) == (speaks, "certain")


def test_an_end_while_still_listed_speaks_louder_than_negotiations():
    several = [
        agreement("old", ("expired", True, EARLY)),
        agreement("new", ("negotiating", True, LATE)),
    ]
    cell = judge(several, mark(True), None, 0)
    assert (cell.status, cell.practice, cell.in_practice_only) == ("expired", "listed", True)


def test_a_cell_is_certain_when_one_of_its_agreements_is():
    several = [
        agreement("one", ("in_force", False, LATE), none=True),
        agreement("two", ("in_force", True, EARLY)),
    ]
    cell = judge(several, None, None, 0)
    assert (said(cell), cell.agreement) == (("in_force", "certain"), "two")
    assert cell.agreements == ("one", "two")


def test_an_uncertain_cell_names_the_alternatives():
    one = agreement("one", ("in_force", False, LATE), ("signed", False, LATE), none=True)
    assert judge([one], None, None, 0).alternatives == ("signed", "none")


def test_alternatives_are_never_weaker_than_what_another_agreement_certainly_has():
    several = [
        agreement("one", ("in_force", False, LATE), ("proposed", False, EARLY), none=True),
        agreement("two", ("signed", True, EARLY)),
    ]
    assert judge(several, None, None, 0).alternatives == ("signed",)


def test_a_direct_agreement_speaks_before_one_through_a_grouping():
    several = [
        agreement("league", ("in_force", True, LATE), direct=False),
        agreement("own", ("in_force", True, EARLY)),
    ]
    cell = judge(several, None, None, 0)
    assert (cell.agreement, cell.through) == ("own", "")


def test_nothing_known_is_no_cell():
    assert judge([], None, None, 0) is None


def test_omitted_by_the_regulation_is_none_confirmed_and_names_the_list():
    cell = judge([], mark(False, slug="rule"), mark(True, slug="press"), 0)
    assert (*said(cell), cell.basis, cell.conflicts) == ("none", "confirmed", "rule", 1)


def test_a_statement_confirms_only_where_there_is_no_regulation():
    cell = judge([], None, mark(False, slug="press"), 0)
    assert (*said(cell), cell.basis) == ("none", "confirmed", "press")


def test_listed_without_an_agreement_is_not_recorded_and_a_conflict():
    cell = judge([], mark(True), mark(False), 0)
    assert (cell.certainty, cell.conflicts) == ("not_recorded", 1)


def test_claims_alone_are_a_conflict_and_no_none():
    cell = judge([], None, None, 3)
    assert (cell.certainty, cell.conflicts) == ("not_recorded", 3)


def test_an_older_list_does_not_contradict_a_later_standing():
    one = agreement("one", ("in_force", True, LATE))
    assert judge([one], None, mark(False, as_of=EARLY), 0).conflicts == 0
    assert judge([one], None, mark(False, as_of=LATE), 0).conflicts == 1


def test_a_list_of_bilaterals_does_not_contradict_what_holds_through_a_grouping():
    one = agreement("league", ("in_force", True, EARLY), direct=False)
    assert judge([one], None, mark(False), 0).conflicts == 0
