"""`revision()`: one numbered change of the registry, made whole or not at all.

One writer at a time holds the head row, so revision numbers are gapless and in the order of commits
on SQLite and PostgreSQL alike. At the end of a revision the functions that derive tables are
called, the versions are written, the earlier ones closed, and the chain moves on.
"""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from . import chain, clock
from .models import Head, Revision, Version

BATCH = 500


class NoOpenRevision(RuntimeError):
    """A registry record was written outside `revision()`: a fault in the program, not in input."""


class Doubts(ValidationError):
    """What was to be recorded may be so, but somebody should say so: accept the warnings or not."""


@dataclass
class OpenRevision:
    """A revision being made: who, why, and what has changed so far.

    `accept_warnings`: whoever makes it has read what the rules warn of.
    """

    number: int
    actor: str
    user_id: int | None
    kind: str
    reason: str
    previous_hash: str
    accept_warnings: bool = False
    approver: str = ""
    rehearsed: bool = False  # to be looked at and undone
    leaves_trace: bool = False  # even when no record changed, as when a name is erased
    _changes: dict = field(default_factory=dict)

    def record(self, record_type: str, key: str, operation: str, state: dict) -> None:
        """Note one record's new state; several changes of a record in one revision are one."""
        before = self._changes.pop((record_type, key), None)
        created, deleted = Version.Operation.CREATED, Version.Operation.DELETED
        if before and before[0] == created:
            if operation == deleted:
                return
            operation = created
        elif before and before[0] == deleted:
            operation = Version.Operation.CHANGED
        self._changes[record_type, key] = (operation, state)

    def changed(self, record_type: str) -> dict[str, dict]:
        """The state of each record of a type touched in this revision, by key."""
        return {key: made[1] for (kind, key), made in self._changes.items() if kind == record_type}

    def touched(self) -> Iterable[tuple[str, str, dict]]:
        """Table, key and state of every record touched in this revision."""
        return ((kind, key, made[1]) for (kind, key), made in self._changes.items())

    def versions(self) -> list[Version]:
        """The versions to write, in the order in which the records were touched."""
        return [
            Version(
                revision_id=self.number,
                position=position,
                record_type=record_type,
                key=key,
                operation=operation,
                state=state,
                digest=chain.version_digest(record_type, key, operation, state),
            )
            for position, ((record_type, key), (operation, state)) in enumerate(
                self._changes.items(), start=1
            )
        ]


_open: ContextVar[OpenRevision | None] = ContextVar("open_revision", default=None)
_projections: list[Callable[[OpenRevision], None]] = []
_announcements: list[Callable[[Revision], None]] = []
_judges: list[Callable[[OpenRevision], None]] = []


def project_with(function: Callable[[OpenRevision], None]) -> None:
    """Have a function derive its tables at the end of every revision, whichever door wrote it."""
    if function not in _projections:
        _projections.append(function)


def judge_with(function: Callable[[OpenRevision], None]) -> None:
    """Have a function judge every revision before it is closed; it raises ValidationError."""
    if function not in _judges:
        _judges.append(function)


def announce_with(function: Callable[[Revision], None]) -> None:
    """Have a function told of every revision as it is made, inside its transaction: what the
    function writes is kept if the revision is.
    """
    if function not in _announcements:
        _announcements.append(function)


def current() -> OpenRevision:
    """The revision that is open; raises NoOpenRevision when none is."""
    revision_now = _open.get()
    if revision_now is None:
        raise NoOpenRevision("Registry records are written inside `with revision(...)` only.")
    return revision_now


@contextmanager
def revision(
    *,
    actor,
    reason: str,
    kind: str = Revision.Kind.EVENT,
    accept_warnings: bool = False,
    approver=None,
    rehearsed: bool = False,
):
    """Open one revision: all that is written inside becomes one numbered change, or nothing does.

    `actor` is an account or a name, `approver` the account that approved it where it was proposed.
    Inside an open revision this joins it. A revision in which no record changed leaves no trace.
    Raises ValidationError for an empty reason or unknown kind and when a rule is broken, Doubts
    when a rule warns and nobody has accepted that.
    """
    if _open.get() is not None:
        yield _open.get()
        return
    if not reason.strip():
        raise ValidationError({"reason": "Say why: every change carries a reason."})
    if kind not in Revision.Kind.values:
        raise ValidationError({"kind": f"One of {', '.join(Revision.Kind.values)}."})
    with transaction.atomic():
        head, _ = Head.objects.select_for_update().get_or_create(id=1)
        opened = OpenRevision(
            number=head.number + 1,
            actor=actor if isinstance(actor, str) else actor.get_username(),
            user_id=None if isinstance(actor, str) else actor.pk,
            kind=kind,
            reason=reason.strip(),
            previous_hash=head.hash,
            accept_warnings=accept_warnings,
            approver=approver.get_username() if approver else "",
            rehearsed=rehearsed,
        )
        token = _open.set(opened)
        try:
            yield opened
            for project in _projections:
                project(opened)
            for judge in _judges:
                judge(opened)
        finally:
            _open.reset(token)
        _commit(opened, head)


def _commit(opened: OpenRevision, head: Head) -> None:
    versions = opened.versions()
    if not (versions or opened.leaves_trace):
        return
    by_type: dict[str, list[str]] = {}
    for version in versions:
        by_type.setdefault(version.record_type, []).append(version.key)
    for record_type, keys in by_type.items():
        for batch in batches(keys):
            Version.objects.filter(
                superseded_by__isnull=True, record_type=record_type, key__in=batch
            ).update(superseded_by=opened.number)
    Version.objects.bulk_create(versions, batch_size=BATCH)
    # Dated last of all: a moment that a reader asked about while this was being written stays
    # answered by the revision before.
    moment = clock.now()
    made = Revision(
        number=opened.number,
        at=max(moment, head.at) if head.at else moment,
        actor=opened.actor,
        user_id=opened.user_id,
        kind=opened.kind,
        reason=opened.reason,
        changes=len(versions),
        actor_salt=chain.new_salt(),
        approver=opened.approver,
        approver_salt=chain.new_salt() if opened.approver else "",
        previous_hash=opened.previous_hash,
    )
    made.actor_digest = chain.person_digest(made.actor, made.actor_salt)
    if made.approver:
        made.approver_digest = chain.person_digest(made.approver, made.approver_salt)
    made.hash = chain.revision_hash(made, [version.digest for version in versions])
    made.save(force_insert=True)
    Head.objects.filter(id=1).update(number=made.number, at=made.at, hash=made.hash)
    for announce in _announcements:
        announce(made)


def rehearse(write: Callable[[], None], look: Callable[[], Any] = lambda: None, *, actor, reason):
    """Write, look at the registry as it would then be, and undo it all: nothing is left.

    Gives the versions that it would have made, and what `look` returned. It holds the head row
    meanwhile, so be quick. Raises what `write` raises; it cannot be part of another revision.
    """
    if _open.get() is not None:
        raise RuntimeError("A rehearsal inside a revision could not be undone alone.")
    with transaction.atomic():
        with revision(actor=actor, reason=reason, rehearsed=True, accept_warnings=True) as opened:
            write()
        seen = look()
        transaction.set_rollback(True)
    return opened.versions(), seen


def batches(items: list) -> Iterable[list]:
    """The items, at most BATCH at a time: what one statement takes on either engine."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
