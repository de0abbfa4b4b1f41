"""The SQLite file that Datasette serves: the agreements with the countries and types they name."""

import sqlite3
from pathlib import Path

from django.db import connection

from agreements.models import Agreement, AgreementType
from partners.models import Country

TABLES = {AgreementType: "slug", Country: "code", Agreement: "slug"}
REFERS = {"type_id": "agreements_agreementtype(slug)", "partner_id": "partners_country(code)"}


def write(file: Path) -> None:
    """Copy the three tables, with their keys, references and the index of a filter."""
    with sqlite3.connect(file) as target, connection.cursor() as cursor:
        for model, key in TABLES.items():
            table = model._meta.db_table
            names = [each.column for each in model._meta.concrete_fields if each.column != "id"]
            columns = ", ".join(
                f'"{name}" TEXT'
                + (" PRIMARY KEY" if name == key else "")
                + (f" REFERENCES {REFERS[name]}" if name in REFERS else "")
                for name in names
            )
            target.execute(f"CREATE TABLE {table} ({columns})")
            listed = ", ".join(f'"{name}"' for name in names)
            cursor.execute(f"SELECT {listed} FROM {table}")
            marks = ", ".join("?" * len(names))
            while rows := cursor.fetchmany(5_000):
                plain = [[cell if cell is None else str(cell) for cell in row] for row in rows]
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", plain)
        target.execute("CREATE INDEX by_type ON agreements_agreement (type_id)")
        target.execute("ANALYZE")
