"""A backup of everything: one file for both engines, taken while the registry is at work.

The file is a ZIP: `manifest.json`, and a table each as NDJSON, a row a line with every column by
name. It is read in one snapshot of the database, so what it holds stood at one moment. Restored, it
must prove equal: rows and their digest table by table, and the chain from its first revision to its
head. Sessions and counters of failed sign-ins are left out on purpose; search's index is made anew
by the engine. Because the file knows no engine, it also moves a registry, its history included,
from SQLite to PostgreSQL or back.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from . import clock, integrity, triggers
from .models import Head

FORMAT = 1
LEFT_OUT = {"sessions.Session", "usersessions.UserSession"}
# What migrations put into an empty database: a restore replaces it.
MADE_BY_MIGRATIONS = ("auth.Group", "auth.Permission", "contenttypes.ContentType")
BATCH = 1000


class CannotRestore(ValueError):
    """A backup that is not fit, a registry that is not empty, or a copy that is not equal."""


def tables() -> list[type[models.Model]]:
    """Every table that a backup holds."""
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and m._meta.label not in LEFT_OUT]


def rows(model: type[models.Model]) -> Iterator[dict]:
    """Every row of a table by its columns, in the order of its key, a batch at a time."""
    pk, last = model._meta.pk, None
    names = [field.attname for field in model._meta.concrete_fields if not field.generated]
    while True:
        asked = models.QuerySet(model).order_by(pk.attname)
        if last is not None:
            asked = asked.filter(**{f"{pk.attname}__gt": last})
        batch = list(asked.values(*names)[:BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1][pk.attname]


def _plain(value):
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value)


def line(row: dict) -> bytes:
    """A row as its line, the same bytes on either engine."""
    return orjson.dumps(row, default=_plain, option=orjson.OPT_SORT_KEYS)


class Digest:
    """Rows counted and hashed, whatever their order: engines order text differently."""

    def __init__(self):
        self.rows, self.sum = 0, 0

    def add(self, content: bytes) -> None:
        """Count one row in."""
        self.rows += 1
        self.sum += int.from_bytes(hashlib.sha256(content).digest(), "big")

    def told(self) -> dict:
        """For the manifest."""
        return {"rows": self.rows, "digest": f"{self.sum % 2**256:064x}"}


@contextmanager
def snapshot():
    """One state of the database to read from; writers are not kept waiting."""
    level = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor != "sqlite" else ""
    with connection.cursor() as cursor:
        # Not `atomic()`: on SQLite that would take the writers' lock.
        cursor.execute(f"BEGIN TRANSACTION{level}")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def write(path: Path) -> dict:
    """Write a backup, whole or not at all; its manifest."""
    part = path.with_name(f"{path.name}.part")
    try:
        with snapshot(), _packing(part) as packed:
            manifest = _described()
            for model in tables():
                manifest["tables"][model._meta.db_table] = _packed(packed, model)
            packed.writestr("manifest.json", json.dumps(manifest, indent=1))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _packing(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)


def _described() -> dict:
    head = Head.objects.filter(id=1).first()
    return {
        "format": FORMAT,
        "taken_at": clock.now().isoformat(),
        "engine": connection.vendor,
        "migrations": _migrations(),
        "head": {"number": head.number, "hash": head.hash} if head else None,
        "tables": {},
    }


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _packed(packed: zipfile.ZipFile, model) -> dict:
    digest = Digest()
    name = f"{model._meta.db_table}.ndjson"
    with packed.open(name, "w", force_zip64=True) as out:
        for row in rows(model):
            content = line(row)
            digest.add(content)
            out.write(content + b"\n")
    return digest.told()


def restore(path: Path) -> dict:
    """Fill an empty registry from a backup and prove it equal; its manifest.

    Raises CannotRestore, and then nothing was written.
    """
    try:
        with zipfile.ZipFile(path) as packed, transaction.atomic():
            manifest = json.loads(packed.read("manifest.json"))
            _refuse_unfit(manifest)
            _empty()
            for model in tables():
                _fill(model, _lines(packed, model))
            _number_on()
            _prove(manifest)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as fault:
        raise CannotRestore(f"{path.name}: {fault}") from fault
    return manifest


def _refuse_unfit(manifest: dict) -> None:
    if manifest["format"] != FORMAT:
        raise CannotRestore(f"format {manifest['format']} is not {FORMAT}.")
    here, there = set(_migrations()), set(manifest["migrations"])
    if here != there:
        raise CannotRestore(
            "the backup was taken by another version of the registry. "
            f"Only there: {', '.join(sorted(there - here)) or 'nothing'}; "
            f"only here: {', '.join(sorted(here - there)) or 'nothing'}."
        )
    for model in tables():
        if model._meta.label not in MADE_BY_MIGRATIONS and models.QuerySet(model).exists():
            raise CannotRestore(f"the registry is not empty: {model._meta.db_table} has rows.")


def _empty() -> None:
    for label in MADE_BY_MIGRATIONS:
        for model in (apps.get_model(label), *_through(label)):
            models.QuerySet(model)._raw_delete(connection.alias)


def _through(label: str) -> list:
    return [m2m.remote_field.through for m2m in apps.get_model(label)._meta.local_many_to_many]


def _lines(packed: zipfile.ZipFile, model) -> Iterator[dict]:
    with packed.open(f"{model._meta.db_table}.ndjson") as table:
        for text in table:
            yield orjson.loads(text)


def _fill(model, told: Iterable[dict]) -> None:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    size = max(1, min(BATCH, connection.ops.bulk_batch_size(fields, [None] * BATCH)))
    batch = []
    for row in told:
        batch.append(model(**{field.attname: _read(field, row[field.attname]) for field in fields}))
        if len(batch) == size:
            _insert(model, fields, batch)
            batch = []
    if batch:
        _insert(model, fields, batch)


def _insert(model, fields, batch) -> None:
    # `raw`: every column as it was, even those that a save would fill in anew.
    models.QuerySet(model)._insert(batch, fields=fields, using=connection.alias, raw=True)


def _read(field, value):
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.ForeignKey):
        return _read(field.target_field, value)
    plain = models.CharField.to_python if isinstance(field, models.CharField) else None
    return plain(field, value) if plain else field.to_python(value)


def _number_on() -> None:
    """Have PostgreSQL count on after the highest keys."""
    for sql in connection.ops.sequence_reset_sql(no_style(), tables()):
        with connection.cursor() as cursor:
            cursor.execute(sql)


def _prove(manifest: dict) -> None:
    for model in tables():
        digest = Digest()
        for row in rows(model):
            digest.add(line(row))
        if digest.told() != manifest["tables"][model._meta.db_table]:
            raise CannotRestore(f"{model._meta.db_table} is not equal to what the backup says.")
    if missing := triggers.missing(connection):
        raise CannotRestore(f"trigger {missing[0]} is missing.")
    for fault in integrity.problems():
        raise CannotRestore(fault)
