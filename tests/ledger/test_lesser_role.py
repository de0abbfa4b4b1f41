"""On PostgreSQL the application runs as a lesser role, which can only add to the ledger.

On SQLite there are no roles; there the command says so, and the triggers are all there is.
"""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from sosa_registry.ledger import triggers
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.erasing import erase_person
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = [
    "UPDATE ledger_revision SET reason = 'x'",
    "DELETE FROM ledger_revision",
    "UPDATE ledger_version SET key = 'x'",
    "DELETE FROM ledger_version",
    "DELETE FROM ledger_permalink",
    "TRUNCATE ledger_version",
    "DROP TRIGGER ledger_revision_no_update ON ledger_revision",
    "ALTER TABLE ledger_revision DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_revision ADD COLUMN x int",
    "DROP TABLE ledger_revision",
    "CREATE TABLE mine (x int)",
    "DELETE FROM django_migrations",
    "SET session_replication_role = replica",
]


def run(*statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.fixture
def lesser(db):
    """Working as the lesser role until the test ends; None on SQLite."""
    keep(cast.source("s1"), actor="Ada", reason="Source")
    if connection.vendor != "postgresql":
        yield None
        return
    run("DROP ROLE IF EXISTS registry_app", "CREATE ROLE registry_app")
    call_command("grant_role", "registry_app")
    run("SET ROLE registry_app")
    yield "registry_app"
    run("RESET ROLE", "DROP OWNED BY registry_app", "DROP ROLE registry_app")


def test_the_role_can_do_what_the_application_does(lesser):
    keep(cast.source("s2"), actor="Ada", reason="Another")
    record = cast.Source.objects.get(slug="s1")
    record.title = "New"
    keep(record, actor="Ada", reason="Retitled")
    cast.account("bob", "reader")


def test_the_role_can_erase_a_name(lesser):
    erase_person("Ada", actor="chief", reason="Asked for")
    assert not Revision.objects.filter(actor="Ada").exists()


@pytest.mark.parametrize("sql", REFUSED)
def test_the_database_refuses_the_role_whatever_rewrites_history(lesser, sql):
    if lesser is None:
        with pytest.raises(CommandError, match="SQLite has no roles"):
            call_command("grant_role", "registry_app")
        return
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(sql)


def test_the_triggers_are_there_under_the_role_too(lesser):
    assert triggers.missing(connection) == []
