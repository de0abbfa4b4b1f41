"""The two verbs that every door writes with: keep a record, remove a record.

Both validate in full, open a revision (or join the one that is open) and record.
"""

from .models import Revision
from .recording import Recorded, revision


def keep(
    record: Recorded,
    *,
    actor,
    reason: str,
    kind: str = Revision.Kind.EVENT,
    accept_warnings: bool = False,
) -> Recorded:
    """Create or change one record. Raises ValidationError, naming the fields, for bad input."""
    with revision(actor=actor, reason=reason, kind=kind, accept_warnings=accept_warnings):
        record.full_clean()
        record.save()
    return record


def remove(
    record: Recorded,
    *,
    actor,
    reason: str,
    kind: str = Revision.Kind.CORRECTION,
    accept_warnings: bool = False,
) -> None:
    """Delete one record; its history stays. Raises ProtectedError while others rest on it."""
    with revision(actor=actor, reason=reason, kind=kind, accept_warnings=accept_warnings):
        record.delete()
