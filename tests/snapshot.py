"""The shipped dataset, imported once a run and copied after that: a test gets it in moments.

The copy is raw rows, so it is the same registry to the last hash.
"""

import io
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from agreements.exchange.importing import import_package

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
OURS = ("ledger", "partners", "agreements")
_kept: dict[str, object] = {}


def load_dataset() -> None:
    """The shipped dataset, in one revision."""
    if not _kept:
        import_package(FIXTURES, actor="tests", reason="The shipped dataset", accept_warnings=True)
        _kept.update({model._meta.db_table: _read(model._meta.db_table) for model in _models()})
        return
    with transaction.atomic(), connection.cursor() as cursor:
        # In one transaction: keys are checked when it ends, whatever the order of the tables.
        for model in _models():
            _write(model._meta.db_table, _kept[model._meta.db_table])
        for sql in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(sql)


def _models() -> list:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def _read(table: str):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            out = io.StringIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', out)
            return out.getvalue()
        cursor.execute(f'SELECT * FROM "{table}"')
        # Below Django's converters: what the file itself holds.
        return cursor.cursor.fetchall() if hasattr(cursor, "cursor") else cursor.fetchall()


def _write(table: str, rows) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(rows))
        elif rows:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
