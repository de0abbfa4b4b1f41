"""The agenda: what lies ahead of a day. Expiries, extensions, last days for notice, checks.

An expiry is the recorded end of what is in force. Terms say the rest: an agreement with an initial
term, counted from its entry into force, ends or is extended when that has run out; with an
extension term it is extended again and again; with a notice term there is a last day for notice
before each. Terms never change standing. An unknown term is unknown, not endless: such agreements
are counted.

A day that follows from an imprecise date is a range; an item is on the agenda when any of it lies
in the span asked about. Sources that are overdue are on it too.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from agreements.lifecycle import BEGINS, ENDED, FOREVER, Kind
from agreements.models import Agreement, Event, Standing
from partners.models import Source
from sosa_registry.ledger.reading import Pin

EXPIRY, TERM_ENDS, EXTENSION = "expiry", "term_ends", "extension"
NOTICE, VERIFICATION = "notice", "verification"
KINDS = (EXPIRY, TERM_ENDS, EXTENSION, NOTICE, VERIFICATION)
NO_TERM = "no initial term is recorded"
NO_START = "its entry into force is not known"
RUN_OUT = "its initial term has run out, and neither an end nor an extension is recorded"
MOST_EXTENSIONS, MOST_NAMED = 20_000, 100
NOTHING = (0, 0)
LONGEST_SPAN = 36_525  # days: a century
STARTS = BEGINS - {Kind.ATTESTED_IN_FORCE}
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?")


@dataclass(frozen=True)
class Item:
    """One thing ahead. `key` is lasting: it stays when a correction moves the day."""

    key: str
    kind: str
    first: date
    last: date
    subject: str
    title: str
    overdue: bool = False


@dataclass(frozen=True)
class Unknown:
    """Agreements in force of which the terms do not say what lies ahead, and why."""

    reason: str
    count: int
    agreements: list[str]


@dataclass(frozen=True)
class Agenda:
    """What lies ahead, by day, and what is not known."""

    start: date
    end: date
    items: list[Item]
    unknown: list[Unknown] = field(default_factory=list)


def read_duration(text: str) -> tuple[int, int]:
    """An ISO 8601 duration (P1Y, P6M, P30D) as months and days. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip().upper())
    if not found:
        raise ValueError(f"“{text[:40]}” is no duration. Allowed: as in P1Y, P6M, P2W or P30D.")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return years * 12 + months, weeks * 7 + days


def shifted(day: date, duration: tuple[int, int], times: int = 1) -> date:
    """A day so many durations later or, below nought, earlier; kept inside the calendar."""
    months, days = duration
    place = day.year * 12 + day.month - 1 + months * times
    year, month = divmod(place, 12)
    if not 1 <= year <= 9999:
        return FOREVER if year > 9999 else date.min
    landed = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    try:
        return landed + timedelta(days=days * times)
    except OverflowError:
        return FOREVER if times > 0 else date.min


def agenda(pinned: Pin, as_of: date, within: str = "P1Y") -> Agenda:
    """What lies ahead of a day within a duration. Six statements or less. Raises ValueError."""
    end = shifted(as_of, read_duration(within))
    if (end - as_of).days > LONGEST_SPAN:
        raise ValueError("Longer than a century.")
    return _kept(pinned, as_of, end)


@lru_cache(maxsize=2)
def _kept(pinned: Pin, as_of: date, end: date) -> Agenda:
    """The agenda of one state of the registry: every agreement's terms are read for it."""
    in_force = Standing.objects.known_at(pinned.revision).in_force()
    ended = list(_ended(pinned, in_force, as_of))
    # Where an end is recorded, however far ahead, the terms add nothing.
    open_ended = Agreement.objects.filter(slug__in=in_force.possible_on(as_of).values("agreement"))
    open_ended = open_ended.exclude(slug__in={row.agreement for row, _ in ended})
    timed, unknown = _terms(open_ended, as_of, end)
    items = [*_expiries(ended, as_of, end), *timed, *_verifications(as_of, end)]
    items.sort(key=lambda item: (item.first, item.last, KINDS.index(item.kind), item.key))
    return Agenda(as_of, end, items, [one for one in unknown if one.count])


