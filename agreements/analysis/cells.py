"""What one cell says: several agreements and two kinds of evidence judged together. Pure.

A cell is one country and one type on one day. The strongest standing speaks: in force, suspended,
signed, ended while listed, negotiating, proposed, ended, none, in that order; the cell is certain
iff one of its agreements is. “None, confirmed” and “not recorded” are told apart: the second is no
cell at all. A matrix judges thousands of these, so the plain values are tuples: made in a third of
the time of a frozen dataclass, and hashed by their content too.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from agreements.lifecycle import ENDED, Status

NONE = "none"
CERTAIN, POSSIBLE, CONFIRMED = "certain", "possible", "confirmed"
NOT_RECORDED = "not_recorded"
LISTED, NOT_LISTED = "listed", "not_listed"

_STRENGTH = {
    Status.IN_FORCE: 8,
    Status.SUSPENDED: 7,
    Status.SIGNED: 6,
    Status.NEGOTIATING: 4,
    Status.PROPOSED: 3,
    NONE: 0,
}
_ENDED_WHILE_LISTED, _ENDED = 5, 2


def strength(status: str, listed: bool) -> int:
    """How strongly a status speaks beside others; an end speaks louder while still listed."""
    if status in ENDED:
        return _ENDED_WHILE_LISTED if listed else _ENDED
    return _STRENGTH[status]


class Standpoint(NamedTuple):
    """One status that one agreement possibly has on the day, and whether it is certain."""

    status: str
    certain: bool
    since: str
    event: str
    started: date


@dataclass(slots=True)
class Candidate:
    """One agreement as it bears on a cell: its possible statuses that day."""

    agreement: str
    direct: bool
    standpoints: list[Standpoint] = field(default_factory=list)
    none_possible: bool = False

    def statuses(self) -> set[str]:
        """Every status it may have that day."""
        found = {point.status for point in self.standpoints}
        return found | {NONE} if self.none_possible else found


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
    candidates: list[Candidate],
    regulation: ListMark | None,
    statement: ListMark | None,
    claims: int,
) -> Cell | None:
    """The cell of one country and type, or None when nothing is recorded and nothing conflicts."""
    listed = bool(regulation and regulation.named)
    spoken = [candidate for candidate in candidates if candidate.standpoints]
    if not spoken:
        return _absent(regulation, statement, claims, listed)
    speaker, points = spoken[0], spoken[0].standpoints
    if len(spoken) == 1 and len(points) == 1:
        best = points[0]
        certain = best.certain
    else:
        heaviest, sure = (), set()
        for candidate in spoken:
            for point in candidate.standpoints:
                if point.certain:
                    sure.add(point.status)
                if (weight := _weight(point, candidate, listed)) > heaviest:
                    heaviest, best, speaker = weight, point, candidate
        certain = best.status in sure
    return Cell(
        status=best.status,
        certainty=CERTAIN if certain else POSSIBLE,
        alternatives=() if certain else _alternatives(spoken, best.status, listed),
        agreement=speaker.agreement,
        agreements=tuple(sorted(candidate.agreement for candidate in spoken))
        if len(spoken) > 1
        else (speaker.agreement,),
        since=best.since,
        event=best.event,
        through="" if speaker.direct else speaker.agreement,
        practice=_practice(regulation, listed),
        practice_list=regulation.list if regulation else "",
        qualifier=regulation.qualifier if regulation else "",
        conflicts=claims + _contradicted(spoken, best, regulation, statement)
        if regulation or statement
        else claims,
    )


def _practice(regulation: ListMark | None, listed: bool) -> str | None:
    if regulation is None:
        return None
    return LISTED if listed else NOT_LISTED


def _weight(point: Standpoint, candidate: Candidate, listed: bool) -> tuple:
    return (
        strength(point.status, listed),
        point.certain,
        candidate.direct,
        point.started,
        candidate.agreement,
    )


def _alternatives(spoken: list[Candidate], status: str, listed: bool) -> tuple[str, ...]:
    """Other statuses the cell may show: none weaker than what some agreement has at the least."""
    floor = max(
        min(strength(other, listed) for other in candidate.statuses()) for candidate in spoken
    )
    others = set().union(*(candidate.statuses() for candidate in spoken)) - {status}
    kept = [other for other in others if strength(other, listed) >= floor]
    return tuple(sorted(kept, key=lambda other: (-strength(other, listed), other)))


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


def _contradicted(spoken, best: Standpoint, *marks: ListMark | None) -> int:
    """How many of the latest lists say otherwise; one older than the standing says nothing of it.

    A list contradicts when it names the country though nothing may be in force, or omits it though
    an agreement with the country itself certainly is. What holds through a grouping is no
    contradiction: lists name bilateral partners.
    """
    if not any(mark is not None and mark.as_of >= best.started for mark in marks):
        return 0
    in_force = direct = False
    for candidate in spoken:
        for point in candidate.standpoints:
            if point.status == Status.IN_FORCE:
                in_force = True
                direct = direct or (point.certain and candidate.direct)
    found = 0
    for mark in marks:
        if mark is None or mark.as_of < best.started:
            continue
        said_though_not = mark.named and not in_force
        omitted_though_so = not mark.named and direct
        found += said_though_not or omitted_though_so
    return found
