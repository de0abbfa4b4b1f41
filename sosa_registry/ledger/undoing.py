"""Going back: undoing a whole revision, restoring one record. Always as a new revision.

What would be done is planned first, so that a page can show it; a plan that later changes stand in
the way of is refused with all of them named. The past itself is never touched.
"""

from django.core.exceptions import ValidationError

from .models import Revision, Version
from .revising import revision
from .states import Change, open_state, write

CREATED, CHANGED, DELETED = Version.Operation.values


class Overtaken(ValidationError):
    """Later changes stand in the way: `later` are their versions."""

    def __init__(self, later: list[Version]):
        self.later = later
        super().__init__(
            [
                f"{each.record_type} {each.key} was {each.operation} again in revision "
                f"{each.revision_id} by {each.revision.by}: {each.revision.reason}"
                for each in later
            ]
        )


def undoing(number: int) -> list[Change]:
    """What would undo a revision. Raises Overtaken, and ValidationError when it changed nothing."""
    versions = list(Version.objects.filter(revision=number).order_by("-position"))
    if not versions:
        raise ValidationError(f"Revision {number} changed no record: there is nothing to undo.")
    later = Version.objects.filter(
        revision__in={each.superseded_by for each in versions if each.superseded_by},
        key__in={each.key for each in versions},
    ).select_related("revision")
    closed_by = {(each.record_type, each.key, each.revision_id): each for each in later}
    names = [(each.record_type, each.key, each.superseded_by) for each in versions]
    if found := [closed_by[name] for name in names if name in closed_by]:
        raise Overtaken(found)
    before = _before(number, versions)
    return [
        Change(
            each.record_type,
            each.key,
            _reverse(each, before.get((each.record_type, each.key))),
            before.get((each.record_type, each.key), {}),
        )
        for each in versions
    ]


def _reverse(version: Version, before: dict | None) -> str:
    if before is None:
        return DELETED
    return CREATED if version.operation == DELETED else CHANGED


def _before(number: int, versions: list[Version]) -> dict[tuple[str, str], dict]:
    """The states that a revision replaced or removed; nothing for what it created."""
    stood = Version.objects.filter(superseded_by=number, key__in={each.key for each in versions})
    return {(each.record_type, each.key): each.state for each in stood if each.operation != DELETED}


def restoring(record_type: str, key: str, number: int) -> list[Change]:
    """What would bring a record back to what it said at a revision.

    With a record that was deleted since come those that went with it, such as its citations.
    Raises ValidationError when it was not there then, or says the same now.
    """
    then = Version.objects.known_at(number).filter(record_type=record_type, key=key).first()
    if then is None:
        raise ValidationError(f"There was no {record_type} {key} at revision {number}.")
    now = open_state(record_type, key)
    if now == then.state:
        raise ValidationError(f"{record_type} {key} says the same now as at revision {number}.")
    operation = CREATED if now is None else CHANGED
    back = [Change(record_type, key, operation, then.state)]
    return back + (_went_along(record_type, key) if now is None else [])


def _went_along(record_type: str, key: str) -> list[Change]:
    """What the revision that deleted a record deleted with it, because it named the record."""
    gone = Version.objects.of(record_type, key).filter(operation=DELETED).first()
    same = Version.objects.filter(
        revision=gone.revision_id, operation=DELETED, superseded_by__isnull=True
    ).exclude(record_type=record_type, key=key)
    named = {key.rpartition("/")[2]}
    return [
        Change(each.record_type, each.key, CREATED, each.state)
        for each in same
        if named & {value for value in each.state.values() if isinstance(value, str)}
    ]


def undo(number: int, *, actor, reason: str) -> int | None:
    """Undo a whole revision as a new one; its number. Raises Overtaken and Refused."""
    with revision(actor=actor, reason=reason, kind=Revision.Kind.CORRECTION) as opened:
        write(undoing(number))
    return opened.number


def restore(record_type: str, key: str, number: int, *, actor, reason: str) -> int | None:
    """Bring one record back to what it said at a revision; the number of the new one."""
    with revision(actor=actor, reason=reason, kind=Revision.Kind.CORRECTION) as opened:
        write(restoring(record_type, key, number))
    return opened.number
