"""What was asked: the one module that reads a query string, for pages and API alike.

Parameters are strict: an unknown name or value is an error that names what is allowed, because a
mistyped filter must never return everything. The two clocks are resolved here; analysis is told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches

from sosa_registry.ledger import clock
from sosa_registry.ledger.dates import LAST_YEAR
from sosa_registry.ledger.reading import NotKnown, Pin, pin

LONGEST_NAME = 100  # of what is compared: the cost grows with its square
NO_TEXT = frozenset("\0\ufffd")  # the second stands where bytes were no UTF-8
SETTLED = timedelta(minutes=1)  # a revision is seen so soon after the moment it is dated


class BadParameter(ValueError):
    """One parameter that cannot be answered, and a sentence that says what is allowed."""

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


class BadQuery(ValueError):
    """Every parameter that cannot be answered, together."""

    def __init__(self, faults: list[BadParameter]):
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Clocks:
    """Both clocks of an answer: the day asked about, and the revision answered from."""

    as_of: date
    known_at: str | None
    pin: Pin
    today: date

    @property
    def revision(self) -> int:
        """The revision answered from."""
        return self.pin.revision

    @property
    def projected(self) -> bool:
        """Whether the day asked about has yet to come."""
        return self.as_of > self.today

    @property
    def is_now(self) -> bool:
        """Whether neither clock was set to another time."""
        return self.known_at is None and self.as_of == self.today


def read_day(name: str, text: str) -> date:
    """A calendar day written YYYY-MM-DD. Raises BadParameter."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise BadParameter(name, f"“{text}” is not in the calendar.") from error
        if day.year > LAST_YEAR:
            raise BadParameter(name, f"Allowed: to {LAST_YEAR}-12-31.")
        return day
    raise BadParameter(name, f"“{text[:40]}” is not a day. Allowed: YYYY-MM-DD, as in 2021-08-10.")


def read_known_at(text: str) -> int | datetime:
    """A revision number (digits only) or an ISO 8601 time, UTC unless it says otherwise."""
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return int(text)
    allowed = "Allowed: a revision number, or a time as in 2026-11-21T12:00:00Z."
    if not re.match(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise BadParameter("known_at", f"“{text[:40]}” is neither. {allowed}")
    try:
        # A plus sign in a query string arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise BadParameter("known_at", f"“{text[:40]}” is not a time. {allowed}") from error
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise BadParameter("known_at", f"“{text[:40]}” is not in the calendar.") from error
    if moment > clock.now():
        raise BadParameter("known_at", "It lies in the future: nobody knows that yet.")
    return moment


def is_past(known_at: str) -> bool:
    """Whether a `known_at` names a state that no revision still being written can belong to."""
    try:
        known = read_known_at(known_at)
    except BadParameter:
        return False
    return isinstance(known, int) or known < clock.now() - SETTLED


def read_clocks(
    params, as_of_name: str = "as_of", known_at_name: str = "known_at", present: Pin | None = None
) -> Clocks:
    """Both clocks from a query: as_of (default today, UTC), known_at (default now).

    `present`: the registry's newest state, where it has been read already.
    """
    today = clock.today()
    day, known = params.get(as_of_name) or "", params.get(known_at_name) or ""
    as_of = read_day(as_of_name, day) if day else today
    try:
        pinned = pin(read_known_at(known)) if known else present or pin()
        return Clocks(as_of, known or None, pinned, today)
    except BadParameter as fault:
        raise BadParameter(known_at_name, fault.message) from fault
    except NotKnown as error:
        raise BadParameter(known_at_name, str(error)) from error


def refuse_unknown(params, allowed: Iterable[str]) -> None:
    """Raise BadQuery naming every parameter that is none of these, given twice, or no text."""
    allowed, faults = sorted(allowed), []
    for name in params:
        if name not in allowed:
            near = get_close_matches(name[:LONGEST_NAME], allowed, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            faults.append(
                BadParameter(name[:60], f"Unknown parameter.{hint} Allowed: {', '.join(allowed)}.")
            )
        elif len(params.getlist(name)) > 1:
            faults.append(BadParameter(name, "Given more than once."))
        elif not NO_TEXT.isdisjoint(params[name]):
            faults.append(BadParameter(name, "Allowed: text in UTF-8, without NUL."))
    if faults:
        raise BadQuery(faults)


def one_of(name: str, value: str, allowed: Iterable[str], *, fold=str.lower) -> str:
    """The one of these that the value means. Raises BadParameter with the nearest and the list."""
    folded, known = fold(value.strip()), {fold(item): item for item in allowed}
    if folded in known:
        return known[folded]
    near = get_close_matches(folded[:LONGEST_NAME], known, n=1)
    hint = f" Did you mean {known[near[0]]}?" if near else ""
    listed = ", ".join(sorted(known.values()))
    raise BadParameter(name, f"Unknown value “{value[:60]}”.{hint} Allowed: {listed}.")


def some_of(name: str, value: str, allowed: Iterable[str], *, fold=str.lower) -> list[str]:
    """Comma-separated values, each one of these, in the order given, without repeats."""
    allowed = list(allowed)
    parts = [part for part in value.split(",") if part.strip()]
    return list(dict.fromkeys(one_of(name, part, allowed, fold=fold) for part in parts))


def pairs_of(name: str, value: str, countries: Iterable[str], types: Iterable[str]):
    """Comma-separated country:type pairs, as in TWN:sosa,MEX:sosa. Raises BadParameter."""
    countries, types, pairs = list(countries), list(types), {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        country, colon, kind = part.partition(":")
        if not colon:
            raise BadParameter(name, f"“{part[:40]}” is not COUNTRY:type, as in TWN:sosa.")
        pairs[one_of(name, country, countries), one_of(name, kind, types)] = None
    return list(pairs)
