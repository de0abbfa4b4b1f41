"""Imprecise dates: EDTF text and the range of days it stands for.

What lives here: a parser for the few EDTF (ISO 8601-2) forms that the field needs, and nothing
that touches a database. A date is known to the day (`2024-08-22`), the month (`2011-04`) or the
year (`1978`), only as on or before (`[..2006-09-20]`), or as one day between two
(`[2012-06-29..2012-12-31]`); a span, the days an episode lasted, is `2020-03-16/2020-04-03`.
The one thing to know: `earliest` and `latest` are both inclusive, `earliest` is None when it is
open, and `latest` is None only for a date that is not known at all (empty text).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

FORMS = (
    "2024-08-22 (day), 2011-04 (month), 1978 (year), [..2006-09-20] (on or before), "
    "[2012-06-29..2012-12-31] (one day between)"
)
SPAN_FORM = "2020-03-16/2020-04-03 (a span)"
_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
MAX_LENGTH = 24
LAST_YEAR = 9998  # the calendar's last day stands for “no end”


class NotADate(ValueError):
    """The text is none of the forms that are allowed, or names a day that does not exist."""


@dataclass(frozen=True, slots=True)
class ImpreciseDate:
    """A date as it is known: canonical text, first and last day it can be (both inclusive)."""

    text: str
    earliest: date | None
    latest: date | None

    @property
    def is_span(self) -> bool:
        """Whether this is a stretch of days rather than one day not exactly known."""
        return "/" in self.text

    def __str__(self) -> str:
        return self.text


UNKNOWN = ImpreciseDate("", None, None)


def _point(text: str) -> tuple[date, date]:
    match = _POINT.match(text)
    if not match:
        raise NotADate(f"“{text}” is not a day, month or year such as 2024-08-22, 2011-04 or 1978.")
    year, month, day = (int(part) if part else None for part in match.groups())
    if year > LAST_YEAR:
        raise NotADate(f"“{text}”: years go to {LAST_YEAR}.")
    try:
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    except ValueError as error:
        raise NotADate(f"“{text}” does not exist in the calendar.") from error
    return first, last


def parse(text: str, *, span: bool = False) -> ImpreciseDate:
    """Read EDTF text; an empty text is the unknown date. Raises NotADate, naming what is allowed.

    Source: EDTF, ISO 8601-2:2019, levels 0 and 1 and the set `[a..b]` of level 2.
    """
    text = text.strip()
    if not text:
        return UNKNOWN
    if len(text) > MAX_LENGTH:
        raise NotADate(f"Longer than any date ({MAX_LENGTH} characters). Allowed: {FORMS}.")
    if text.startswith("[") and text.endswith("]") and ".." in text:
        start, _, end = text[1:-1].partition("..")
        if not end:
            raise NotADate(f"“{text}”: a last day is needed. Allowed: {FORMS}.")
        return _between(text, start, end)
    if "/" in text and span:
        start, _, end = text.partition("/")
        return _between(text, start or "?", end)
    if "/" in text:
        raise NotADate(f"“{text}” is a span; here one day is needed. Allowed: {FORMS}.")
    try:
        return ImpreciseDate(text, *_point(text))
    except NotADate as error:
        allowed = f"{FORMS}, {SPAN_FORM}" if span else FORMS
        raise NotADate(f"{error} Allowed: {allowed}.") from error


def _between(text: str, start: str, end: str) -> ImpreciseDate:
    first = _point(start)[0] if start else None
    last = _point(end)[1]
    if first and first > last:
        raise NotADate(f"“{text}” ends before it begins.")
    return ImpreciseDate(text, first, last)


def exact(day: date) -> ImpreciseDate:
    """A date known to the day."""
    return ImpreciseDate(day.isoformat(), day, day)


def display(text: str) -> str:
    """The date as a reader wants it: “on or before 2006-09-20”, “between … and …”."""
    if text.startswith("[.."):
        return f"on or before {text[3:-1]}"
    if text.startswith("["):
        start, _, end = text[1:-1].partition("..")
        return f"between {start} and {end}"
    return text.replace("/", " to ")
