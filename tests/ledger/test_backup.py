"""A backup is everything at one moment; restored, it is proven equal, on either engine."""

import json
import zipfile

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from agreements.models import Agreement, Note, Standing
from partners.models import Country
from sosa_registry.ledger import backup, integrity, triggers
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Head, Revision
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(tmp_path):
    """A registry of everything that there is, and a backup of it."""
    cast.found_world()
    cast.agreement(title="§ 1 “Ünïcode”\n\u2028 and =SUM(A1)")
    cast.event("sosa-xru", "signed", "2011-04")
    country = Country.objects.get(code="XRU")
    country.aliases = "Ruritania Inferior"
    keep(country, actor="ada", reason="An alias", kind=Revision.Kind.CORRECTION)
    cast.account("ada", "editor", password="four plain words here")
    Note.objects.create(page="/countries/XRU/", text="A note")
    path = tmp_path / "registry.backup.zip"
    backup.write(path)
    return path


def empty():
    """As after `migrate`: nothing in it but what migrations make."""
    triggers.remove(connection)
    with transaction.atomic():
        for model in backup.tables():
            backup.models.QuerySet(model)._raw_delete(connection.alias)
    triggers.install(connection)


def manifest_of(path) -> dict:
    with zipfile.ZipFile(path) as packed:
        return json.loads(packed.read("manifest.json"))


def altered(path, name, change):
    """The backup with one of its files changed."""
    other = path.with_name("altered.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, change(content) if entry == name else content)
    return other


def test_what_was_backed_up_is_restored_equal_row_by_row(kept, tmp_path, capsys):
    before = manifest_of(kept)
    empty()
    call_command("restore", kept)
    assert "the chain verifies to revision 4" in capsys.readouterr().out
    again = tmp_path / "again.zip"
    after = backup.write(again)
    for name in ("head", "tables", "migrations"):
        assert after[name] == before[name]
    assert before["tables"]["ledger_version"]["rows"] == 10
    assert list(integrity.problems()) == []


def test_the_restored_registry_goes_on_where_it_was(kept):
    empty()
    backup.restore(kept)
    assert Agreement.objects.get().title == "§ 1 “Ünïcode”\n\u2028 and =SUM(A1)"
    assert Standing.objects.exists()
    assert User.objects.get().check_password("four plain words here")
    assert [group.name for group in User.objects.get().groups.all()] == ["editor"]
    cast.agreement("sosa-dnk", "DNK")
    assert Head.objects.get().number == 5
    cast.account("bob", "reader")
    assert User.objects.count() == 2
    assert list(integrity.problems()) == []


def test_search_finds_what_was_restored(kept, client):
    empty()
    backup.restore(kept)
    found = client.get("/api/v1/search/?q=Ruritania Inferior").json()
    assert "Ruritania" in str(found["results"])


def test_sessions_are_left_out(kept, client):
    with zipfile.ZipFile(kept) as packed:
        left = {"django_session.ndjson", "usersessions_usersession.ndjson"}
        assert left.isdisjoint(packed.namelist())


def test_a_backup_is_of_one_moment_while_writers_go_on(kept, tmp_path, monkeypatch):
    real, wrote = backup.rows, []

    def writing_meanwhile(model):
        yield from real(model)
        if model is Revision and not wrote:
            wrote.append(_write_elsewhere())

    monkeypatch.setattr(backup, "rows", writing_meanwhile)
    told = backup.write(tmp_path / "second.zip")
    assert wrote == [5]
    assert told["head"]["number"] == 4
    assert told["tables"] == manifest_of(kept)["tables"]
    assert Head.objects.get().number == 5


def _write_elsewhere() -> int:
    """A revision by another connection; its number."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE ledger_head SET number = 5 WHERE id = 1")
            cursor.execute("SELECT number FROM ledger_head")
            return cursor.fetchone()[0]
    finally:
        other.close()


def test_a_registry_that_is_not_empty_is_left_as_it_is(kept):
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", kept)
    assert Country.objects.count() == 3


def test_a_backup_of_another_version_is_refused_by_name(kept):
    def of_tomorrow(text):
        told = json.loads(text)
        told["migrations"].append("ledger.9999_tomorrow")
        return json.dumps(told).encode()

    empty()
    with pytest.raises(CommandError, match=r"Only there: ledger\.9999_tomorrow"):
        call_command("restore", altered(kept, "manifest.json", of_tomorrow))


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("partners_country", lambda text: text.replace(b"Denmark", b"Danmark"), "is not equal"),
        ("partners_country", lambda text: text.partition(b"\n")[2], "is not equal"),
        ("ledger_revision", lambda text: text.replace(b"An alias", b"A crown!"), "is not equal"),
        ("ledger_version", lambda text: b"not json\n" + text, "invalid literal"),
    ],
)
def test_a_backup_that_was_changed_restores_nothing(kept, table, change, told):
    empty()
    with pytest.raises(CommandError, match=told):
        call_command("restore", altered(kept, f"{table}.ndjson", change))
    assert not Revision.objects.exists()
    assert not Country.objects.exists()


def test_a_forged_manifest_does_not_get_a_forged_chain_through(kept):
    forged = altered(
        kept, "ledger_revision.ndjson", lambda text: text.replace(b"An alias", b"A crown!")
    )
    with zipfile.ZipFile(forged) as packed:
        rows = packed.read("ledger_revision.ndjson").splitlines()
    digest = backup.Digest()
    for row in rows:
        digest.add(row)

    def agreeing(text):
        told = json.loads(text)
        told["tables"]["ledger_revision"] = digest.told()
        return json.dumps(told).encode()

    again = forged.rename(forged.with_name("forged.zip"))
    empty()
    with pytest.raises(CommandError, match="Revision 4 was changed"):
        call_command("restore", altered(again, "manifest.json", agreeing))
    assert not Revision.objects.exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and no more"])
def test_a_file_that_is_no_backup_is_refused(kept, tmp_path, content):
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    empty()
    with pytest.raises(CommandError, match=r"Nothing was restored\. other\.zip"):
        call_command("restore", path)


def test_a_backup_is_whole_or_not_there(kept, tmp_path, monkeypatch):
    path = tmp_path / "half.zip"
    path.write_bytes(b"the one before")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "line", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", path)
    assert path.read_bytes() == b"the one before"
    assert {p.name for p in tmp_path.iterdir()} == {"half.zip", "registry.backup.zip"}


def test_a_check_restores_in_a_scratch_database_and_leaves_this_one_alone(kept, capsys):
    call_command("restore", kept, check=True)
    assert "In a scratch database:" in capsys.readouterr().out
    assert Country.objects.count() == 3


def test_a_check_tells_what_is_wrong(kept):
    bad = altered(kept, "partners_country.ndjson", lambda text: text.partition(b"\n")[2])
    with pytest.raises(CommandError, match="partners_country is not equal"):
        call_command("restore", bad, check=True)


def test_what_migrations_make_is_named(db):
    made = [m._meta.label for m in backup.tables() if backup.models.QuerySet(m).exists()]
    assert set(made) <= set(backup.MADE_BY_MIGRATIONS)
    assert Group.objects.model._meta.label in backup.MADE_BY_MIGRATIONS
