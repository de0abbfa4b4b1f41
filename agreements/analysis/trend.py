"""Number of countries with each type in force over time. Three statements, however long.

Each country and type is a set of stretches of days; they are merged and counted at every point, so
a country with two agreements of a type counts once, as in the matrix.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from agreements.lifecycle import DAWN, FOREVER
from agreements.models import Standing
from partners.models import Membership
from sosa_registry.ledger.reading import Pin

from .reference import reference

MONTHS = {"year": 12, "quarter": 3, "month": 1}
MOST_POINTS = 1_000
Stretch = tuple[date, date]


@dataclass(frozen=True)
class TrendPoint:
    """How many countries on one day, certainly and (beside those) possibly, by type."""

    as_of: date
    certain: dict[str, int]
    possible: dict[str, int]


@dataclass(frozen=True)
class Trend:
    """The points in order."""

    types: list[str]
    points: list[TrendPoint]


def trend(
    pinned: Pin,
    *,
    start: date,
    end: date,
    step: str = "year",
    types: list[str] | None = None,
    principal: str = "USA",
) -> Trend:
    """Counts in force on each day from `start` by `step` to `end`. Raises ValueError."""
    types = types or list(reference(pinned).types)
    days = _days(start, end, step)
    certain, possible = _stretches(pinned, principal, types)
    counted = {kind: ([0] * len(days), [0] * len(days)) for kind in types}
    for (_, kind), stretches in possible.items():
        for place in _places(days, stretches):
            counted[kind][1][place] += 1
    for (_, kind), stretches in certain.items():
        for place in _places(days, stretches):
            counted[kind][0][place] += 1
            counted[kind][1][place] -= 1
    return Trend(
        types,
        [
            TrendPoint(
                day,
                {kind: counted[kind][0][place] for kind in types},
                {kind: counted[kind][1][place] for kind in types},
            )
            for place, day in enumerate(days)
        ],
    )


def _days(start: date, end: date, step: str) -> list[date]:
    if step not in MONTHS:
        raise ValueError(f"step: one of {', '.join(MONTHS)}.")
    if start > end:
        raise ValueError("from: must not be after to.")
    days, months = [], start.year * 12 + start.month - 1
    while (day := _day(months, start.day)) <= end:
        days.append(day)
        if len(days) > MOST_POINTS:
            raise ValueError(f"to: more than {MOST_POINTS} points; ask for fewer or a longer step.")
        if (months := months + MONTHS[step]) >= date.max.year * 12:
            break
    return days


def _day(months: int, day: int) -> date:
    year, month = divmod(months, 12)
    # A step from the 31st lands on the last day that a shorter month has.
    for last in (day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _stretches(pinned: Pin, principal: str, types: list[str]):
    rows = (
        Standing.objects.known_at(pinned.revision)
        .with_principal(principal)
        .of_types(types)
        .in_force()
        .order_by()
        .values_list(
            "type",
            "partner",
            "partner_grouping",
            "certain_from",
            "certain_until",
            "possible_from",
            "possible_until",
        )
    )
    rows = list(rows)
    members = _members(pinned, {row[2] for row in rows if row[2]})
    certain, possible = defaultdict(list), defaultdict(list)
    for kind, partner, grouping, sure_from, sure_until, may_from, may_until in rows:
        if not grouping:
            certain[partner, kind].append((sure_from, sure_until))
            possible[partner, kind].append((may_from, may_until))
            continue
        for country, sure, may in members[grouping]:
            if country != principal:
                certain[country, kind].append((max(sure_from, sure[0]), min(sure_until, sure[1])))
                possible[country, kind].append((max(may_from, may[0]), min(may_until, may[1])))
    return certain, possible


def _members(pinned: Pin, groupings: set[str]) -> dict[str, list[tuple[str, Stretch, Stretch]]]:
    found = {slug: [] for slug in groupings}
    if not groupings:
        return found
    for row in Membership.ever.known_at(pinned.revision).filter(grouping__in=groupings):
        gone = row.left_earliest or (DAWN if row.left else FOREVER)
        sure = (row.joined_latest or FOREVER, gone)
        may = (row.joined_earliest or DAWN, row.left_latest or FOREVER)
        found[row.grouping_id].append((row.country_id, sure, may))
    return found


def _places(days: list[date], stretches: list[Stretch]) -> set[int]:
    """The points that lie in any of the stretches."""
    found: set[int] = set()
    for start, end in stretches:
        if start < end:
            found.update(range(bisect_left(days, start), bisect_left(days, end)))
    return found
