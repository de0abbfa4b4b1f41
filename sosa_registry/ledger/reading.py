"""Pinning a reading to a revision: reads never open a transaction, they name a revision instead.

Everything asked with one pin is answered from one state of the registry, however many writers are
at work beside it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet, Subquery

from .models import Head, Revision
from .together import Together


class NotKnown(ValueError):
    """A `known_at` that the registry cannot answer: the future, or before its first revision."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The revision a reading is answered from, and when it was made (None: an empty registry).

    `state` names the registry's newest state, for what is kept as long as nothing changes.
    """

    revision: int
    at: datetime | None
    state: str


def pin(known_at: int | datetime | None = None) -> Pin:
    """Pin a reading: to now, to a revision number, or to what was known at a moment.

    Raises NotKnown, naming what is allowed. One statement.
    """
    if known_at is None:
        return present(_HEAD.ask()["head"])[0]
    wanted = {"number": known_at} if isinstance(known_at, int) else {"at__lte": known_at}
    made = Revision.objects.filter(**wanted).order_by("-number")
    head = (
        heads()
        .annotate(
            known=Subquery(made.values("number")[:1]), known_from=Subquery(made.values("at")[:1])
        )
        .first()
    )
    if head is None or head.known is None:
        raise NotKnown(_refusal(known_at))
    return Pin(head.known, head.known_from, head.hash)


def heads() -> QuerySet:
    """The one row that says where the registry stands."""
    return Head.objects.filter(id=1)


def where() -> dict[str, QuerySet]:
    """The question where the registry stands, to be asked together with others: see `present`."""
    return {"head": heads().values_list("number", "at", "hash")}


_HEAD = Together(where)


def present(rows: list[list]) -> tuple[Pin, list]:
    """The registry's present from the row of its head as `Together` reads it, and what follows."""
    if not rows:
        return Pin(0, None, ""), []
    number, at, state, *more = rows[0]
    moment = datetime.fromisoformat(at)
    return Pin(number, moment if moment.tzinfo else moment.replace(tzinfo=UTC), state), more


def _refusal(known_at: int | datetime) -> str:
    first = Revision.objects.order_by("number").first()
    if isinstance(known_at, int):
        return f"No revision {known_at}. Allowed: 1 to {Revision.objects.count()}."
    begins = f"The first revision is of {first.at.isoformat()}." if first else "It is empty."
    return f"The registry knew nothing then. {begins}"
