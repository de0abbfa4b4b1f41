"""Number of countries with each type in force over time. Three statements, however long.

Each agreement is a set of the points it holds at; those of a country and type are merged, so that
two agreements of a type count once. At every point the count is that of the matrix of that day,
asked the same way: the same principal, types, grouping, region and minimum grade.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Value

from agreements.grading import supported
from agreements.lifecycle import DAWN, FOREVER, Status
from agreements.models import Standing
from partners.models import Membership
from sosa_registry.ledger.reading import Pin

from .reference import reference

MONTHS = {"year": 12, "quarter": 3, "month": 1}
MOST_POINTS = 1_000
YEARS_SHOWN = 20
Stretch = tuple[date, date]
_ROW = [
    *("agreement", "type", "partner", "partner_grouping", "status"),
    *("certain_from", "certain_until", "possible_from", "possible_until"),
]


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


def usual_start(end: date) -> date:
    """Where a trend begins when nobody said: 1 January, twenty years before its end."""
    return date(max(end.year - YEARS_SHOWN, 1), 1, 1)


def trend(
    pinned: Pin,
    *,
    start: date,
    end: date,
    step: str = "year",
    types: list[str] | None = None,
    principal: str = "USA",
    grouping: str = "",
    region: str = "",
    min_grade: str = "",
) -> Trend:
    """Counts in force on each day from `start` by `step` to `end`. Raises ValueError."""
    known = reference(pinned)
    types = types or list(known.types)
    days = _days(start, end, step)
    rows = _rows(pinned, principal, types, min_grade)
    wanted = {row["partner_grouping"] for row in rows} | {grouping}
    members = _members(pinned, wanted - {""})
    certain, possible = _held(rows, members, principal, days)
    belongs = _belonging(members[grouping], days) if grouping else None
    counted = {kind: ([0] * len(days), [0] * len(days)) for kind in types}
    for (country, kind), may in possible.items():
        if region and (country not in known.countries or known.countries[country].region != region):
            continue
        if belongs is not None:
            may = may & belongs[country]
        for place in may:
            counted[kind][place not in certain[country, kind]][place] += 1
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


def _rows(pinned: Pin, principal: str, types: list[str], min_grade: str) -> list[dict]:
    """Standing in force; with a minimum grade also what rests on less, whatever its status."""
    rows = Standing.objects.known_at(pinned.revision).with_principal(principal).of_types(types)
    if min_grade:
        good = supported("event", "event", min_grade, pinned.revision)
        rows = rows.annotate(supported=good)
        rows = rows.filter(Q(status=Status.IN_FORCE) | Q(supported=False))
    else:
        rows = rows.in_force().annotate(supported=Value(True))
    return list(rows.order_by().values(*_ROW, "supported"))


def _held(rows, members, principal: str, days: list[date]):
    """The points at which each country certainly and possibly has each type."""
    weak = defaultdict(set)
    for row in rows:
        if not row["supported"]:
            weak[row["agreement"]] |= _places(days, row["possible_from"], row["possible_until"])
    certain, possible = defaultdict(set), defaultdict(set)
    for row in rows:
        if row["status"] != Status.IN_FORCE:
            continue
        kind, below = row["type"], weak.get(row["agreement"], set())
        sure = (row["certain_from"], row["certain_until"])
        may = (row["possible_from"], row["possible_until"])
        parties = [(row["partner"], (DAWN, FOREVER), (DAWN, FOREVER))]
        for country, surely, maybe in members.get(row["partner_grouping"], parties):
            if country != principal:
                certain[country, kind] |= _places(days, *_overlap(sure, surely)) - below
                possible[country, kind] |= _places(days, *_overlap(may, maybe)) - below
    return certain, possible


def _belonging(members, days: list[date]) -> dict[str, set[int]]:
    """The points at which each country possibly belongs to the grouping."""
    found = defaultdict(set)
    for country, _, may in members:
        found[country] |= _places(days, *may)
    return found


def _overlap(one: Stretch, other: Stretch) -> Stretch:
    return max(one[0], other[0]), min(one[1], other[1])


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


def _places(days: list[date], start: date, end: date) -> set[int]:
    """The points from `start` up to `end`."""
    if start >= end:
        return set()
    return set(range(bisect_left(days, start), bisect_left(days, end)))
