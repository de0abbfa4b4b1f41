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
from typing import NamedTuple

from agreements.lifecycle import BEGINS, ENDED, FOREVER, Kind
from agreements.models import Agreement, Event, Standing
from partners.models import Source
from sosa_registry.ledger.lasting import Lasting, lasting
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


class _Terms(NamedTuple):
    """An agreement that says how long it lasts."""

    slug: str
    title: str
    initial_term: str
    extension_term: str
    notice_term: str


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


@lru_cache(maxsize=1024)
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
    within = day.day if day.day <= 28 else min(day.day, monthrange(year, month + 1)[1])
    landed = date(year, month + 1, within)
    if not days:
        return landed
    try:
        return landed + timedelta(days=days * times)
    except OverflowError:
        return FOREVER if times > 0 else date.min


def agenda(pinned: Pin, as_of: date, within: str = "P1Y") -> Agenda:
    """What lies ahead of a day within a duration. Seven statements or less. Raises ValueError."""
    end = shifted(as_of, read_duration(within))
    if (end - as_of).days > LONGEST_SPAN:
        raise ValueError("Longer than a century.")
    ahead, unknown = _of_agreements(lasting(pinned, ("agreements", "events")), as_of, end)
    return Agenda(as_of, end, sorted([*ahead, *_verifications(as_of, end)], key=_place), unknown)


def _place(item: Item) -> tuple:
    return item.first, item.last, KINDS.index(item.kind), item.key


@lru_cache(maxsize=2)
def _of_agreements(asked: Lasting, as_of: date, end: date) -> tuple[list[Item], list[Unknown]]:
    """What lies ahead of agreements, while none is touched: every term is read for it."""
    pinned = asked.pinned
    in_force = Standing.objects.known_at(pinned.revision).in_force()
    ended = _ended(pinned, in_force, as_of)
    on_day = Agreement.objects.filter(slug__in=in_force.possible_on(as_of).values("agreement"))
    # Where an end is recorded, however far ahead, the terms add nothing.
    timed, unknown = _terms(on_day, {row.agreement for row in ended}, as_of, end)
    items = sorted([*_expiries(ended, in_force, as_of, end), *timed], key=_place)
    return items, [one for one in unknown if one.count]


class _End(NamedTuple):
    """The end that is recorded of what is in force: `certain_from` is its last possible day."""

    agreement: str
    certain_from: date
    possible_from: date
    event: str


def _ended(pinned: Pin, in_force, as_of: date) -> list[_End]:
    """The ends that follow upon what is in force."""
    last = in_force.filter(possible_until__gt=as_of).exclude(possible_until=FOREVER).order_by()
    until = set(last.values_list("agreement", "possible_until"))
    ends = Standing.objects.known_at(pinned.revision).filter(
        agreement__in=last.values("agreement"), status__in=ENDED
    )
    rows = map(_End._make, ends.order_by().values_list(*_End._fields))
    return [end for end in rows if (end.agreement, end.certain_from) in until]


def _expiries(ended: list[_End], in_force, as_of: date, end: date) -> Iterator[Item]:
    found = [ending for ending in ended if ending.possible_from <= end]
    near = in_force.filter(possible_until__gt=as_of).exclude(possible_until=FOREVER)
    near = near.filter(possible_from__lte=end).order_by().values("agreement")
    titles = dict(Agreement.objects.filter(slug__in=near).values_list("slug", "title"))
    for ending in found:
        yield Item(
            f"{EXPIRY}-{ending.event}",
            EXPIRY,
            max(ending.possible_from, as_of),
            ending.certain_from,
            ending.agreement,
            titles.get(ending.agreement, ending.agreement),
        )


def _terms(on_day, ended: set[str], as_of: date, end: date):
    """What the terms of these agreements say, and those of which they say nothing."""
    without = on_day.filter(initial_term="").order_by("slug").values_list("slug", flat=True)
    reasons = {NO_TERM: [slug for slug in without if slug not in ended], NO_START: [], RUN_OUT: []}
    starts, items = _starts(as_of), []
    timed = on_day.exclude(initial_term="").order_by("slug")
    for one in map(_Terms._make, timed.values_list(*_Terms._fields)):
        if one.slug in ended:
            continue
        if one.slug not in starts:
            reasons[NO_START].append(one.slug)
            continue
        initial = [shifted(day, read_duration(one.initial_term)) for day in starts[one.slug]]
        if initial[1] < as_of and not one.extension_term:
            reasons[RUN_OUT].append(one.slug)
        else:
            items += _term_items(one, initial, as_of, end)
    return items, [
        Unknown(reason, len(slugs), slugs[:MOST_NAMED]) for reason, slugs in reasons.items()
    ]


def _starts(as_of: date) -> dict[str, tuple[date, date]]:
    """The first and last day on which each that has a term can have entered into force.

    Where both days are known.
    """
    events = Event.objects.filter(event__in=STARTS, date_earliest__lte=as_of)
    events = events.exclude(agreement__initial_term="")
    found = {}
    for slug, first, last in events.order_by("date_latest").values_list(
        "agreement_id", "date_earliest", "date_latest"
    ):
        found.setdefault(slug, (first, last))
    return found


def _extensions_past(last: date, longer: tuple[int, int], as_of: date) -> int:
    """So many extensions end before the day at the least: no month is longer than 31 days."""
    longest = longer[0] * 31 + longer[1]
    return max(0, (as_of - last).days // longest) if longest else 0


def _term_items(one: _Terms, initial: list[date], as_of: date, end: date) -> Iterator[Item]:
    """The ends of the terms that lie ahead, and before each the last day for notice."""
    longer = read_duration(one.extension_term) if one.extension_term else NOTHING
    for number in range(_extensions_past(initial[1], longer, as_of), MOST_EXTENSIONS):
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
