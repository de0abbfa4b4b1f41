"""What would change: a write rehearsed and told field by field, before anybody confirms it."""

from collections.abc import Callable

from .history import RecordChange, change_of
from .models import Version
from .revising import rehearse
from .states import open_states


def rehearsed(write: Callable[[], None], *, actor) -> list[RecordChange]:
    """Each record that a write would change, field by field. Raises what the write raises."""
    versions, _ = rehearse(write, actor=actor, reason="A rehearsal")
    return told(versions)


def told(versions: list[Version]) -> list[RecordChange]:
    """Unwritten versions beside what the registry says now; those that change nothing left out."""
    before = open_states((each.record_type, each.key) for each in versions)
    changes = [change_of(each, before.get((each.record_type, each.key), {})) for each in versions]
    return [each for each in changes if each.fields]
