"""What changed between two points, each a day and a state of knowledge.

*Entered* and *left*: certainly in force at exactly one of the points and not possibly at the other.
Every other difference between two cells that hold an agreement is *changed*.

A difference is of the *world* when the later state of knowledge gives it between the two days as
well; else the *registry* only learned or corrected something, and nothing happened in the world.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from agreements.lifecycle import Status
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, NONE, Cell
from .matrix import matrix
from .reference import reference

Point = tuple[Pin, date]
WORLD, REGISTRY = "world", "registry"
CAUSES = (WORLD, REGISTRY)


@dataclass(frozen=True)
class Difference:
    """One cell that is not the same at both points, and what made it so."""

    country: str
    type: str
    agreement: str
    before: str
    after: str
    before_certainty: str
    after_certainty: str
    cause: str = WORLD


@dataclass
class Diff:
    """The differences, by country's name and type's order."""

    entered: list[Difference] = field(default_factory=list)
    left: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)


def diff(
    before: Point, after: Point, *, principal: str = "USA", types: list[str] | None = None
) -> Diff:
    """Compare two points. The statements of two matrices; of four for two states of knowledge."""
    asked = {"principal": principal, "types": types}
    made = _compared(before, after, **asked)
    if before[0].revision == after[0].revision:
        return made
    later = max(before[0], after[0], key=lambda pinned: pinned.revision)
    of_world = _compared((later, before[1]), (later, after[1]), **asked)
    for name in ("entered", "left", "changed"):
        happened = {(one.country, one.type) for one in getattr(of_world, name)}
        found = [
            one if (one.country, one.type) in happened else replace(one, cause=REGISTRY)
            for one in getattr(made, name)
        ]
        setattr(made, name, found)
    return made


def _compared(before: Point, after: Point, *, principal: str, types: list[str] | None) -> Diff:
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
        was, became = _said(first), _said(second)
        agreement = (second or first).agreement
        difference = Difference(country, kind, agreement, was[0], became[0], was[1], became[1])
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
