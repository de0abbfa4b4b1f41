"""What changed between two points, each a day and a state of knowledge.

*Entered* and *left*: certainly in force at exactly one of the points and not possibly at the other.
Every other difference between two cells that hold an agreement is *changed*.
"""

from dataclasses import dataclass, field
from datetime import date

from agreements.lifecycle import Status
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, NONE, Cell
from .matrix import matrix
from .reference import reference

Point = tuple[Pin, date]


@dataclass(frozen=True)
class Difference:
    """One cell that is not the same at both points."""

    country: str
    type: str
    agreement: str
    before: str
    after: str
    before_certainty: str
    after_certainty: str


@dataclass
class Diff:
    """The differences, by country's name and type's order."""

    entered: list[Difference] = field(default_factory=list)
    left: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)


def diff(
    before: Point, after: Point, *, principal: str = "USA", types: list[str] | None = None
) -> Diff:
    """Compare two points. The statements of two matrices."""
    then, now = (
        {
            (row.country, kind): cell
            for row in matrix(pinned, day, principal=principal, types=types).rows
            for kind, cell in row.cells.items()
            if cell.agreement
        }
        for pinned, day in (before, after)
    )
    known, made = reference(after[0]), Diff()
    order = list(known.types)
    for country, kind in sorted(
        {*now, *then}, key=lambda key: (known.name(key[0]), order.index(key[1]))
    ):
        first, second = then.get((country, kind)), now.get((country, kind))
        if _said(first) == _said(second):
            continue
        (before_status, before_certainty), (after_status, after_certainty) = (
            _said(first),
            _said(second),
        )
        difference = Difference(
            country,
            kind,
            (second or first).agreement,
            before_status,
            after_status,
            before_certainty,
            after_certainty,
        )
        if _certainly(second) and not _possibly(first):
            made.entered.append(difference)
        elif _certainly(first) and not _possibly(second):
            made.left.append(difference)
        else:
            made.changed.append(difference)
    return made


def _said(cell: Cell | None) -> tuple[str, str]:
    return (cell.status, cell.certainty) if cell else (NONE, "")


def _possibly(cell: Cell | None) -> bool:
    return cell is not None and cell.status == Status.IN_FORCE


def _certainly(cell: Cell | None) -> bool:
    return _possibly(cell) and cell.certainty == CERTAIN
