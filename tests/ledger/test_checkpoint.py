"""A signed checkpoint, verified offline against a backup: whatever was done to the ledger shows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from partners.models import Source
from sosa_registry.ledger import backup, chain, checkpoint, triggers
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

VERIFIER = Path(__file__).resolve().parents[2] / "deploy" / "verify_checkpoint.py"


@pytest.fixture(autouse=True)
def own_key(tmp_path, settings):
    settings.CHECKPOINT_KEY = str(tmp_path / "keys" / "private.pem")


@pytest.fixture
def signed(tmp_path, own_key):
    """Four revisions, and what was signed of them."""
    for number in range(1, 5):
        keep(cast.source(f"s{number}", title=f"“Tïtle” {number}"), actor="Ada", reason="§ Source")
    (tmp_path / "public.pem").write_text(checkpoint.public_key())
    (tmp_path / "checkpoint.json").write_text(json.dumps(checkpoint.signed()))
    return tmp_path


def run(*statements):
    triggers.remove(connection)
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
    triggers.install(connection)


def verify(folder: Path) -> tuple[int, str]:
    """The verdict on a backup taken now, by a process that knows nothing of the registry."""
    backup.write(folder / "backup.zip")
    files = [folder / name for name in ("public.pem", "checkpoint.json", "backup.zip")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, VERIFIER, *files],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_whole_ledger_is_whole_and_stays_so_as_it_grows(signed):
    assert verify(signed)[0] == 0
    keep(cast.source("s5"), actor="Ada", reason="Later")
    status, told = verify(signed)
    assert (status, told[:19]) == (0, "Whole: 5 revisions,")
    assert "revision 4 as signed" in told


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["UPDATE ledger_revision SET reason = 'x' WHERE number = 2"], "Revision 2 was changed"),
        (["UPDATE ledger_version SET key = 'x' WHERE revision_id = 2"], "Revision 2, version 1"),
        (["UPDATE ledger_version SET operation = 'deleted' WHERE revision_id = 3"], "Revision 3"),
        (["UPDATE ledger_version SET position = 2 WHERE revision_id = 3"], "Revision 3 does not"),
        (["DELETE FROM ledger_version WHERE revision_id = 2"], "Revision 2 does not have"),
        (
            [
                "DELETE FROM ledger_version WHERE revision_id = 2",
                "DELETE FROM ledger_revision WHERE number = 2",
            ],
            "Revision 2 is missing",
        ),
        (
            [
                "INSERT INTO ledger_version (revision_id, position, record_type, key, operation, "
                "state, digest) SELECT revision_id, 2, record_type, 'x', operation, state, digest "
                "FROM ledger_version WHERE revision_id = 2"
            ],
            "Revision 2, version 2",
        ),
        (
            [
                "UPDATE ledger_version SET revision_id = 3, position = 2 WHERE revision_id = 2",
            ],
            "Revision 2 does not have",
        ),
        (
            [
                "DELETE FROM ledger_version WHERE revision_id = 4",
                "DELETE FROM ledger_revision WHERE number = 4",
                "UPDATE ledger_head SET number = 3, hash = "
                "(SELECT hash FROM ledger_revision WHERE number = 3)",
            ],
            "The tail was cut off: revision 4 was signed, 3 is last",
        ),
    ],
)
def test_whatever_was_done_to_the_rows_is_named(signed, statements, named):
    run(*statements)
    status, told = verify(signed)
    assert status == 1
    assert named in told


def test_revisions_put_in_another_order_are_named(signed):
    two, three = (Revision.objects.get(number=number) for number in (2, 3))
    run(
        f"UPDATE ledger_revision SET reason = 'x', hash = 'y' WHERE number = {two.number}",
        f"UPDATE ledger_revision SET hash = '{two.hash}', at = '{two.at:%Y-%m-%d %H:%M:%S.%f}' "
        f"WHERE number = {three.number}",
    )
    assert verify(signed)[0] == 1


def test_a_chain_made_anew_verifies_by_itself_but_not_against_what_was_signed(signed):
    triggers.remove(connection)
    previous = Revision.objects.get(number=3).hash
    last = Revision.objects.get(number=4)
    digests = list(last.versions.values_list("digest", flat=True))
    last.reason = "A better story"
    last.hash = chain.revision_hash(last, digests)
    last.save()
    triggers.install(connection)
    assert last.previous_hash == previous
    assert verify(signed) == (
        1,
        "NOT WHOLE. Revision 4 is not the one signed: the chain was made anew.\n",
    )


@pytest.mark.parametrize("name", ["revision", "hash", "signed_at", "registry"])
def test_a_checkpoint_that_was_changed_is_refused(signed, name):
    path = signed / "checkpoint.json"
    told = json.loads(path.read_text())
    told[name] = told[name] - 1 if name == "revision" else told[name][::-1]
    path.write_text(json.dumps(told))
    assert "was not signed with this key" in verify(signed)[1]


def test_a_checkpoint_signed_with_another_key_is_refused(signed, settings, tmp_path):
    settings.CHECKPOINT_KEY = str(tmp_path / "another.pem")
    (signed / "checkpoint.json").write_text(json.dumps(checkpoint.signed()))
    assert verify(signed)[0] == 1


@pytest.mark.parametrize("name", ["public.pem", "checkpoint.json"])
def test_what_cannot_be_read_is_no_verdict(signed, name):
    (signed / name).write_text("not this")
    assert verify(signed)[0] == 2


def test_the_commands_print_the_two_halves(signed, capsys, settings):
    call_command("sign_checkpoint")
    assert json.loads(capsys.readouterr().out)["revision"] == 4
    call_command("sign_checkpoint", public_key=True)
    assert capsys.readouterr().out.startswith("-----BEGIN PUBLIC KEY-----")
    assert Path(settings.CHECKPOINT_KEY).stat().st_mode & 0o077 == 0


def test_an_empty_ledger_cannot_be_signed(db):
    assert not Source.objects.exists()
    with pytest.raises(CommandError, match="no revision"):
        call_command("sign_checkpoint")
