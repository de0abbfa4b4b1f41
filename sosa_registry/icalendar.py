"""Writes calendars (RFC 5545) of whole-day entries. A page of rules, so no library for it.

Lines end in CRLF and are folded at 75 octets, never inside a character; commas, semicolons,
backslashes and line breaks in texts are escaped. An entry's UID is lasting, so that a calendar that
reads the feed again moves an entry instead of adding it twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LONGEST = 75


@dataclass(frozen=True)
class Entry:
    """One whole-day entry; `last` is its last day."""

    uid: str
    first: date
    last: date
    summary: str
    description: str
    url: str
    category: str


def escaped(text: str) -> str:
    """A text as a value of type TEXT; control characters are left out."""
    for plain, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\n", "\\n")):
        text = text.replace(plain, said)
    return "".join(letter for letter in text if letter >= " " or letter == "\t")


def folded(line: str) -> str:
    """A content line, its continuations beginning with a space."""
    lines, size, current = [], 0, ""
    for letter in line:
        width = len(letter.encode())
        if size + width > _LONGEST:
            lines.append(current)
            current, size = " ", 1
        current, size = current + letter, size + width
    return "\r\n".join([*lines, current])


def calendar(name: str, entries: Iterable[Entry], made_at: datetime) -> str:
    """A whole calendar; `made_at` is when what it says was last changed."""
    stamp = made_at.strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Registry of defence-supply agreements//Agenda//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escaped(entry.uid)}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}",
            *_end(entry.last),
            f"SUMMARY:{escaped(entry.summary)}",
            f"DESCRIPTION:{escaped(entry.description)}",
            f"URL:{entry.url}",
            f"CATEGORIES:{escaped(entry.category)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _end(last: date) -> list[str]:
    """The end is the day after the last; the last day of all has none after it."""
    if last == date.max:
        return []
    return [f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"]
