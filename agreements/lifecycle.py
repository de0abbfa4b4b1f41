"""Events to standing, as arithmetic: pure functions, no database, no clock.

What lives here: the order of events whose dates are imprecise, the refusals (a resumption without a
suspension, a renewal after termination), and the periods during which each status is possible and
certain. The one thing to know: event X precedes Y if X.latest < Y.earliest; where their ranges
overlap, the kinds decide in the order of `Kind`'s groups, then the dates. Every other module takes
its words from here. Source: the definition of three-valued as-of, docs/method.md.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from sosa_registry.ledger import dates

DAWN, FOREVER = date.min, date.max


class Status(TextChoices):
    """What an agreement is at a moment; the three ends are told apart."""

    PROPOSED = "proposed", "Proposed"
    NEGOTIATING = "negotiating", "Under negotiation"
    SIGNED = "signed", "Signed"
    IN_FORCE = "in_force", "In force"
    SUSPENDED = "suspended", "Suspended"
    EXPIRED = "expired", "Expired"
    TERMINATED = "terminated", "Terminated"
    SUPERSEDED = "superseded", "Superseded"


ENDED = frozenset({Status.EXPIRED, Status.TERMINATED, Status.SUPERSEDED})


class Kind(TextChoices):
    """What can happen to an agreement, in the order in which overlapping dates are read."""

    PROPOSED = "proposed", "Proposed"
    NEGOTIATION_ANNOUNCED = "negotiation_announced", "Negotiation announced"
    SIGNED = "signed", "Signed"
    ENTERED_INTO_FORCE = "entered_into_force", "Entered into force"
    DESIGNATED = "designated", "Designated by statute"
    IMPLEMENTED = "implemented", "Implemented by regulation"
    ATTESTED_IN_FORCE = "attested_in_force", "Attested in force"
    AMENDED = "amended", "Amended"
    RENEWED = "renewed", "Renewed"
    EXTENDED = "extended", "Extended"
    SUSPENDED = "suspended", "Suspended"
    RESUMED = "resumed", "Resumed"
    EXPIRED = "expired", "Expired"
    TERMINATED = "terminated", "Terminated"
    SUPERSEDED = "superseded", "Superseded"


BEGINS = frozenset(
    {Kind.ENTERED_INTO_FORCE, Kind.DESIGNATED, Kind.IMPLEMENTED, Kind.ATTESTED_IN_FORCE}
)
GOES_ON = frozenset({Kind.AMENDED, Kind.RENEWED, Kind.EXTENDED})
ENDS = frozenset({Kind.EXPIRED, Kind.TERMINATED, Kind.SUPERSEDED})
MAY_HAVE_UNTIL = BEGINS | GOES_ON

# Rank by row of the table: kinds of one row are ordered by their dates.
_ROWS = (
    {Kind.PROPOSED},
    {Kind.NEGOTIATION_ANNOUNCED},
    {Kind.SIGNED},
    BEGINS,
    GOES_ON,
    {Kind.SUSPENDED, Kind.RESUMED},
    ENDS,
)
_ROW = {kind: row for row, kinds in enumerate(_ROWS) for kind in kinds}
_LISTED = {kind: place for place, kind in enumerate(Kind)}
_STATUS_AFTER = {
    Kind.PROPOSED: Status.PROPOSED,
    Kind.NEGOTIATION_ANNOUNCED: Status.NEGOTIATING,
    Kind.SIGNED: Status.SIGNED,
    Kind.SUSPENDED: Status.SUSPENDED,
    Kind.EXPIRED: Status.EXPIRED,
    Kind.TERMINATED: Status.TERMINATED,
    Kind.SUPERSEDED: Status.SUPERSEDED,
}


class Refused(ValueError):
    """A history that cannot be so; the message names the events, `ids` are theirs."""

    def __init__(self, message: str, *ids: str):
        super().__init__(message)
        self.ids = ids


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as arithmetic sees it. `implied` marks the expiry that an `until` stands for."""

    id: str
    kind: str
    date: dates.ImpreciseDate
    until: dates.ImpreciseDate = dates.UNKNOWN
    implied: bool = False

    @property
    def status(self) -> str:
        """The status after it: in force unless its kind says otherwise."""
        return _STATUS_AFTER.get(self.kind, Status.IN_FORCE)

    @property
    def first(self) -> date:
        """The first day it can have happened; an open start is the dawn of time."""
        return self.date.earliest or DAWN

    @property
    def last(self) -> date:
        """The last day it can have happened."""
        return self.date.latest

    def __str__(self) -> str:
        if self.implied:
            return f"the end on {self.date} that {self.id} implies"
        return f"{self.id} ({Kind(self.kind).label.lower()}, {self.date})"


