"""The shipped dataset is all there, as it was given, and says what it should."""

import csv
import hashlib
import json
from datetime import date

import pytest

from agreements.analysis.matrix import matrix
from agreements.exchange import package
from agreements.rules import check
from tests.snapshot import FIXTURES

MANIFEST = json.loads((FIXTURES / "manifest.json").read_text())["tables"]


def rows(text: str) -> list[dict]:
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_the_manifest_names_every_table():
    assert {file.stem for file in FIXTURES.glob("*.csv")} == set(MANIFEST)


@pytest.mark.parametrize("table", MANIFEST)
def test_a_shipped_file_is_the_one_that_was_given(table):
    content = (FIXTURES / f"{table}.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() == MANIFEST[table]["sha256"]
    assert len(rows(content.decode())) == MANIFEST[table]["rows"]


def test_nothing_of_the_dataset_is_lost_and_nothing_invented(registry):
    exported = dict(package.files(registry))
    for table in MANIFEST:
        given = rows((FIXTURES / f"{table}.csv").read_text(encoding="utf-8"))
        columns = list(given[0])
        kept = [tuple(row[c] for c in columns) for row in rows(exported[f"{table}.csv"])]
        wanted = [tuple(row[c] for c in columns) for row in given]
        if table == "countries":
            kept = [row for row in kept if row in set(wanted)]
        assert sorted(kept) == sorted(wanted), table


def in_force(registry, day, kind, certainty="certain"):
    found = matrix(registry, date.fromisoformat(day), types=[kind])
    return {
        row.country
        for row in found.rows
        if (cell := row.cells.get(kind))
        and (cell.status, cell.certainty) == ("in_force", certainty)
    }


@pytest.mark.parametrize(
    ("day", "kind", "countries"),
    [
        ("2021-08-10", "sosa", "AUS FIN GBR ITA NLD NOR ESP SWE"),
        ("2016-12-22", "ntib", "CAN"),
        ("2016-12-23", "ntib", "AUS CAN GBR"),
        ("2022-12-22", "ntib", "AUS CAN GBR"),
        ("2022-12-23", "ntib", "AUS CAN GBR NZL"),
    ],
)
def test_who_had_what_on_a_day(registry, day, kind, countries):
    assert in_force(registry, day, kind) == set(countries.split())


@pytest.mark.parametrize(
    ("day", "status", "certainty"),
    [
        ("2023-01-10", "proposed", "certain"),
        ("2023-01-11", "in_force", "possible"),
        ("2023-01-13", "in_force", "certain"),
    ],
)
def test_japan_signed_on_one_of_two_days(registry, day, status, certainty):
    found = matrix(registry, date.fromisoformat(day), types=["sosa"])
    cell = next(row for row in found.rows if row.country == "JPN").cells["sosa"]
    assert (cell.status, cell.certainty) == (status, certainty)


@pytest.mark.parametrize(("day", "status"), [("2016-10-01", "signed"), ("2016-12-22", "in_force")])
def test_estonia_was_listed_three_months_after_signing(registry, day, status):
    found = matrix(registry, date.fromisoformat(day), types=["rdp-mou"])
    cell = next(row for row in found.rows if row.country == "EST").cells["rdp-mou"]
    assert (cell.status, cell.certainty) == (status, "certain")


def test_the_shipped_dataset_breaks_no_rule_and_its_warnings_are_true(registry):
    found = check()
    assert {(one.rule, one.key) for one in found} == {
        ("one-of-a-type", "rdp-fin"),
        ("one-of-a-type", "rdp-gbr"),
    }
