"""Killed with SIGKILL at random moments: whole revisions only, and none that was told is lost.

Each round waits until one kind of work has begun, in turn, and kills within the time that it last
took; so each is hit in its midst, which is counted. `make test` has few rounds; `make crash` sets
CRASH_ROUNDS, and its figures are in docs/reliability.md.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django_tasks_db.models import DBTaskResult

from agreements.models import ImportJob
from partners.models import Source
from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Proposal, Revision
from tests import cast
from tests.crash.writer import EACH
from tests.ledger.test_concurrency import address

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "6"))
MIGRATIONS = max(1, ROUNDS // 10)
ROOT = Path(__file__).resolve().parents[2]
MOST = 3  # how often the work of a round has begun before the end
AT_FIRST = 0.2  # seconds that a kind of work takes, as long as it has not been seen
HIT = ("approval", "import", "applied", "batch")
DONE = {*HIT, "confirmed"}
AT_REST = ("previewed", "unchanged", "refused", "applied", "failed")
KINDS = ("imports", "batches", "approvals", "uploads", "worker")

pytestmark = pytest.mark.django_db(transaction=True)


class Crew:
    """The processes that are sent to work and killed."""

    def __init__(self, process: subprocess.Popen):
        self.process, self.told = process, defaultdict(set)
        self.begun: dict[tuple[str, int], float] = {}  # what is in its midst, since when
        self.took: dict[str, float] = {}  # seconds, by kind

    def send(self, *order) -> list[int]:
        """Give an order; the processes that obey it."""
        print(*order, file=self.process.stdin, flush=True)
        return [int(pid) for pid in self.heard_until("pids")]

    def heard_until(self, word: str) -> list[str]:
        """Remember what is told until that word; what it came with."""
        while True:
            first, *rest = self.heard()
            if first == word:
                return rest

    def heard(self) -> list[str]:
        """One more line."""
        line = self.process.stdout.readline()
        assert line, "The crew is gone."
        first, *rest = line.split()
        assert first != "fault", line
        if first == "begun":
            self.begun[rest[0], int(rest[1])] = time.monotonic()
        elif first not in ("pids", "ended"):
            self.told[first].add(int(rest[0]))
            if since := self.begun.pop((first, int(rest[0])), None):
                self.took[first] = time.monotonic() - since
        return [first, *rest]

    def is_at(self, kind: str) -> float:
        """Wait until that work has begun; the seconds that it takes."""
        while self.heard()[:2] != ["begun", kind]:
            pass
        return self.took.get(kind, AT_FIRST)

    def killed(self, pids: list[int], seconds: float) -> list[str]:
        """Kill them after so many seconds; how they ended."""
        time.sleep(seconds)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return self.heard_until("ended")

    def was_at(self) -> set[str]:
        """What kinds of work were in their midst when they were killed."""
        hit = {kind for kind, _ in self.begun}
        self.begun.clear()
        return hit

    def done(self, *order) -> None:
        """Let them finish, which they must."""
        self.send(*order)
        assert self.heard_until("ended") == ["0"]


@contextmanager
def crew(**environment: str):
    """A crew on this test's database; connections are let go, for databases are copied."""
    own = {"DATABASE_URL": address(connection.settings_dict)}
    own["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.writer"],
        cwd=ROOT,
        env=os.environ | own | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Crew(process)
            process.stdin.close()
        except BaseException:  # its children would go on, and the test wait for them
            os.killpg(process.pid, signal.SIGKILL)
            raise


def token(name: str, role: str) -> str:
    account = cast.account(name, role)
    return tokens.make(
        Token(owner=account, name="tests", scope=Token.Scope.ALL, days=2), actor=account
    )


def whole_and_nothing_lost(told: dict[str, set[int]]) -> None:
    """Hold the registry to it."""
    assert list(integrity.problems()) == []
    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(Revision.objects.values_list("changes", flat=True)) <= {EACH}
    keys = Source.objects.values_list("slug", flat=True)
    there = Counter(key.rpartition("-")[0] for key in keys)
    assert set(there.values()) <= {EACH}
    for kind in ("import", "batch", "approval"):
        assert not [number for number in told.get(kind, ()) if f"{kind}-{number}" not in there]
    approved = Proposal.objects.filter(status="approved").count()
    assert approved == sum(1 for what in there if what.startswith("approval-"))
    applied = ImportJob.objects.filter(state=ImportJob.State.APPLIED)
    uploaded = {what for what in there if what.startswith("upload-")}
    assert uploaded == set(applied.values_list("reason", flat=True))
    assert applied.count() == len(uploaded)
    waiting = set(ImportJob.objects.exclude(state__in=AT_REST).values_list("pk", flat=True))
    left = DBTaskResult.objects.exclude(status="SUCCESSFUL").values_list("args_kwargs", flat=True)
    assert waiting <= {said["args"][0] for said in left}  # nothing waits for nobody


def test_killed_while_importing_approving_and_writing_batches():
    chance = random.Random(1815)
    secrets = {
        "TOKEN_author": token("author", "editor"),
        "TOKEN_approver": token("bert", "approver"),
    }
    hits = Counter()
    with crew(**secrets) as team:
        for number in range(ROUNDS):
            pids = team.send("work", number * 10_000, *KINDS)
            for _ in range(chance.randrange(MOST) + 1):
                takes = team.is_at(HIT[number % len(HIT)])
            while number == ROUNDS - 1 and not set(team.told) >= DONE:
                team.heard()
            team.killed(pids, chance.uniform(0, takes))
            hits.update(team.was_at())
            connections.close_all()
            whole_and_nothing_lost(team.told)
        team.done("work", 0, "worker-once")  # what was left is taken up …
    whole_and_nothing_lost(team.told)
    confirmed = {f"upload-{number}" for number in team.told["confirmed"]}
    left = ImportJob.objects.filter(reason__in=confirmed).exclude(state=ImportJob.State.APPLIED)
    assert not left  # … and what was confirmed is done, once
    counts = {kind: len(numbers) for kind, numbers in team.told.items()}
    print(f"{ROUNDS} rounds, {Revision.objects.count()} revisions, told {counts}, none lost")
    print(f"Rounds that found it in its midst: {dict(hits)}")
    assert set(counts) == DONE


@contextmanager
def empty_database(folder: Path, number: int):
    """A new database by name; gone at the end."""
    if connection.vendor == "sqlite":
        yield str(folder / f"{number}.sqlite3")
        return
    name = f"to_be_migrated_{number}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_killed_while_migrating_the_next_migration_goes_on(tmp_path):
    """Each migration is whole or not there, and the next run finishes."""
    chance, hits = random.Random(1843), 0
    with crew() as team:
        for number in range(MIGRATIONS):
            with empty_database(tmp_path, number) as name:
                for _ in range(2):
                    ends = team.killed(team.send("migrate", name), chance.uniform(0.1, 4))
                    hits += ends == [str(-signal.SIGKILL)]
                team.done("migrate", name)
                team.done("verify", name)
    print(f"{2 * MIGRATIONS} migrations, {hits} killed in their midst, {MIGRATIONS} finished")


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
    assert answers[-1].status_code == 507
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
