"""The registry as a Frictionless Data Package: one CSV a table, and a description of them.

Rows come from the versions that stood at a revision, so the state known at any time can be had. The
files are verbatim (nothing is escaped for spreadsheets) and in a fixed order: the same state gives
the same bytes.
"""

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from agreements.models import Event
from partners.models import Citation
from sosa_registry.ledger.fields import ImpreciseDateField
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin

from .tables import SOURCES, TABLES, Table

_STAMP = (1980, 1, 1, 0, 0, 0)  # a zip's own clock would change its bytes
LISTING = {table.model.record_kind for table in TABLES if table.has_sources}
LICENSE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def write_zip(target, pinned: Pin) -> None:
    """Write the whole package, as known at a revision, to a path or file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files(pinned):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED)


def write_folder(folder: Path, pinned: Pin) -> None:
    """Write the whole package as files of a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(pinned):
        (folder / name).write_text(text, encoding="utf-8", newline="")


def files(pinned: Pin) -> Iterator[tuple[str, str]]:
    """Name and text of every file of the package; tables without rows have their header."""
    citations = _states(Citation.record_type, pinned)
    cited = _cited(citations)
    for table in TABLES:
        states = citations if table.model is Citation else _states(table.model.record_type, pinned)
        yield f"{table.name}.csv", _csv(table, _rows(table, states, cited))
    described = describe(pinned.revision)
    yield "datapackage.json", json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _states(record_type: str, pinned: Pin) -> list[dict]:
    stood = Version.objects.known_at(pinned.revision).filter(record_type=record_type)
    return list(stood.order_by("key").values_list("state", flat=True))


def _cited(citations: list[dict]) -> dict[tuple[str, str], list[str]]:
    """The documents each record cites as a whole, in order."""
    found = defaultdict(list)
    for citation in sorted(citations, key=lambda state: (state["position"], state["source"])):
        if not citation["locator"]:
            found[citation["subject_kind"], citation["subject"]].append(citation["source"])
    return found


def _rows(table: Table, states: list[dict], cited: dict) -> Iterator[list[str]]:
    for state in states:
        if table.only and not state[table.only]:
            continue
        if table.model is Citation and _listed(state):
            continue  # it is in its record's own `sources`
        key = state[table.model.key_column] if table.has_sources else ""
        yield [
            ";".join(cited[table.model.record_kind, key])
            if column == SOURCES
            else _text(state[column])
            for column in table.columns
        ]


def _listed(citation: dict) -> bool:
    """Whether the `sources` of the cited record's own row say all that the citation says."""
    return citation["subject_kind"] in LISTING and not (citation["locator"] or citation["note"])


def _text(value) -> str:
    return "" if value is None else str(value)


def _csv(table: Table, rows: Iterator[list[str]]) -> str:
    # Not csv.writer: it leaves a carriage return bare, which no reader takes back.
    return "".join(f"{','.join(map(_cell, row))}\n" for row in [table.columns, *rows])


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
        "title": "The registry of defence-supply agreements",
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
