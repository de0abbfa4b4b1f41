"""What one cell says: the strongest speaks, certainty is any agreement's, absence is told apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.analysis.cells import STRENGTH, ListMark, Standpoint, judge

EARLY, LATE = date(2000, 1, 1), date(2020, 1, 1)


def agreement(slug, *points, direct=True, none=False):
    said = f"{slug}-e1"
    return [
        Standpoint(STRENGTH[it], certain, direct, started, slug, it, str(started), said, none)
        for it, certain, started in points
    ]


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
    several = [agreement(status, (status, True, EARLY))[0] for status in statuses]
    assert said(judge(several, None, None, 0)) == (speaks, "certain")


def test_an_end_while_still_listed_speaks_louder_than_negotiations():
    several = [
        *agreement("old", ("expired", True, EARLY)),
        *agreement("new", ("negotiating", True, LATE)),
    ]
    cell = judge(several, mark(True), None, 0)
    assert (cell.status, cell.practice, cell.in_practice_only) == ("expired", "listed", True)


def test_a_cell_is_certain_when_one_of_its_agreements_is():
    several = [
        *agreement("one", ("in_force", False, LATE), none=True),
        *agreement("two", ("in_force", True, EARLY)),
    ]
    cell = judge(several, None, None, 0)
    assert (said(cell), cell.agreement) == (("in_force", "certain"), "two")
    assert cell.agreements == ("one", "two")


def test_an_uncertain_cell_names_the_alternatives():
    one = agreement("one", ("in_force", False, LATE), ("signed", False, LATE), none=True)
    assert judge(one, None, None, 0).alternatives == ("signed", "none")


def test_alternatives_are_never_weaker_than_what_another_agreement_certainly_has():
    several = [
        *agreement("one", ("in_force", False, LATE), ("proposed", False, EARLY), none=True),
        *agreement("two", ("signed", True, EARLY)),
    ]
    assert judge(several, None, None, 0).alternatives == ("signed",)


def test_a_direct_agreement_speaks_before_one_through_a_grouping():
    several = [
        *agreement("league", ("in_force", True, LATE), direct=False),
        *agreement("own", ("in_force", True, EARLY)),
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
    assert judge(one, None, mark(False, as_of=EARLY), 0).conflicts == 0
    assert judge(one, None, mark(False, as_of=LATE), 0).conflicts == 1


def test_a_list_of_bilaterals_does_not_contradict_what_holds_through_a_grouping():
    one = agreement("league", ("in_force", True, EARLY), direct=False)
    assert judge(one, None, mark(False), 0).conflicts == 0


def test_claims_against_each_agreement_count_once_however_many_its_statuses():
    several = [
        *agreement("one", ("in_force", False, LATE), ("signed", False, LATE)),
        *agreement("two", ("signed", True, EARLY)),
    ]
    assert judge(several, None, None, 1, {"one": 2, "three": 4}).conflicts == 3


def plainly(agreements, regulation, statement):
    """The same by the words of the rule, agreement by agreement, each question asked of all."""
    listed = regulation is not None and regulation.named

    def strength(status):
        ended = STRENGTH["expired"]
        return 5 if listed and STRENGTH[status] == ended else STRENGTH[status]

    spoken = [(slug, points) for slug, points in agreements.items() if points]
    every = [point for _, points in spoken for point in points]
    if not every:
        return None
    loudest = max(strength(point.status) for point in every)
    certain = any(point.certain for point in every if strength(point.status) == loudest)
    of_direct = [p for p in every if strength(p.status) == loudest and p.certain == certain]
    direct = any(point.direct for point in of_direct)
    latest = max(point.started for point in of_direct if point.direct == direct)
    speaks = max(p.agreement for p in of_direct if (p.direct, p.started) == (direct, latest))
    statuses = {
        slug: {p.status for p in points}
        | ({"none"} if any(p.none_possible for p in points) else set())
        for slug, points in spoken
    }
    floor = max(min(map(strength, mine)) for mine in statuses.values())
    may = {status for mine in statuses.values() for status in mine if strength(status) >= floor}
    in_force = any(point.status == "in_force" for point in every)
    surely = any(p.status == "in_force" and p.certain and p.direct for p in every)
    conflicts = sum(
        (not in_force if mark.named else surely)
        for mark in (regulation, statement)
        if mark is not None and mark.as_of >= latest
    )
    return {
        "loudest": loudest,
        "certainty": "certain" if certain else "possible",
        "may be": set() if certain else may,
        "agreement": speaks,
        "agreements": tuple(sorted(statuses)),
        "conflicts": conflicts,
        "strength of": strength,
    }


STATUSES = sorted(set(STRENGTH) - {"none"})
DAYS = st.sampled_from([EARLY, date(2010, 1, 1), LATE])
MARKS = st.none() | st.builds(mark, st.booleans(), DAYS)
POINTS = st.lists(
    st.tuples(st.sampled_from(STATUSES), st.booleans(), DAYS),
    max_size=3,
    unique_by=lambda it: it[0],
)
SEVERAL = st.lists(st.tuples(POINTS, st.booleans(), st.booleans()), max_size=4)


@given(SEVERAL, MARKS, MARKS)
def test_the_greatest_standpoint_alone_says_what_the_rule_says_of_all(several, rule, said_of):
    agreements = {
        f"a{number}": agreement(f"a{number}", *points, direct=direct, none=none)
        for number, (points, direct, none) in enumerate(several)
    }
    cell = judge([point for mine in agreements.values() for point in mine], rule, said_of)
    plain = plainly(agreements, rule, said_of)
    if plain is None:
        assert cell is None or not cell.agreement
        return
    assert plain["strength of"](cell.status) == plain["loudest"]
    assert set(cell.alternatives) == plain["may be"] - {cell.status}
    assert (cell.certainty, cell.agreement) == (plain["certainty"], plain["agreement"])
    assert (cell.agreements, cell.conflicts) == (plain["agreements"], plain["conflicts"])