def _ended(pinned: Pin, in_force, as_of: date):
    """The rows in force that an end follows, each with that end's row."""
    last = in_force.filter(possible_until__gt=as_of).exclude(possible_until=FOREVER)
    rows = {(row.agreement, row.possible_until): row for row in last.order_by()}
    slugs = {slug for slug, _ in rows}
    ends = Standing.objects.known_at(pinned.revision).filter(agreement__in=slugs, status__in=ENDED)
    for end in ends.order_by():
        if row := rows.get((end.agreement, end.certain_from)):
            yield row, end


def _expiries(ended, as_of: date, end: date) -> Iterator[Item]:
    found = [(row, ending) for row, ending in ended if ending.possible_from <= end]
    slugs = [row.agreement for row, _ in found]
    titles = dict(Agreement.objects.filter(slug__in=slugs).values_list("slug", "title"))
    for row, ending in found:
        yield Item(
            f"{EXPIRY}-{ending.event}",
            EXPIRY,
            max(ending.possible_from, as_of),
            row.possible_until,
            row.agreement,
            titles.get(row.agreement, row.agreement),
        )


def _terms(agreements, as_of: date, end: date):
    """What the terms of these agreements say, and those of which they say nothing."""
    untimed = agreements.filter(initial_term="").order_by("slug")
    reasons = {NO_TERM: list(untimed.values_list("slug", flat=True)), NO_START: [], RUN_OUT: []}
    timed = list(agreements.exclude(initial_term="").order_by("slug"))
    starts = _starts({one.slug for one in timed}, as_of)
    items = []
    for one in timed:
        if one.slug not in starts:
            reasons[NO_START].append(one.slug)
            continue
        found = list(_term_items(one, starts[one.slug], as_of, end))
        ended = shifted(starts[one.slug][1], read_duration(one.initial_term)) < as_of
        if ended and not one.extension_term:
            reasons[RUN_OUT].append(one.slug)
        items += found
    return items, [
        Unknown(reason, len(slugs), slugs[:MOST_NAMED]) for reason, slugs in reasons.items()
    ]


def _starts(slugs: set[str], as_of: date) -> dict[str, tuple[date, date]]:
    """The first and last day on which each can have entered into force, where both are known."""
    events = Event.objects.filter(agreement__in=slugs, event__in=STARTS, date_earliest__lte=as_of)
    found = {}
    for slug, first, last in events.order_by("date_latest").values_list(
        "agreement_id", "date_earliest", "date_latest"
    ):
        found.setdefault(slug, (first, last))
    return found


def _term_items(one: Agreement, start: tuple[date, date], as_of: date, end: date) -> Iterator[Item]:
    """The ends of the terms that lie ahead, and before each the last day for notice."""
    initial = [shifted(day, read_duration(one.initial_term)) for day in start]
    longer = read_duration(one.extension_term) if one.extension_term else NOTHING
    for number in range(MOST_EXTENSIONS):
        ends = [shifted(day, longer, number) for day in initial]
        kind = TERM_ENDS if longer == NOTHING else EXTENSION
        days = {kind: ends}
        if one.notice_term:
            notice = read_duration(one.notice_term)
            days[NOTICE] = [shifted(day, notice, -1) for day in ends]
        for sort, (first, last) in days.items():
            if last >= as_of and first <= end:
                key = f"{sort}-{one.slug}-{number + 1}"
                yield Item(key, sort, first, last, one.slug, one.title)
        past = all(min(first, last) > end for first, last in days.values())
        if past or kind == TERM_ENDS or max(ends) >= FOREVER:
            return


def _verifications(as_of: date, end: date) -> Iterator[Item]:
    for source in Source.objects.due(end):
        day = source.due_on or as_of
        yield Item(
            f"{VERIFICATION}-{source.slug}",
            VERIFICATION,
            day,
            day,
            source.slug,
            str(source),
            overdue=day < as_of,
        )
