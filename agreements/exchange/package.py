"""The registry as a Frictionless Data Package: one CSV a table, and a description of them.

Rows come from the versions that stood at a revision, so the state known at any time can be had, and
writers do not disturb it. The files are verbatim (nothing is escaped for spreadsheets) and in a
fixed order: the same state gives the same bytes. They are written while they are read, some rows at
a time, so that memory stays flat.
"""

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from agreements.models import Event
from partners.models import Citation
from sosa_registry.api.formats import chunked
from sosa_registry.ledger.fields import ImpreciseDateField
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin

from .tables import SOURCES, TABLES, Table

CHUNK = 1_000  # rows that are read, looked up and written together
_STAMP = (1980, 1, 1, 0, 0, 0)  # a zip's own clock would change its bytes
LISTING = {table.model.record_kind for table in TABLES if table.has_sources}
TITLE = "The registry of defence-supply agreements"
LICENSE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def write_zip(target, pinned: Pin) -> None:
    """Write the whole package, as known at a revision, to a path or file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, texts in streams(pinned):
            described = zipfile.ZipInfo(name, _STAMP)
            described.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(described, "w") as file:
                for text in texts:
                    file.write(text.encode())


def write_folder(folder: Path, pinned: Pin) -> None:
    """Write the whole package as files of a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, texts in streams(pinned):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(texts)


def files(pinned: Pin) -> Iterator[tuple[str, str]]:
    """Name and text of every file of the package; tables without rows have their header."""
    for name, texts in streams(pinned):
        yield name, "".join(texts)


def streams(pinned: Pin) -> Iterator[tuple[str, Iterator[str]]]:
    """Name of every file of the package, and its text in parts."""
    for table in TABLES:
        yield f"{table.name}.csv", _csv(table, pinned)
    described = describe(pinned.revision)
    yield "datapackage.json", iter([json.dumps(described, indent=1, ensure_ascii=False) + "\n"])


def _csv(table: Table, pinned: Pin) -> Iterator[str]:
    # Not csv.writer: it leaves a carriage return bare, which no reader takes back.
    yield _line(table.columns)
    stood = Version.objects.known_at(pinned.revision).filter(record_type=table.model.record_type)
    states = stood.order_by("key").values_list("state", flat=True).iterator(CHUNK)
    for some in chunked((state for state in states if _is_in(table, state)), CHUNK):
        cited = _cited(table, some, pinned) if table.has_sources else {}
        yield "".join(_line(_row(table, state, cited)) for state in some)


def _is_in(table: Table, state: dict) -> bool:
    """Whether a record has a row in this table."""
    if table.model is Citation:
        return not _listed(state)  # it is in its record's own `sources`
    return not table.only or bool(state[table.only])


def _cited(table: Table, states: list[dict], pinned: Pin) -> dict[str, list[str]]:
    """The documents that each of these records cites as a whole, in order."""
    found = defaultdict(list)
    rows = Citation.ever.known_at(pinned.revision).filter(
        subject_kind=table.model.record_kind,
        subject__in=[state[table.model.key_column] for state in states],
        locator="",
    )
    for subject, source in rows.order_by("position", "source").values_list("subject", "source"):
        found[subject].append(source)
    return found


def _row(table: Table, state: dict, cited: dict[str, list[str]]) -> Iterator[str]:
    for column in table.columns:
        if column == SOURCES:
            yield ";".join(cited.get(state[table.model.key_column], ()))
        else:
            yield _text(state[column])


def _listed(citation: dict) -> bool:
    """Whether the `sources` of the cited record's own row say all that the citation says."""
    return citation["subject_kind"] in LISTING and not (citation["locator"] or citation["note"])


def _text(value) -> str:
    return "" if value is None else str(value)


def _line(cells) -> str:
    return f"{','.join(map(_cell, cells))}\n"


def _cell(text: str) -> str:
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def describe(revision: int | None = None, headers: dict[str, list[str]] | None = None) -> dict:
    """The package's description: every table, its columns, keys and references, the licence.

    `headers` describes a package that holds some tables and columns only, as the shipped one does.
    """
    headers = headers or {table.name: list(table.columns) for table in TABLES}
    described = {
        "profile": "tabular-data-package",
        "name": "defence-supply-agreements",
        "title": TITLE,
        "licenses": [LICENSE],
        "resources": [
            _resource(table, headers[table.name]) for table in TABLES if table.name in headers
        ],
    }
    return described | ({"revision": revision} if revision is not None else {})


def _resource(table: Table, columns: list[str]) -> dict:
    by_model = {other.model: other for other in TABLES if not other.only}
    keys = [
        {
            "fields": [column],
            "reference": {
                "resource": by_model[field.related_model].name,
                "fields": list(by_model[field.related_model].key),
            },
        }
        for column, field in table.fields.items()
        if column in columns and field.remote_field and len(by_model[field.related_model].key) == 1
    ]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(table, column) for column in columns],
            "primaryKey": list(table.key),
            "foreignKeys": keys,
            "missingValues": [""],
        },
    }


def _field(table: Table, column: str) -> dict:
    field = table.fields.get(column)
    made = {"name": column, "type": table.kind_of(column)}
    if field is None:
        return made | {"description": "Sources of the record, separated by ;."}
    made["description"] = str(field.help_text)
    if isinstance(field, ImpreciseDateField):
        made["description"] += " EDTF (ISO 8601-2)."
    constraints = {}
    if column in table.required and not (table.model is Event and column == "id"):
        constraints["required"] = True
    if field.choices:
        constraints["enum"] = [value for value, _ in field.choices]
    return made | ({"constraints": constraints} if constraints else {})
