"""How single agreements stand on a day: each judged alone, without lists or claims. One statement.

No standing on the day is told apart from none at all: an agreement whose first event is still to
come certainly was not there yet, one without any event is *not recorded*.
"""

from collections.abc import Iterable
from datetime import date

from agreements.models import Standing
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, NONE, NOT_RECORDED, Candidate, Cell, Standpoint, judge
from .matrix import STATUSES

ASKABLE = [*STATUSES, NOT_RECORDED]


def standings_on(pinned: Pin, as_of: date, slugs: Iterable[str]) -> dict[str, Cell]:
    """The cell of each agreement; those of which no standing is recorded are left out."""
    candidates: dict[str, Candidate] = {}
    for row in Standing.objects.known_at(pinned.revision).filter(agreement__in=list(slugs)):
        made = candidates.setdefault(row.agreement, Candidate(row.agreement, direct=True))
        if not row.possible_from <= as_of < row.possible_until:
            continue
        made.none_possible |= as_of < row.none_until
        certain = row.period().certain_on(as_of)
        made.standpoints.append(
            Standpoint(row.status, certain, row.since, row.event, row.possible_from)
        )
    not_yet = Cell(status=NONE, certainty=CERTAIN)
    return {slug: judge([made], None, None, 0) or not_yet for slug, made in candidates.items()}
