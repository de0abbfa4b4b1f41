"""The trend, limited: at every point it counts what the matrix of that day counts."""

from datetime import date

import pytest

from agreements.analysis.changes import changes_near, every_change
from agreements.analysis.matrix import matrix
from agreements.analysis.trend import trend, usual_start

FIRST, LAST = date(1992, 6, 30), date(2026, 6, 30)


@pytest.mark.parametrize(
    "limits",
    [
        {"grouping": "nato"},
        {"grouping": "eu", "region": "Europe"},
        {"region": "Asia"},
        {"min_grade": "A"},
        {"min_grade": "C", "types": ["sosa", "rdp-mou"]},
        {"min_grade": "B", "grouping": "nato", "principal": "USA"},
    ],
    ids=str,
)
def test_a_limited_trend_is_the_limited_matrix_at_every_point(registry, limits):
    for point in trend(registry, start=FIRST, end=LAST, **limits).points:
        totals = matrix(registry, point.as_of, **limits).totals
        assert point.certain == {kind: made["certain"] for kind, made in totals.items()}
        assert point.possible == {kind: made["possible"] for kind, made in totals.items()}


def test_a_trend_begins_twenty_years_before_its_end_when_nobody_says():
    assert usual_start(date(2026, 11, 21)) == date(2006, 1, 1)
    assert usual_start(date(5, 1, 1)) == date(1, 1, 1)


def test_the_changes_near_a_day_are_so_many_at_most_and_go_round_it(registry):
    days = list(every_change(registry))
    assert changes_near(registry, date(2021, 8, 10), most=10_000) == days
    near = changes_near(registry, date(2012, 6, 1), most=10)
    assert len(near) == 10
    assert near[0] < date(2012, 6, 1) < near[-1]
    assert changes_near(registry, date(1, 1, 1), most=5) == days[:5]
    assert changes_near(registry, date(9999, 1, 1), most=5) == days[-5:]
