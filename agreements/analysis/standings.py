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
_ROW = [
    *("agreement", "status", "since", "event", "possible_from", "possible_until"),
    *("certain_from", "certain_until", "none_until"),
]


def standings_on(pinned: Pin, as_of: date, slugs: Iterable[str]) -> dict[str, Cell]:
    """The cell of each agreement; those of which no standing is recorded are left out."""
    candidates: dict[str, Candidate] = {}
    rows = Standing.objects.known_at(pinned.revision).filter(agreement__in=list(slugs))
    for row in rows.order_by("agreement", "possible_from", "certain_from").values_list(*_ROW):
        agreement, status, since, event, start, end, sure_from, sure_until, none_until = row
        made = candidates.setdefault(agreement, Candidate(agreement, direct=True))
        if start <= as_of < end:
            made.none_possible |= as_of < none_until
            certain = sure_from <= as_of < sure_until
            made.standpoints.append(Standpoint(status, certain, since, event, start))
    not_yet = Cell(status=NONE, certainty=CERTAIN)
    return {slug: judge([made], None, None, 0) or not_yet for slug, made in candidates.items()}