@dataclass(frozen=True, slots=True)
class Period:
    """One status and the days on which it is possible, and certain; ends are exclusive.

    `event` is the event that gives the status, `since` its date as known, `until` the date of what
    ends it (empty: nothing does). `none_until`: before this day the agreement may not yet exist.
    """

    status: str
    event: str
    since: str
    until: str
    possible_from: date
    possible_until: date
    certain_from: date
    certain_until: date
    none_until: date

    def possible_on(self, day: date) -> bool:
        """Whether some reading of the dates gives this status on that day."""
        return self.possible_from <= day < self.possible_until

    def certain_on(self, day: date) -> bool:
        """Whether every reading of the dates gives this status on that day."""
        return self.certain_from <= day < self.certain_until


def precedes(x: Happening, y: Happening) -> bool:
    """Whether x comes before y: by dates where these do not overlap, else by kind, then dates."""
    if x.last < y.first:
        return True
    if y.last < x.first:
        return False
    return _tie_break(x) < _tie_break(y)


def _tie_break(x: Happening) -> tuple:
    return (_ROW[x.kind], x.first, x.last, _LISTED[x.kind], x.id, x.implied)


def ordered(events: list[Happening]) -> list[Happening]:
    """The events in order. Raises Refused when their dates make a circle."""
    before = {x: sum(precedes(y, x) for y in events if y is not x) for x in events}
    in_order = sorted(events, key=before.__getitem__)
    for place, event in enumerate(in_order):
        if before[event] != place:
            circle = [x for x in in_order if before[x] == before[event]]
            names = ", ".join(str(x) for x in circle)
            raise Refused(f"These dates contradict one another: {names}.", *(x.id for x in circle))
    return in_order


def with_implied_ends(events: list[Happening]) -> list[Happening]:
    """The events in order, with the expiry that a standing `until` implies.

    `renewed` and `extended` replace an `until` (without one they clear it), `amended` replaces it
    only by one of its own; an end before it makes it moot. A renewal after it leaves it standing:
    that is a lapse.
    """
    ends = [
        Happening(event.id, Kind.EXPIRED, event.until, implied=True)
        for event in events
        if event.until.latest
    ]
    standing, kept, passed = None, [], set()
    for event in ordered([*events, *ends]):
        passed.add((event.id, event.implied))
        if event.implied and (event.id, False) not in passed:
            raise Refused(f"{event} would come before {event.id} itself.", event.id)
        if event.implied:
            if standing is not event.date:
                continue
            standing = None
        elif event.until.latest:
            standing = event.until
        elif event.kind in {Kind.RENEWED, Kind.EXTENDED} or event.kind in ENDS:
            standing = None
        kept.append(event)
    return kept


