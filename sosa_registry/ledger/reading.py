"""Pinning a reading to a revision: reads never open a transaction, they name a revision instead.

Everything asked with one pin is answered from one state of the registry, however many writers are
at work beside it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery

from .models import Head, Revision


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
    heads = Head.objects.filter(id=1)
    if known_at is None:
        head = heads.first() or Head()
        return Pin(head.number, head.at, head.hash)
    wanted = {"number": known_at} if isinstance(known_at, int) else {"at__lte": known_at}
    made = Revision.objects.filter(**wanted).order_by("-number")
    head = heads.annotate(
        known=Subquery(made.values("number")[:1]), known_from=Subquery(made.values("at")[:1])
    ).first()
    if head is None or head.known is None:
        raise NotKnown(_refusal(known_at))
    return Pin(head.known, head.known_from, head.hash)


def _refusal(known_at: int | datetime) -> str:
    first = Revision.objects.order_by("number").first()
    if isinstance(known_at, int):
        return f"No revision {known_at}. Allowed: 1 to {Revision.objects.count()}."
    begins = f"The first revision is of {first.at.isoformat()}." if first else "It is empty."
    return f"The registry knew nothing then. {begins}"
