"""What a page of agreements says beside their own columns: how they are supported and how they
stand, and where the registry was when that was read. One statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agreements.models import Agreement
from sosa_registry.ledger.reading import Pin, present, where
from sosa_registry.ledger.together import Together

from .evidence import Supported, asked_now, supported_now
from .standings import Stood, questions, stood_on


@dataclass
class Beside:
    """How agreements are supported, how they stand, and the registry's state by then."""

    supported: Supported
    stood: dict[str, Stood]
    reached: Pin


_BESIDE = Together(lambda: asked_now() | questions() | where())


def beside(pinned: Pin, as_of: date, slugs: Iterable[str]) -> Beside:
    """The present evidence of these agreements, and their standing on a day as known at a pin."""
    keys, day, kind = list(slugs), as_of.isoformat(), Agreement.record_kind
    found = _BESIDE.ask(kind=kind, keys=keys, revision=pinned.revision, day=day)
    reached, _ = present(found["head"])
    return Beside(supported_now(keys, found, {}), stood_on(day, found["standing"]), reached)
