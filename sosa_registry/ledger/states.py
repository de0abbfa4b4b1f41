"""From states back to records: find a record by its key, lay a state on it, write many at once.

A version holds a record's whole state; here such states become rows again. Undoing a revision,
restoring a deleted record, applying a proposal, merging and renaming are all one thing: a list of
`Change`s, written together in the open revision and judged together at its end, so that what
refers to one another may come in any order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from .models import Version
from .recording import Recorded, recorded_models
from .refusing import sentences_of
from .revising import batches, current

LAST = 99  # rank of what may refer to any record, such as citations and claims


@dataclass(frozen=True)
class Change:
    """One record to be created, changed or deleted. `state` holds columns; not all are needed."""

    record_type: str
    key: str
    operation: str
    state: dict

    @property
    def deletes(self) -> bool:
        """Whether the record is to go."""
        return self.operation == Version.Operation.DELETED


class Refused(ValidationError):
    """Changes that contradict the registry or one another: a list of (record type, key, sentence).

    As a ValidationError every door shows it; `found` tells which record each sentence is about.
    """

    def __init__(self, found: list[tuple[str, str, str]]):
        self.found = found
        super().__init__([f"{kind} {key}: {sentence}" for kind, key, sentence in found])


@cache
def models() -> dict[str, type[Recorded]]:
    """The model of every record type."""
    return {model.record_type: model for model in recorded_models()}


@cache
def rank(model: type[Recorded]) -> int:
    """How far from the ground: a model comes after all that it refers to."""
    if any(field.name == "subject_kind" for field in model._meta.fields):
        return LAST
    targets = {field.related_model for field in model._meta.fields if field.remote_field}
    ours = [each for each in targets if issubclass(each, Recorded) and each is not model]
    return 1 + max((rank(each) for each in ours), default=0)


def open_state(record_type: str, key: str) -> dict | None:
    """What the registry says of a record now; None when it has none."""
    found = Version.objects.open().filter(record_type=record_type, key=key)
    return found.values_list("state", flat=True).first()


def open_states(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict]:
    """The same for many records; those it does not have are left out. One statement a batch."""
    by_type: dict[str, list[str]] = {}
    for record_type, key in wanted:
        by_type.setdefault(record_type, []).append(key)
    return {
        (record_type, key): state
        for record_type, keys in by_type.items()
        for batch in batches(keys)
        for key, state in Version.objects.open()
        .filter(record_type=record_type, key__in=batch)
        .values_list("key", "state")
    }


def find(record_type: str, key: str) -> Recorded | None:
    """The live record with that key."""
    model = models()[record_type]
    try:
        return model.objects.with_keys().filter(**model.lookup(key)).first()
    except ValueError:
        return None


def field_value(field, value):
    """A column's value as the model's field holds it. Raises ValidationError for what is none."""
    target = field.target_field if field.remote_field else field
    return target.to_python(value)


def lay(record: Recorded, state: dict) -> Recorded:
    """Lay these columns on a record, unwritten. Raises ValidationError naming each bad column."""
    faults: dict[str, list[str]] = {}
    for name, value in state.items():
        own = name == record.key_column
        try:
            field = record._meta.get_field(record.key_field if own else name)
            if name in record.state_relations:
                setattr(record, name, _referred(field, record.state_relations[name], value))
            else:
                setattr(record, field.attname, field_value(field, value))
        except ValidationError as error:
            faults[name] = error.messages
    if faults:
        raise ValidationError(faults)
    return record


def _referred(field, natural: str, value):
    target = field.related_model.objects.filter(**{natural: value}).first()
    if target is None:
        raise ValidationError(f"No {field.related_model._meta.verbose_name} “{value}”.")
    return target


def write(changes: Iterable[Change]) -> None:
    """Write these changes in the open revision, then judge them together. Raises Refused.

    What is made comes in the order of reference, what goes in the reverse.
    """
    current()
    changes = list(changes)
    found: list[tuple[str, str, str]] = []
    stored = open_states((each.record_type, each.key) for each in changes)
    kept: list[tuple[Change, Recorded]] = []
    for change in sorted(changes, key=_order):
        name = change.record_type, change.key
        try:
            record = find(*name) if name in stored else None
            if not change.deletes:
                record = lay(record or models()[change.record_type](), change.state)
                record.validate_unique()
                record.validate_constraints()
                record.save()
                kept.append((change, record))
            elif record is not None:
                record.delete()
        except (ValidationError, ProtectedError, IntegrityError) as error:
            found += [(*name, sentence) for sentence in sentences_of(error)]
            if isinstance(error, IntegrityError):
                break  # PostgreSQL takes no further statement
    if not found:
        found += [
            (change.record_type, change.key, sentence)
            for change, record in kept
            for sentence in _judged(record)
        ]
    if found:
        raise Refused(found)


def _order(change: Change) -> tuple[int, int]:
    height = rank(models()[change.record_type])
    return (1, -height) if change.deletes else (0, height)


def _judged(record: Recorded) -> Iterator[str]:
    try:
        record.full_clean()
    except ValidationError as error:
        yield from sentences_of(error)
