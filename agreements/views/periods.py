"""Standing as words: the rows of the table that stands beside every timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agreements.lifecycle import DAWN, FOREVER
from agreements.models import Standing

from .marks import status_words


@dataclass(frozen=True)
class PeriodRow:
    """One status of one agreement, with its days in words."""

    agreement: str
    words: str
    since: str
    until: str
    certain: str
    possible: str


def period_rows(periods: Iterable[Standing]) -> list[PeriodRow]:
    """Each period in words."""
    return [
        PeriodRow(
            row.agreement,
            status_words(row.status),
            row.since,
            row.until,
            _days(row.certain_from, row.certain_until),
            _days(row.possible_from, row.possible_until),
        )
        for row in periods
    ]


def _days(start: date, end: date) -> str:
    if start >= end:
        return "never"
    first = "start not known" if start == DAWN else start.isoformat()
    return f"{first} – {'open' if end == FOREVER else end.isoformat()}"
