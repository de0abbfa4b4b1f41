"""Periods to a drawing: where each stretch of days lies between two years, in per cent.

Arithmetic for `_timeline.svg`; the days are those of the standing rows. Drawn in per cent so that
the words keep their size at every width. What is open at its start or end runs to the margin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from agreements.lifecycle import DAWN, ENDED, FOREVER, Status
from agreements.models import Standing

from .marks import status_words

LANE, HEAD = 34, 22
MOST_TICKS = 6


@dataclass(frozen=True)
class Bar:
    """One stretch of days: its place in per cent, its look, and what it says."""

    x: str
    width: str
    y: int
    look: str
    says: str


@dataclass(frozen=True)
class Lane:
    """One agreement's life: its name and its bars."""

    name: str
    y: int
    bars: list[Bar]


@dataclass(frozen=True)
class Tick:
    """One year on the scale."""

    year: int
    x: str


@dataclass(frozen=True)
class Timeline:
    """The drawing: its height in pixels, the scale, the lanes, and the day asked about."""

    height: int
    ticks: list[Tick]
    lanes: list[Lane]
    as_of: date
    as_of_x: str
    anchor: str
    looks: dict[str, bool]


def timeline(lives: Iterable[tuple[str, list[Standing]]], as_of: date, today: date):
    """The drawing of some agreements' lives, or None when there is nothing to draw."""
    lives = [(name, periods) for name, periods in lives if periods]
    if not lives:
        return None
    known = {
        day
        for _, periods in lives
        for row in periods
        for day in (row.possible_from, row.possible_until, row.certain_from, row.certain_until)
        if day not in (DAWN, FOREVER)
    } | {as_of, today}
    scale = _Scale(min(known), max(known))
    lanes = [
        Lane(name, HEAD + place * LANE, list(_bars(periods, scale, HEAD + place * LANE)))
        for place, (name, periods) in enumerate(lives)
    ]
    looks = {bar.look.split()[-1] for lane in lanes for bar in lane.bars}
    return Timeline(
        height=HEAD + LANE * len(lanes) + 6,
        ticks=scale.ticks(),
        lanes=lanes,
        as_of=as_of,
        as_of_x=f"{scale.place(as_of):.2f}%",
        anchor="end" if scale.place(as_of) > 50 else "start",
        looks=dict.fromkeys(looks, True),
    )


class _Scale:
    """Days to per cent, with a margin on either side."""

    def __init__(self, first: date, last: date):
        margin = timedelta(days=max(200, (last - first).days // 20))
        self.start = first - margin if first - date.min > margin else date.min
        self.end = last + margin if date.max - last > margin else date.max

    def place(self, day: date) -> float:
        day = min(max(day, self.start), self.end)
        return 100 * (day - self.start) / (self.end - self.start)

    def ticks(self) -> list[Tick]:
        years = self.end.year - self.start.year
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 500, 2500) if years / s <= MOST_TICKS)
        first = self.start.year - self.start.year % -step
        marks = [
            (year, self.place(date(year, 1, 1)))
            for year in range(max(first, step), self.end.year + 1, step)
        ]
        return [Tick(year, f"{x:.2f}%") for year, x in marks if 0 < x < 94]


def _bars(periods: list[Standing], scale: _Scale, top: int):
    for row in periods:
        look = _look(row.status)
        possible = (row.possible_from, row.possible_until)
        certain = (row.certain_from, row.certain_until)
        yield _bar(
            *possible, scale, top, f"{look} p", f"possibly {status_words(row.status).lower()}"
        )
        if row.certain_from < row.certain_until:
            yield _bar(*certain, scale, top, look, status_words(row.status).lower())


def _bar(start: date, end: date, scale: _Scale, top: int, look: str, says: str) -> Bar:
    x, width = scale.place(start), scale.place(end) - scale.place(start)
    opened = "?" if start == DAWN else start
    closed = "" if end == FOREVER else end
    return Bar(
        f"{x:.2f}%", f"{max(width, 0.3):.2f}%", top + 20, look, f"{says}, {opened} to {closed}"
    )


def _look(status: str) -> str:
    if status == Status.IN_FORCE:
        return "bar"
    return "bar ended" if status in ENDED else "bar other"