def refuse_nonsense(in_order: list[Happening]) -> None:
    """Raise Refused for a history that no agreement can have, naming both events."""
    signed = suspended = ended = begun = None
    for event in in_order:
        _refuse_after(event, signed, begun, ended)
        if event.kind == Kind.RESUMED and not suspended:
            raise Refused(f"{event}: nothing was suspended before it.", event.id)
        if event.kind == Kind.SIGNED:
            signed = event
        elif event.kind == Kind.SUSPENDED:
            suspended = event
        elif event.kind == Kind.RESUMED:
            suspended = None
        if event.kind in BEGINS:
            begun = begun or event
        if event.kind in ENDS:
            # An expiry recorded after a termination does not undo it.
            ended = event if not ended or ended.kind == Kind.EXPIRED else ended
            suspended = None
        elif event.kind in {Kind.RENEWED, Kind.EXTENDED}:
            ended = suspended = None


def _refuse_after(event, signed, begun, ended) -> None:
    if event.kind == Kind.SIGNED and signed:
        raise Refused(f"Signed twice: {signed} and {event}.", signed.id, event.id)
    if event.kind == Kind.SIGNED and begun:
        raise Refused(f"In force before it was signed: {begun}, {event}.", begun.id, event.id)
    announced = event.kind in {Kind.PROPOSED, Kind.NEGOTIATION_ANNOUNCED}
    if announced and (signed or begun):
        earlier = signed or begun
        raise Refused(f"{event} comes after {earlier}.", earlier.id, event.id)
    if not ended or event.kind in ENDS:
        return
    renews = event.kind in {Kind.RENEWED, Kind.EXTENDED}
    if renews and ended.kind == Kind.EXPIRED:
        return  # renewal after a lapse
    hint = " Renew it first, or record a new agreement or a claim."
    raise Refused(f"{event} comes after {ended}.{hint}", ended.id, event.id)


def tightened(in_order: list[Happening]) -> list[tuple[date, date]]:
    """The first and last day of each event, such that the order holds in every history.

    Raises Refused when nothing is left of an event's range.
    """
    first, last = DAWN, FOREVER
    firsts, lasts = [], []
    for event in in_order:
        first = max(first, event.first)
        firsts.append(first)
    for event in reversed(in_order):
        last = min(last, event.last)
        lasts.append(last)
    bounds = list(zip(firsts, reversed(lasts), strict=True))
    for event, (earliest, latest) in zip(in_order, bounds, strict=True):
        if earliest > latest:
            raise Refused(f"No day is left for {event} between its neighbours.", event.id)
    return bounds


def periods(events: list[Happening]) -> list[Period]:
    """Every status of an agreement with the days on which it is possible and certain.

    Status i is possible on day d iff e(i) <= d < l(i+1); none is possible iff d < l(1). A status is
    certain iff no other is possible; equal statuses in a row count as one. Raises Refused.
    """
    in_order = with_implied_ends(events)
    if not in_order:
        return []
    refuse_nonsense(in_order)
    bounds = tightened(in_order)
    windows = _windows(in_order, bounds)
    none_until = bounds[0][1]
    made, covered_until = [], none_until
    for place, (event, start, end, until) in enumerate(windows):
        next_start = windows[place + 1][1] if place + 1 < len(windows) else FOREVER
        made.append(
            Period(
                status=event.status,
                event=event.id,
                since=event.date.text,
                until=until,
                possible_from=start,
                possible_until=end,
                certain_from=max(start, covered_until),
                certain_until=min(end, next_start),
                none_until=none_until,
            )
        )
        covered_until = end
    return made


def _windows(in_order, bounds) -> list[tuple[Happening, date, date, str]]:
    """Event, first day, first day no more, and date of the end; runs of one status are merged."""
    merged: list[list] = []
    for place, event in enumerate(in_order):
        last = place + 1 == len(in_order)
        end = FOREVER if last else bounds[place + 1][1]
        until = "" if last else in_order[place + 1].date.text
        start = bounds[place][0]
        if start >= end:
            continue  # replaced on the very day it began
        if merged and merged[-1][0].status == event.status:
            merged[-1][2:] = [end, until]
        else:
            merged.append([event, start, end, until])
    return [tuple(window) for window in merged]
