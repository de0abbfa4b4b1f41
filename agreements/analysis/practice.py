"""On paper and in practice: where what is in force differs from what the rules apply.

A regulation list says what the principal's rules apply in fact from its date until the next one of
its type. Two things can differ: an arrangement certainly in force that the list omits, and a
country on the list whose arrangement is certainly not in force. What holds through a grouping only
is not compared: lists name bilateral partners.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from agreements.lifecycle import Status
from partners.models import Citation
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, LISTED, NOT_LISTED, Cell
from .matrix import matrix

IN_FORCE_NOT_LISTED = "in_force_not_listed"
LISTED_NOT_IN_FORCE = "listed_not_in_force"


@dataclass(frozen=True)
class PracticeDifference:
    """One cell in which paper and practice differ, with the sources of both."""

    country: str
    name: str
    type: str
    difference: str
    cell: Cell
    list: str
    list_as_of: date
    list_source: str
    paper_sources: list[str]


def practice(pinned: Pin, as_of: date, *, principal: str = "USA") -> list[PracticeDifference]:
    """Every difference on a day, by country. The statements of a matrix and one more."""
    found = matrix(pinned, as_of, principal=principal)
    differing = [
        (row, kind, cell, difference)
        for row in found.rows
        for kind, cell in row.cells.items()
        if (difference := _difference(cell))
    ]
    cited = defaultdict(list)
    events = [cell.event for _, _, cell, _ in differing if cell.event]
    citations = Citation.ever.known_at(pinned.revision).filter(
        subject_kind="event", subject__in=events
    )
    for event, source in citations.order_by("position").values_list("subject", "source_id"):
        cited[event].append(source)
    return [
        PracticeDifference(
            country=row.country,
            name=row.name,
            type=kind,
            difference=difference,
            cell=cell,
            list=cell.practice_list,
            list_as_of=found.lists.regulations[kind].as_of,
            list_source=found.lists.regulations[kind].source,
            paper_sources=cited[cell.event],
        )
        for row, kind, cell, difference in differing
    ]


def _difference(cell: Cell) -> str:
    in_force = cell.status == Status.IN_FORCE
    if cell.practice == NOT_LISTED and in_force and cell.certainty == CERTAIN and not cell.through:
        return IN_FORCE_NOT_LISTED
    if cell.practice == LISTED and not in_force:
        return LISTED_NOT_IN_FORCE
    return ""
