"""Applying operations: the one place where a record is created, replaced, changed or deleted by its
natural key and the members of a JSON body.

Writes of one resource, batches and proposals all come through `write` (which makes the revision) or
`apply_all` (inside one that is open). Members are read by the resource's serializer, judged by the
model's `full_clean` and, once all are written, by its rules beside other records (`problems_of`):
two events that only make sense together may come together. Nothing here knows a resource by name:
the API offers its viewsets when it is assembled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.db.models.enums import TextChoices
from django.http import Http404
from django.urls import get_resolver
from rest_framework import serializers

from sosa_registry.ledger.conditional import revisions_named, tag
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import Recorded, revision
from sosa_registry.ledger.revising import Doubts

from .problems import Refused, pointers

TAKEN = "There is a {what} “{key}” already."
HELD = "Two records would be one and the same: the registry has each only once."


class Verb(TextChoices):
    """What an operation does to a record."""

    CREATE = "create", "Create"
    REPLACE = "replace", "Replace"
    PATCH = "patch", "Change"
    DELETE = "delete", "Delete"


@dataclass(frozen=True)
class Operation:
    """One thing to do: to which resource's record, with which members.

    `key` is empty for a record to create, whose key is among the members. `if_match` is an entity
    tag of the state that the writer read; None where the door does not ask for one.
    """

    verb: str
    resource: str
    key: str = ""
    data: object = field(default_factory=dict)
    if_match: str | None = None


class OperationsRefused(Exception):
    """What is wrong with operations: for each at fault its place among them, and the refusal.

    A refusal is a `Refused`; its errors point into the operation's own members.
    """

    def __init__(self, faults: list[tuple[int, Refused]]):
        super().__init__("; ".join(str(refusal.detail) for _, refusal in faults))
        self.faults = faults


_offered: dict[str, type] = {}


def offer(viewsets: dict[str, type]) -> None:
    """Make resources writable, by name. Called where the API is assembled."""
    _offered.update(viewsets)


def writable() -> dict[str, type]:
    """The viewsets of every resource that can be written, by name."""
    if not _offered:
        _ = get_resolver().url_patterns  # assembling the addresses offers the resources
    return dict(_offered)


def viewset_of(resource: str, key: str = ""):
    """A resource's viewset, as it stands before a request to a record. Raises Refused (404)."""
    kinds = writable()
    if resource not in kinds:
        raise Refused(404, f"No resource “{resource[:60]}”. Allowed: {', '.join(kinds)}.")
    kind = kinds[resource]
    return kind(kwargs={kind.lookup_url_kwarg or kind.lookup_field: key}, action="retrieve")


def serializer_of(resource: str, *args, **kwargs):
    """The serializer that reads a resource's members."""
    kind = viewset_of(resource)
    return (kind.writing_serializer_class or kind.serializer_class)(*args, **kwargs)


def find(resource: str, key: str) -> Recorded:
    """The live record of a resource. Raises Refused (404)."""
    model = viewset_of(resource).queryset.model
    try:
        wanted = model.lookup(key)
    except ValueError as error:
        raise Refused(404, str(error)) from error
    found = None if "\0" in key else model.objects.with_keys().filter(**wanted).first()
    if found is None:
        raise Refused(404, f"No {model._meta.verbose_name} “{key[:100]}” in the registry.")
    return found


def revision_of(resource: str, record: Recorded) -> int:
    """The last revision that touched a record or its parts."""
    return viewset_of(resource, record.key).state()[1]


def write(
    operations: list[Operation],
    *,
    actor,
    reason: str,
    kind: str = Revision.Kind.EVENT,
    accept_warnings: bool = False,
) -> tuple[int | None, list[Recorded | None]]:
    """Apply all of it in one revision, or nothing.

    The revision (None when nothing changed) and the records, None for one that is deleted. Raises
    OperationsRefused; Refused (409) for what only shows when all is written; Doubts.
    """
    why = {"actor": actor, "reason": reason, "kind": kind, "accept_warnings": accept_warnings}
    try:
        with revision(**why) as opened:
            made = apply_all(operations)
            return (opened.number if opened.versions() else None), made
    except Doubts:
        raise
    except ValidationError as error:
        raise Refused(400, " ".join(error.messages)) from error
    except IntegrityError as error:
        raise Refused(409, HELD) from error


def apply_all(operations: list[Operation]) -> list[Recorded | None]:
    """Apply operations in order, inside the open revision. Raises OperationsRefused."""
    faults: list[tuple[int, Refused]] = []
    for place, operation in enumerate(operations):
        try:
            _refuse_stale(operation)
        except Refused as refusal:
            faults.append((place, refusal))
    made: list[Recorded | None] = []
    stale = {place for place, _ in faults}
    for place, operation in enumerate(operations):
        try:
            made.append(None if place in stale else _apply(operation))
        except Refused as refusal:
            faults.append((place, refusal))
            made.append(None)
    if not faults:
        faults = list(_contradictions(operations, made))
    if faults:
        raise OperationsRefused(sorted(faults, key=lambda fault: fault[0]))
    return made


