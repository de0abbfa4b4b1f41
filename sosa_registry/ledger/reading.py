"""Pinning a reading to a revision: reads never open a transaction, they name a revision instead.

Everything asked with one pin is answered from one state of the registry, however many writers are
at work beside it.
"""

from dataclasses import dataclass
from datetime import datetime

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

    Raises NotKnown, naming what is allowed. One statement for now, two for the past.
    """
    head = Head.objects.filter(id=1).first() or Head()
    if known_at is None:
        return Pin(head.number, head.at, head.hash)
    if isinstance(known_at, int):
        made = Revision.objects.filter(number=known_at).first()
        if made is None:
            raise NotKnown(f"No revision {known_at}. Allowed: 1 to {head.number}.")
        return Pin(known_at, made.at, head.hash)
    last = Revision.objects.at(known_at)
    if last is None:
        first = Revision.objects.order_by("number").first()
        begins = f"The first revision is of {first.at.isoformat()}." if first else "It is empty."
        raise NotKnown(f"The registry knew nothing then. {begins}")
    return Pin(last.number, last.at, head.hash)
