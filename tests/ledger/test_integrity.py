"""The ledger proves itself: any row changed by raw SQL is found, and the database refuses first."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from partners.models import Source
from sosa_registry.ledger import integrity, triggers
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_revisions(db):
    for n in range(1, 4):
        keep(cast.source(f"s{n}"), actor="Ada", reason=f"Source {n}")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def tamper(*statements):
    triggers.remove(connection)
    for sql in statements:
        run(sql)
    connection.check_constraints()  # PostgreSQL makes no trigger while keys are to be checked
    triggers.install(connection)


def test_a_whole_ledger_has_no_problem(three_revisions, capsys):
    call_command("verify_ledger")
    assert "3 revisions verified" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_revision SET reason = 'x' WHERE number = 2",
        "DELETE FROM ledger_revision WHERE number = 2",
        "UPDATE ledger_version SET key = 'x' WHERE revision_id = 2",
        "UPDATE ledger_version SET state = '{}' WHERE revision_id = 2",
        "DELETE FROM ledger_version WHERE revision_id = 2",
    ],
)
def test_the_database_refuses_to_rewrite_the_ledger(three_revisions, sql):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(sql)


def test_a_closed_version_cannot_be_closed_again_or_opened(three_revisions):
    record = Source.objects.get(slug="s1")
    record.title = "New"
    keep(record, actor="Ada", reason="Retitled")
    for value in ("9", "NULL"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(f"UPDATE ledger_version SET superseded_by = {value} WHERE revision_id = 1")


def test_the_ways_round_a_trigger_are_closed_too(three_revisions):
    refused = {
        "sqlite": "INSERT OR REPLACE INTO ledger_revision "
        "SELECT * FROM ledger_revision WHERE number = 2",
        "postgresql": "TRUNCATE ledger_version, ledger_revision",
    }[connection.vendor]
    connection.check_constraints()  # PostgreSQL truncates no table that still has keys to check
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(refused)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE ledger_revision SET reason = 'x' WHERE number = 2", "Revision 2"),
        ("UPDATE ledger_revision SET actor = 'x' WHERE number = 2", "Revision 2"),
        ("UPDATE ledger_version SET key = 'x' WHERE revision_id = 2", "Revision 2, version 1"),
        ("DELETE FROM ledger_version WHERE revision_id = 2", "Revision 2"),
        ("UPDATE ledger_head SET number = 2 WHERE id = 1", "The head says revision 2"),
        ("UPDATE partners_source SET title = 'x' WHERE slug = 's2'", "sources s2 differs"),
        ("DELETE FROM partners_source WHERE slug = 's2'", "sources s2 is gone"),
    ],
)
def test_the_first_bad_row_is_named(three_revisions, sql, named):
    tamper(sql)
    assert next(integrity.problems()).startswith(named)
    with pytest.raises(CommandError):
        call_command("verify_ledger")


def test_a_revision_taken_out_whole_is_named(three_revisions):
    tamper(
        "DELETE FROM ledger_version WHERE revision_id = 2",
        "DELETE FROM ledger_revision WHERE number = 2",
    )
    assert next(integrity.problems()).startswith("Revision 2 is missing")


VERSION = "position, record_type, key, operation, state, digest"
INSERTED = {
    "a version more": (
        f"INSERT INTO ledger_version (revision_id, {VERSION}) SELECT revision_id, 2, record_type, "
        "'x', operation, state, digest FROM ledger_version WHERE revision_id = 2",
        "Revision 2, version 2",
    ),
    "a version of an earlier revision": (
        f"INSERT INTO ledger_version (revision_id, {VERSION}, superseded_by) SELECT 3, 2, "
        "record_type, key, operation, state, digest, 3 FROM ledger_version WHERE revision_id = 1",
        "Revision 3",
    ),
    "a revision at the end": (
        "INSERT INTO ledger_revision (number, hash, {revision}) "
        "SELECT 4, 'x', {revision} FROM ledger_revision WHERE number = 3",
        "Revision 4",
    ),
    "a live row": (
        "INSERT INTO partners_source (slug, {live}) "
        "SELECT 'forged', {live} FROM partners_source WHERE slug = 's2'",
        "sources forged",
    ),
}


def columns(model, *but: str) -> str:
    quoted = (connection.ops.quote_name(f.column) for f in model._meta.concrete_fields)
    own = {connection.ops.quote_name(name) for name in (*but, model._meta.pk.column)}
    return ", ".join(name for name in quoted if name not in own)


@pytest.mark.parametrize(("sql", "named"), INSERTED.values(), ids=INSERTED)
def test_whatever_is_inserted_is_named(three_revisions, sql, named):
    told = {"live": columns(Source, "slug"), "revision": columns(Revision, "number", "hash")}
    tamper(sql.format(**told))
    assert next(integrity.problems()).startswith(named)
    with pytest.raises(CommandError):
        call_command("verify_ledger")


def swapped(table: str, column: str, key: str, one: str, other: str) -> str:
    """Two rows that change places in one statement."""
    held = {name: f"(SELECT {column} FROM {table} WHERE {key} = {name})" for name in (one, other)}
    return (
        f"UPDATE {table} SET {column} = CASE {key} WHEN {one} THEN {held[other]} "
        f"ELSE {held[one]} END WHERE {key} IN ({one}, {other})"
    )


@pytest.mark.parametrize("column", ["reason", "at", "previous_hash"])
def test_revisions_that_changed_places_are_named(three_revisions, column):
    tamper(swapped("ledger_revision", column, "number", "2", "3"))
    assert next(integrity.problems()).startswith("Revision 2")


def test_revisions_whose_whole_rows_changed_places_are_named(three_revisions):
    tamper(
        *(
            f"UPDATE {table} SET {column} = {after} WHERE {column} = {before}"
            for before, after in ((2, 99), (3, 2), (99, 3))
            for table, column in (("ledger_version", "revision_id"), ("ledger_revision", "number"))
        )
    )
    assert next(integrity.problems()).startswith("Revision 2")


def test_versions_of_one_revision_that_changed_places_are_named(db):
    with cast.revision(actor="Ada", reason="Two at once"):
        for slug in ("one", "two"):
            cast.source(slug).save()
    for column in ("state", "digest"):
        tamper(swapped("ledger_version", column, "position", "1", "2"))
    assert next(integrity.problems()).startswith("Revision 1")


def test_a_missing_trigger_is_named(three_revisions):
    triggers.remove(connection)
    found = list(integrity.problems())
    assert all("Trigger" in problem for problem in found)
    assert len(found) == len(triggers.missing(connection)) > 3


def test_standing_changed_behind_its_events_is_named(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    run("UPDATE agreements_standing SET status = 'in_force'")
    assert list(integrity.problems()) == ["The standing of sosa-xru is not what its events say."]


def test_events_that_contradict_one_another_are_named_not_a_crash(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    run("UPDATE agreements_event SET event = 'resumed'")
    told = list(integrity.problems())
    assert any("nothing was suspended before it" in sentence for sentence in told)
