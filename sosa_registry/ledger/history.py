"""The history of records as a reader wants it: who, when, why, and field by field.

Pure but for the versions it is given; what a record is about does not matter here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from .models import Revision, Version
from .recording import recorded_models


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column of a record, before and after; empty where there was nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What one revision did to one record."""

    record_type: str
    key: str
    operation: str
    fields: list[FieldChange]
    version: int | None = None  # row id of the version, where it is written


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision, and what it did to the records asked about."""

    revision: Revision
    changes: list[RecordChange] = field(default_factory=list)


def field_changes(before: dict, after: dict) -> list[FieldChange]:
    """The columns that differ between two states of a record, in the order of its columns."""
    names = dict.fromkeys([*after, *before])
    pairs = [
        FieldChange(name, text_of(before.get(name)), text_of(after.get(name))) for name in names
    ]
    return [pair for pair in pairs if pair.before != pair.after]


def text_of(value) -> str:
    """A value as a reader sees it; empty for nothing."""
    return "" if value is None else str(value)


def change_of(version: Version, before: dict) -> RecordChange:
    """What a version did to its record, which was in state `before` (empty: not there)."""
    after = {} if version.operation == Version.Operation.DELETED else version.state
    # PostgreSQL's jsonb forgets the order of columns; the model knows it.
    places = {name: place for place, name in enumerate(_columns().get(version.record_type, ()))}
    fields = sorted(
        field_changes(before, after), key=lambda change: places.get(change.name, len(places))
    )
    return RecordChange(version.record_type, version.key, version.operation, fields, version.pk)


@cache
def _columns() -> dict[str, list[str]]:
    """The columns of every record type, in the model's order."""
    return {
        model.record_type: [name for name, _ in model._columns()] for model in recorded_models()
    }


def entries(versions: Iterable[Version]) -> list[Entry]:
    """Every revision of these versions, newest first. Give it all versions of each record."""
    last: dict[tuple[str, str], dict] = {}
    made: dict[int, Entry] = {}
    for version in sorted(versions, key=lambda row: (row.revision_id, row.position)):
        name = version.record_type, version.key
        entry = made.setdefault(version.revision_id, Entry(version.revision))
        entry.changes.append(change_of(version, last.get(name, {})))
        deleted = version.operation == Version.Operation.DELETED
        last[name] = {} if deleted else version.state
    return list(reversed(made.values()))
