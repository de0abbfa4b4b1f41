"""How single agreements stand on a day: each judged alone, without lists or claims. One statement.

No standing on the day is told apart from none at all: an agreement whose first event is still to
come certainly was not there yet, one without any event is *not recorded*.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import QuerySet

from agreements.models import Standing
from sosa_registry.ledger.reading import Pin
from sosa_registry.ledger.together import Given, Together

from .cells import CERTAIN, NONE, NOT_RECORDED, STRENGTH, Cell, Standpoint, judge
from .matrix import STATUSES

ASKABLE = [*STATUSES, NOT_RECORDED]
_ROW = [
    *("agreement", "status", "since", "event", "possible_from", "possible_until"),
    *("certain_from", "certain_until", "none_until"),
]


class Stood(NamedTuple):
    """How an agreement stands on a day, in short."""

    status: str
    certainty: str
    since: str


_NOT_YET = Stood(NONE, CERTAIN, "")


def questions() -> dict[str, QuerySet]:
    """The rows of the agreements `keys` as known at `revision`, but those that ended before `day`.

    The last row of an agreement has no end, so one that has any has one of these.
    """
    known = Standing.objects.known_at(Given("revision")).filter(agreement__any_of=Given("keys"))
    left = known.filter(possible_until__gte=Given("day"))
    ordered = left.order_by("agreement", "possible_from", "certain_from")
    return {"standing": ordered.values_list(*_ROW)}


_STANDING = Together(questions)
_by_agreement = itemgetter(0)


def standings_on(pinned: Pin, as_of: date, slugs: Iterable[str]) -> dict[str, Cell]:
    """The cell of each agreement; those of which no standing is recorded are left out."""
    not_yet, day = Cell(status=NONE, certainty=CERTAIN), as_of.isoformat()
    found = _STANDING.ask(revision=pinned.revision, keys=list(slugs), day=day)
    rows_of = groupby(found["standing"], key=_by_agreement)
    return {slug: _judged(slug, rows, day) or not_yet for slug, rows in rows_of}


def stood_on(day: str, standing: list[list]) -> dict[str, Stood]:
    """The same in short, from the answer to `questions` for a day (ISO), for lists and files of
    many: what is certain and alone needs no judging.
    """
    made = {}
    for slug, rows in groupby(standing, key=_by_agreement):
        on_day = [row for row in rows if row[4] <= day < row[5]]
        if len(on_day) == 1 and on_day[0][6] <= day < on_day[0][7]:
            made[slug] = Stood(on_day[0][1], CERTAIN, on_day[0][2])
        elif cell := _judged(slug, on_day, day):
            made[slug] = Stood(cell.status, cell.certainty, cell.since)
        else:
            made[slug] = _NOT_YET
    return made


def _judged(slug: str, rows: Iterable[list], day: str) -> Cell | None:
    """One agreement alone on a day, by the rule for cells."""
    points = []
    for _, status, since, event, start, end, sure_from, sure_until, none_until in rows:
        if start <= day < end:
            weight, certain = STRENGTH[status], sure_from <= day < sure_until
            point = (weight, certain, True, start, slug, status, since, event, day < none_until)
            points.append(Standpoint._make(point))
    return judge(points, None, None)
