"""What one cell says: several agreements and two kinds of evidence judged together. Pure.

A cell is one country and one type on one day. The strongest standing speaks: in force, suspended,
signed, ended while listed, negotiating, proposed, ended, none, in that order; the cell is certain
iff one of its agreements is. “None, confirmed” and “not recorded” are told apart: the second is no
cell at all. A matrix judges thousands of these, so the plain values are tuples: made in a third of
the time of a frozen dataclass, and hashed by their content too.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from agreements.lifecycle import ENDED, Status

NONE = "none"
CERTAIN, POSSIBLE, CONFIRMED = "certain", "possible", "confirmed"
NOT_RECORDED = "not_recorded"
LISTED, NOT_LISTED = "listed", "not_listed"

_IN_FORCE, _ENDED_WHILE_LISTED, _ENDED = 8, 5, 2
STRENGTH = {
    Status.IN_FORCE.value: _IN_FORCE,
    Status.SUSPENDED.value: 7,
    Status.SIGNED.value: 6,
    Status.NEGOTIATING.value: 4,
    Status.PROPOSED.value: 3,
    **dict.fromkeys(map(str, ENDED), _ENDED),
    NONE: 0,
}
_UNDISPUTED: Mapping[str, int] = {}


class Standpoint(NamedTuple):
    """One status that one agreement possibly has on the day.

    The order of the fields is the rule by which one speaks for the cell, so that the greatest does:
    the stronger status, the certain, the agreement with the country itself, the later, the name.
    `none_possible`: the agreement may not be there at all that day.
    """

    strength: int
    certain: bool
    direct: bool
    started: date
    agreement: str
    status: str
    since: str
    event: str
    none_possible: bool = False


class ListMark(NamedTuple):
    """A published list as it bears on a cell: its name, its date, whether it names the country."""

    list: str
    as_of: date
    source: str
    named: bool
    qualifier: str = ""


class Cell(NamedTuple):
    """The answer for one country and one type.

    `alternatives` are the other statuses that some reading of the dates gives; `basis` is the list
    by which “none” is confirmed; `practice` is what the latest regulation list says.
    """

    status: str
    certainty: str
    alternatives: tuple[str, ...] = ()
    agreement: str = ""
    agreements: tuple[str, ...] = ()
    since: str = ""
    event: str = ""
    through: str = ""
    practice: str | None = None
    practice_list: str = ""
    qualifier: str = ""
    basis: str = ""
    basis_as_of: str = ""
    conflicts: int = 0

    @property
    def in_practice_only(self) -> bool:
        """Whether it has ended on paper and the rules still name the country."""
        return self.practice == LISTED and self.status in ENDED

    @property
    def on_paper_only(self) -> bool:
        """Whether it is in force and the rules do not name the country."""
        return self.practice == NOT_LISTED and self.status == Status.IN_FORCE


def judge(
    points: Sequence[Standpoint],
    regulation: ListMark | None,
    statement: ListMark | None,
    claims: int = 0,
    disputed: Mapping[str, int] = _UNDISPUTED,
) -> Cell | None:
    """The cell of one country and type, or None when nothing is recorded and nothing conflicts.

    `claims` is how many disagree with the cell, `disputed` how many with each agreement.
    Nothing is looked at twice: who speaks is the greatest standpoint, and that it is says the rest,
    for were another of its strength certain, or in force with the country itself, that one would.
    """
    listed = bool(regulation and regulation.named)
    if not points:
        return _absent(regulation, statement, claims, listed)
    if len(points) == 1:
        best = points[0]
        names = (best[4],)
    else:
        if listed:
            points = [_while_listed(point) for point in points]
        best = max(points)
        names = tuple(sorted({point[4] for point in points}))
    if not disputed.keys().isdisjoint(names):
        claims += sum(disputed.get(name, 0) for name in names)
    _, certain, direct, _, agreement, status, since, event, _ = best
    return Cell(
        status=status,
        certainty=CERTAIN if certain else POSSIBLE,
        alternatives=() if certain else _alternatives(points, status),
        agreement=agreement,
        agreements=names,
        since=since,
        event=event,
        through="" if direct else agreement,
        practice=_practice(regulation, listed),
        practice_list=regulation.list if regulation else "",
        qualifier=regulation.qualifier if regulation else "",
        conflicts=claims
        + (regulation is not None and _contradicts(regulation, best))
        + (statement is not None and _contradicts(statement, best)),
    )


def _while_listed(point: Standpoint) -> Standpoint:
    """An end speaks louder while the country is still listed."""
    return (_ENDED_WHILE_LISTED, *point[1:]) if point[0] == _ENDED else point


def _practice(regulation: ListMark | None, listed: bool) -> str | None:
    if regulation is None:
        return None
    return LISTED if listed else NOT_LISTED


def _alternatives(points: Sequence[Standpoint], status: str) -> tuple[str, ...]:
    """Other statuses the cell may show: none weaker than what some agreement has at the least."""
    others, least = set(), {}
    for strength, _, _, _, agreement, other, _, _, none_possible in points:
        others.add((-strength, other))
        if none_possible:
            others.add((0, NONE))
            strength = 0
        least[agreement] = min(strength, least.get(agreement, strength))
    floor = max(least.values())
    return tuple(other for weight, other in sorted(others) if other != status and -weight >= floor)


def _absent(regulation, statement, claims, listed) -> Cell | None:
    """Without an agreement: none if the latest exhaustive list omits it, else not recorded.

    The regulation decides; a statement only where there is no regulation. Lists that name the
    country all the same are conflicts, and so are the claims.
    """
    named = sum(bool(mark and mark.named) for mark in (regulation, statement))
    decisive = regulation or statement
    confirmed = decisive is not None and not decisive.named
    if not confirmed and not claims + named:
        return None
    return Cell(
        status=NONE,
        certainty=CONFIRMED if confirmed else NOT_RECORDED,
        practice=_practice(regulation, listed),
        practice_list=regulation.list if regulation else "",
        qualifier=regulation.qualifier if regulation else "",
        basis=decisive.list if confirmed else "",
        basis_as_of=decisive.as_of.isoformat() if confirmed else "",
        conflicts=claims + named,
    )


def _contradicts(mark: ListMark, best: Standpoint) -> bool:
    """Whether a latest list says otherwise; one older than the standing says nothing of it.

    A list contradicts when it names the country though nothing may be in force, or omits it though
    an agreement with the country itself certainly is. What holds through a grouping is no
    contradiction: lists name bilateral partners.
    """
    strength, certain, direct, started, *_ = best
    if mark.as_of < started:
        return False
    in_force = strength == _IN_FORCE
    return not in_force if mark.named else in_force and certain and direct
