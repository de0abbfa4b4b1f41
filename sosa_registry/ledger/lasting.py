"""How long an answer lasts: until a revision touches one of the tables that it was made from.

Every revision names the registry's state anew, and most leave most tables alone: who saved a firm
has changed nothing about a published list. A process remembers which tables were touched since the
state that it first saw. The one thing to know: it only ever asks the ledger, so a state that is not
the continuation of what it remembers (another database, a rehearsal undone) begins its memory anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .models import Revision, Version
from .reading import Pin


@dataclass(frozen=True)
class Lasting:
    """A pin by what some tables hold: equal, and hashed alike, while none of them was touched."""

    state: tuple
    pinned: Pin = field(compare=False)


@dataclass(frozen=True)
class _Seen:
    """A state of the registry, and of each table touched since the first the state that did so."""

    number: int
    state: str
    first: str
    touched: dict[str, str] = field(default_factory=dict)

    def names(self, pinned: Pin) -> bool:
        """Whether this is the state pinned."""
        return (self.number, self.state) == (pinned.revision, pinned.state)

    def goes_on_to(self, pinned: Pin) -> bool:
        """Whether the state pinned came of this one."""
        if self.number >= pinned.revision:
            return False
        wanted = {self.number: self.state, pinned.revision: pinned.state}
        stored = Revision.objects.filter(number__in=wanted).values_list("number", "hash")
        return dict(stored) == wanted

    def followed(self, pinned: Pin) -> "_Seen":
        """This, moved on to a later state."""
        later = Version.objects.filter(
            revision_id__gt=self.number, revision_id__lte=pinned.revision
        )
        names = later.order_by().values_list("record_type", flat=True).distinct()
        touched = self.touched | dict.fromkeys(names, pinned.state)
        return _Seen(pinned.revision, pinned.state, self.first, touched)


_memory: dict[str, _Seen] = {}


def lasting(pinned: Pin, tables: Iterable[str]) -> Lasting:
    """The pin, to be the key of what is made from these tables alone and kept.

    Of no tables it is the same for as long as the ledger goes on from the state first seen.
    Two small statements after a revision, none otherwise. What was known earlier is named by its
    revision and the present's state together.
    """
    seen = _memory.get("seen")
    if seen is None or not seen.names(pinned):
        if seen is not None and seen.state == pinned.state:
            return Lasting((pinned.revision, pinned.state), pinned)
        if seen is not None and seen.goes_on_to(pinned):
            seen = seen.followed(pinned)
        else:
            seen = _Seen(pinned.revision, pinned.state, pinned.state)
        _memory["seen"] = seen
    touched = (seen.touched.get(table, seen.first) for table in sorted(tables))
    return Lasting((seen.first, *touched), pinned)
