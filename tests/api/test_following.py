"""Another system that stays in sync: it starts from an export and applies the change feed.

What it does is what docs/api.md tells under “Staying in sync”, and no more. Four processes edit at
random meanwhile; at the end its copy is a fresh export, row for row.
"""

import csv
import io
import json
import os
import subprocess
import sys
import urllib.request
import zipfile

import pytest
from django.db import connection

from sosa_registry.ledger import integrity
from tests.ledger.test_concurrency import address

WRITERS = 4
EACH = {"postgresql": 125, "sqlite": 10}[connection.vendor]

# The tables whose rows list their sources, and what their records are called where they are cited.
CITED_AS = {
    "agreements": "agreement",
    "events": "event",
    "codes_of_conduct": "code",
    "invocations": "invocation",
}

pytestmark = pytest.mark.django_db(transaction=True)


def key_of(table: dict, row: dict) -> tuple[str, str]:
    """The type and key by which the feed calls a row of the package."""
    parts = [row[column] for column in table["schema"]["primaryKey"]]
    if table["name"].endswith("_commitments"):
        return "commitments", "/".join([table["name"].removesuffix("_commitments"), *parts])
    return table["name"], "/".join(part for part in parts if part)


class Follower:
    """A copy of the registry that is kept in sync over HTTP."""

    def __init__(self, registry: str):
        self.registry = registry
        self.tables, rows, self.at = self.export()
        self.records = {
            key_of(table, row): row for table in self.tables for row in rows[table["name"]]
        }
        # The package has the order of a record's sources, not their numbers.
        for row in self.citations(self.at):
            self.records["citations", row["key"]] = row

    def ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.registry + "/api/v1/" + path) as answer:
            return answer.read()

    def export(self) -> tuple[list[dict], dict[str, list[dict]], int]:
        """The package: its tables as described, their rows, and the revision."""
        with zipfile.ZipFile(io.BytesIO(self.ask("exports/registry.zip"))) as package:
            described = json.loads(package.read("datapackage.json"))
            rows = {
                table["name"]: list(
                    csv.DictReader(io.StringIO(package.read(table["path"]).decode(), newline=""))
                )
                for table in described["resources"]
            }
        return described["resources"], rows, described["revision"]

    def citations(self, revision: int) -> list[dict]:
        """Every citation as it stood at a revision."""
        lines = self.ask(f"citations/?known_at={revision}&format=ndjson").splitlines()
        rows = [json.loads(line) for line in lines]
        names = ("subject_kind", "subject", "source", "locator", "position", "note", "key")
        return [{name: str(row[name]) for name in names} for row in rows]

    def catch_up(self) -> int:
        """Apply every revision after the last one seen; how many there were."""
        feed = json.loads(self.ask(f"revisions/?after={self.at}&page_size=500"))["results"]
        for revision in feed:
            assert revision["number"] == self.at + 1, "a gap, or out of order"
            changes = self.changes(revision["number"])
            assert len(changes) == revision["changes"]
            for change in changes:
                self.apply(change)
            self.at = revision["number"]
        return len(feed)

    def changes(self, number: int) -> list[dict]:
        found, page = [], f"revisions/{number}/changes/?page_size=500"
        while page:
            answer = json.loads(self.ask(page))
            found += answer["results"]
            page = answer["next"] and answer["next"].partition("/api/v1/")[2]
        return found

    def apply(self, change: dict) -> None:
        name = change["record_type"], change["key"]
        after = {each["field"]: each["after"] for each in change["fields"]}
        if change["operation"] == "deleted":
            del self.records[name]
        elif change["operation"] == "created":
            assert name not in self.records
            self.records[name] = after
        else:
            for each in change["fields"]:
                assert self.records[name].get(each["field"], "") == each["before"]
            self.records[name] |= after

    def rows(self, table: dict) -> list[dict]:
        """A table of the package, made from the copy."""
        kind, key = table["name"], table["schema"]["primaryKey"][0]
        if kind.endswith("_commitments"):
            owner = kind.removesuffix("_commitments")
            found = [
                row
                for (of, _), row in self.records.items()
                if of == "commitments" and row.get(owner)
            ]
        else:
            found = [row for (of, _), row in self.records.items() if of == kind]
        columns = [field["name"] for field in table["schema"]["fields"]]
        made = [{column: row.get(column, "") for column in columns} for row in found]
        for row in made:
            if "sources" in row:
                row["sources"] = ";".join(self.sources_of(CITED_AS[kind], row[key]))
        return made

    def sources_of(self, kind: str, key: str) -> list[str]:
        cited = [
            (int(row.get("position") or 0), row["source"])
            for (of, _), row in self.records.items()
            if of == "citations" and (row["subject_kind"], row["subject"]) == (kind, key)
            if not row.get("locator")
        ]
        return [source for _, source in sorted(cited)]


def in_order(rows: list[dict]) -> list[tuple]:
    return sorted(tuple(sorted(row.items())) for row in rows)


def test_a_follower_ends_equal_to_a_fresh_export(live_registry):
    follower = Follower(live_registry)
    environment = os.environ | {"DATABASE_URL": address(connection.settings_dict)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.api.feed_writer", f"writer{number}", str(EACH)],
            env=environment,
            stderr=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    begun, meanwhile = follower.at, 0
    while any(writer.poll() is None for writer in writers):
        meanwhile += follower.catch_up() > 0
    failed = [writer.communicate()[1].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS, failed
    while follower.catch_up():
        pass

    assert follower.at - begun == WRITERS * EACH
    assert meanwhile > 10  # it followed while they wrote
    tables, rows, revision = follower.export()
    assert revision == follower.at
    for table in tables:
        if table["name"] != "citations":
            assert in_order(follower.rows(table)) == in_order(rows[table["name"]]), table["name"]
    fresh = {("citations", row["key"]): row for row in follower.citations(revision)}
    copied = {name: row for name, row in follower.records.items() if name[0] == "citations"}
    assert {name: cited(row) for name, row in copied.items()} == {
        name: cited(row) for name, row in fresh.items()
    }
    assert list(integrity.problems()) == []


def cited(row: dict) -> tuple:
    """All that a citation says."""
    names = ("subject_kind", "subject", "source", "locator", "position", "note")
    return tuple(row.get(name, "") for name in names)
