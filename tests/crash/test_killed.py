"""Killed with SIGKILL at random moments: whole revisions only, and none that was told is lost.

`make test` has few rounds; `make crash` sets CRASH_ROUNDS, and its figures are in
docs/reliability.md.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections

from partners.models import Source
from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Proposal, Revision, Version
from tests import cast
from tests.crash.writer import EACH
from tests.ledger.test_concurrency import address

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1.5  # seconds at work before the end

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(db):
    """The processes' environment: this test's database."""
    cast.account("author", "editor")
    cast.account("approver", "approver")
    return os.environ | {
        "DATABASE_URL": address(connection.settings_dict),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def killed_at_work(environment, names, begin: int, seconds: float) -> list[tuple[str, int]]:
    """Let writers work for so long, then kill them; what each had told by then."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.writer", name, str(begin)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdout.readline().strip() == "at work"
    time.sleep(seconds)
    assert [writer.poll() for writer in writers] == [None] * len(names)  # at work to the end
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
    told = []
    for name, writer in zip(names, writers, strict=True):
        for line in writer.communicate()[0].splitlines():
            if len(line.split()) == 2:  # the last line may be half: it was never told
                did, number = line.split()
                told.append((f"{did.removeprefix('by_')}-{name}-{number}", EACH))
    return told


def whole_and_nothing_lost(told: dict[str, int]) -> None:
    """Hold the registry to it."""
    assert list(integrity.problems()) == []
    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    sizes = set(Revision.objects.exclude(actor="founder").values_list("changes", flat=True))
    assert sizes <= {EACH}
    keys = Source.objects.values_list("slug", flat=True)
    there = Counter(key.rpartition("-")[0] for key in keys)
    assert set(there.values()) <= {EACH}
    assert not {what: count for what, count in told.items() if there[what] != count}
    approved = Proposal.objects.filter(status="approved").count()
    by_approval = sum(1 for what in there if what.startswith("approval-"))
    assert approved == by_approval


def test_killed_while_importing_approving_and_writing_batches(environment):
    chance, told, begin = random.Random(1815), {}, 0
    for _ in range(ROUNDS):
        seconds = chance.uniform(0, LONGEST)
        told |= dict(killed_at_work(environment, ("one", "two"), begin, seconds))
        connections.close_all()
        whole_and_nothing_lost(told)
        begin += 10_000
    assert Version.objects.count() >= EACH
    print(f"{ROUNDS} rounds, {Revision.objects.count()} revisions, {len(told)} told, none lost")


def test_killed_while_migrating_the_next_migration_goes_on(tmp_path):
    """On a new SQLite file: each migration is whole or not there, and the next run finishes."""
    chance = random.Random(1843)
    for number in range(max(1, ROUNDS // 10)):
        file = tmp_path / f"{number}.sqlite3"
        own = os.environ | {"DATABASE_URL": f"sqlite:///{file}"}
        command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
        first = subprocess.Popen(command, cwd=ROOT, env=own)
        time.sleep(chance.uniform(0.5, 4))
        first.kill()
        first.wait()
        again = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True)
        assert again.returncode == 0, again.stderr
        verified = [sys.executable, "-m", "django", "verify_ledger"]
        done = subprocess.run(verified, cwd=ROOT, env=own, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_disk_that_is_full_is_said_clearly_and_nothing_is_half_written(world, client):
    """SQLite refuses pages beyond a quota as it does when the disk is full; see the last line."""
    if connection.vendor != "sqlite":
        _full_on_postgresql()
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is left free by the tests before
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        before = Revision.objects.count()
        client.raise_request_exception = False
        answers = [_report(client, number) for number in range(60)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert answers[-1].status_code == 503
    assert "Retry-After" in answers[-1].headers
    assert Revision.objects.count() == before
    assert list(integrity.problems()) == []
    call_command("verify_ledger")


def _report(client, number):
    # Addresses differ, for one may report ten times an hour.
    told = {"page": "/countries/XRU/", "text": "x" * 1900, "contact": ""}
    return client.post("/report/", told, REMOTE_ADDR=f"192.0.2.{number}")


def _full_on_postgresql():
    """A server that says its disk is full (53100) inside a revision: nothing of it stays."""
    before = Revision.objects.count()
    with pytest.raises(Exception, match="no room"), cast.revision(actor="x", reason="y"):
        cast.source("half").save()
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE='53100'; END $$")
    assert not Source.objects.filter(slug="half").exists()
    assert Revision.objects.count() == before
    assert list(integrity.problems()) == []
