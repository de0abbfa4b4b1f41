"""Coverage: of a grouping's members on a day, who has an arrangement, who possibly, who lacks it.

With several types a member is covered when it has any of them. The principal itself is not counted.
What-if: assumed arrangements count as had, and are named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agreements.lifecycle import Status
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, NOT_RECORDED
from .matrix import Matrix, matrix


@dataclass(frozen=True)
class Coverage:
    """Members by what they have, in the order of their names; `share` is covered over members.

    `not_recorded` are those of the missing of whom it cannot be said that they have none.
    """

    grouping: str
    types: list[str]
    members: int
    covered: list[str]
    possible: list[str]
    missing: list[str]
    assumed: list[str]
    share: float
    not_recorded: list[str]


def coverage(
    pinned: Pin,
    as_of: date,
    *,
    grouping: str,
    types: list[str],
    assume: Iterable[tuple[str, str]] = (),
    principal: str = "USA",
) -> Coverage:
    """Who of a grouping has one of the types. The statements of one matrix."""
    found = matrix(pinned, as_of, principal=principal, types=types, grouping=grouping)
    return covered_by(found, grouping, types, assume)


def covered_by(
    found: Matrix, grouping: str, types: list[str], assume: Iterable[tuple[str, str]] = ()
) -> Coverage:
    """The coverage of some of a matrix's types, for a page that shows each type apart."""
    assumed = {country for country, kind in assume if kind in types}
    covered, possible, missing, taken, unknown = [], [], [], [], []
    for row in found.rows:
        cells = [row.cells[kind] for kind in types if kind in row.cells]
        in_force = [cell for cell in cells if cell.status == Status.IN_FORCE]
        if any(cell.certainty == CERTAIN for cell in in_force):
            covered.append(row.country)
        elif row.country in assumed:
            covered.append(row.country)
            taken.append(row.country)
        elif in_force:
            possible.append(row.country)
        else:
            missing.append(row.country)
            if len(cells) < len(types) or any(cell.certainty == NOT_RECORDED for cell in cells):
                unknown.append(row.country)
    members = len(found.rows)
    share = round(len(covered) / members, 2) if members else 0.0
    return Coverage(grouping, types, members, covered, possible, missing, taken, share, unknown)
