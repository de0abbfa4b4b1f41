"""SQLite knows how its rows are spread, also of an index that a migration brings later."""

import pytest
from django.db import ConnectionHandler

pytestmark = pytest.mark.django_db  # its own file, but pytest holds all connections


@pytest.fixture
def database(tmp_path):
    """A file of its own, with a table of two rows and one index."""
    engine = {"ENGINE": "sosa_registry.sqlite3", "NAME": str(tmp_path / "registry.sqlite3")}
    made = ConnectionHandler({"default": engine})["default"]
    with made.schema_editor() as editor:
        editor.execute("CREATE TABLE standing (agreement text, status text)")
        editor.execute("CREATE INDEX of_agreement ON standing (agreement)")
        editor.execute("INSERT INTO standing VALUES ('sosa-nor', 'ended'), ('sosa-ita', 'ended')")
    yield made
    made.close()


def counted(database) -> set[str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT idx FROM sqlite_stat1")
        return {name for (name,) in cursor.fetchall()}


def test_an_index_that_comes_later_is_counted_beside_the_others(database):
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    with database.schema_editor() as editor:
        editor.execute("CREATE INDEX of_status ON standing (status)")
    assert counted(database) == {"of_agreement", "of_status"}


def test_nothing_is_counted_where_nothing_was(database):
    with database.schema_editor() as editor:
        editor.execute("CREATE INDEX of_status ON standing (status)")
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")
        assert cursor.fetchone() == (0,)
