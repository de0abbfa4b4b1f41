"""What happened to records: versions read with the ones they replaced, field by field.

For pages; it reads the ledger and knows no record's meaning.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sosa_registry.ledger.models import Version


@dataclass(frozen=True)
class FieldChange:
    """One column of a record, before and after. Empty where there was nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class RecordChange:
    """One version of one record, and how it differs from the one before."""

    version: Version
    fields: list[FieldChange]

    @property
    def verb(self) -> str:
        """Created, changed or deleted."""
        return self.version.get_operation_display()


def compared(version: Version, before: dict | None) -> RecordChange:
    """A version beside the state it replaced (None: it is the first). Deletion empties all."""
    deleted = version.operation == Version.Operation.DELETED
    old, new = (version.state, {}) if deleted else (before or {}, version.state)
    names = [name for name in dict.fromkeys([*new, *old]) if old.get(name, "") != new.get(name, "")]
    changes = [FieldChange(name, _text(old.get(name)), _text(new.get(name))) for name in names]
    return RecordChange(version, [change for change in changes if change.before or change.after])


def history(versions: Iterable[Version]) -> list[RecordChange]:
    """All versions of some records, each beside the one before it, newest first."""
    made, last = [], {}
    for version in sorted(versions, key=lambda one: (one.revision_id, one.position)):
        record = version.record_type, version.key
        made.append(compared(version, last.get(record)))
        last[record] = None if version.operation == Version.Operation.DELETED else version.state
    return made[::-1]


def changes_of(number: int, versions: list[Version]) -> list[RecordChange]:
    """Some versions of one revision, each beside the one it closed. One statement."""
    closed = Version.objects.filter(
        superseded_by=number, key__in={version.key for version in versions}
    )
    before = {(one.record_type, one.key): one for one in closed}
    return [compared(one, _state(before.get((one.record_type, one.key)))) for one in versions]


def _state(version: Version | None) -> dict | None:
    if version is None or version.operation == Version.Operation.DELETED:
        return None
    return version.state


def _text(value) -> str:
    return "" if value is None else str(value)