def _refuse_stale(operation: Operation) -> None:
    """Writers overwrite what they have read, or nothing. Raises Refused (404, 412)."""
    if operation.if_match is None:
        return
    record = find(operation.resource, operation.key)
    if operation.if_match.strip() == "*":
        return
    current = revision_of(operation.resource, record)
    if current not in revisions_named(operation.if_match):
        told = f"The state that was read is no longer the present one, of revision {current}."
        raise Refused(412, told, ETag=tag(current))


def _apply(operation: Operation) -> Recorded | None:
    """Do one thing. Raises Refused."""
    try:
        if operation.verb == Verb.CREATE:
            return _written(serializer_of(operation.resource, data=operation.data), None)
        record = find(operation.resource, operation.key)
        if operation.verb == Verb.DELETE:
            serializer_of(operation.resource).remove(record)
            return None
        partial = operation.verb == Verb.PATCH
        reader = serializer_of(operation.resource, record, data=operation.data, partial=partial)
        return _written(reader, record)
    except serializers.ValidationError as error:
        raise Refused(400, "The body is not valid.", list(pointers(error.detail))) from error
    except Http404 as error:
        raise Refused(404, str(error)) from error
    except ProtectedError as error:
        raise Refused(409, str(error.args[0])) from error


def _written(reader, record: Recorded | None) -> Recorded:
    """Validate the members, and write the record and its parts."""
    reader.is_valid(raise_exception=True)
    values = dict(reader.validated_data)
    parts = {name: values.pop(name) for name in reader.parts if name in values}
    before = record.key if record else None
    written = record or reader.Meta.model()
    if record and not reader.partial:
        values = _defaults(reader) | values
        parts = {name: [] for name in reader.parts} | parts
    for name, value in values.items():
        setattr(written, name, value)
    _refuse_key(reader, written, before)
    # Rules beside other records are judged when all is written.
    written.clean = lambda: None
    try:
        written.full_clean()
    except ValidationError as error:
        raise _by_column(reader, error) from error
    written.save()
    reader.write_parts(written, parts)
    return written


def _defaults(reader) -> dict:
    """What a member says that a whole record leaves out: what it would say in a new one."""
    model, made = reader.Meta.model, {}
    for each in reader.fields.values():
        if not (each.read_only or each.source in reader.parts or each.source == model.key_field):
            column = model._meta.get_field(each.source)
            empty = None if column.null else ""
            made[column.attname] = column.get_default() if column.has_default() else empty
    return made


def _refuse_key(reader, record: Recorded, before: str | None) -> None:
    """A key is given once: a new record's is free, a changed one's stays."""
    model = type(record)
    if before is not None:
        if record.key != before:
            told = f"This would be another record than “{before}”: a key is given once."
            raise serializers.ValidationError({_key_member(reader): [told]})
    elif record.key and model.objects.filter(**model.lookup(record.key)).exists():
        what = model._meta.verbose_name
        raise Refused(
            409,
            TAKEN.format(what=what, key=record.key),
            [{"pointer": f"/{_key_member(reader)}", "detail": "It is taken."}],
        )


def _key_member(reader) -> str:
    model = reader.Meta.model
    return model.key_column or ("non_field_errors" if model.key_field == "key" else model.key_field)


def _by_column(reader, error: ValidationError) -> serializers.ValidationError:
    """A model's objections, by the names that the body uses."""
    if not hasattr(error, "error_dict"):
        return serializers.ValidationError(error.messages)
    return serializers.ValidationError(
        {
            "non_field_errors" if name == "__all__" else reader.column_of(name): messages
            for name, messages in error.message_dict.items()
        }
    )


def _contradictions(
    operations: list[Operation], made: list[Recorded | None]
) -> Iterable[tuple[int, Refused]]:
    """What the models' own rules say of the rows just written, beside all others."""
    by_model: dict[type[Recorded], list[Recorded]] = {}
    place_of = {id(record): place for place, record in enumerate(made)}
    for record in filter(None, made):
        by_model.setdefault(type(record), []).append(record)
    found: dict[int, dict[str, list[str]]] = {}
    for model, rows in by_model.items():
        for row, name, sentence in model.problems_of(rows):
            reader = serializer_of(operations[place_of[id(row)]].resource)
            said = found.setdefault(place_of[id(row)], {})
            said.setdefault(reader.column_of(name), []).append(sentence)
    for place, said in found.items():
        yield place, Refused(400, "The body is not valid.", list(pointers(said)))
