"""PostgreSQL without room for its write-ahead log stops itself: nothing that was told is lost.

To the registry that is a database that is gone, until somebody gives it room and starts it again.
The log is on a small disk in memory, filled to the brim; mounting it needs root.
"""

import contextlib
import os
import shutil
import tempfile
from http.client import HTTPException
from pathlib import Path

import psycopg2
import pytest
from postgres import DURABLE, PrivateServer

from tests.service.deployed import deployed
from tests.service.test_full_disk import batch, disk_of, filled

SETTINGS = DURABLE | {"min_wal_size": "32MB", "max_wal_size": "64MB"}
MOST = 300  # tries; each begins another 16 MB of log, of which 160 MB hold ten


@pytest.fixture
def wal_disk():
    """Where the log goes."""
    with disk_of(160) as place:
        yield place


@pytest.fixture
def server(wal_disk):
    """A server whose log is on it."""
    place = Path(tempfile.mkdtemp(prefix="sosa-registry-postgres-"))
    running = PrivateServer(place, SETTINGS)
    try:
        log, target = place / "data" / "pg_wal", wal_disk / "wal"
        shutil.move(log, target)
        log.symlink_to(target)
        owner = (running.identity.get("user", -1), running.identity.get("group", -1))
        for path in (target, *target.rglob("*")):
            os.chown(path, *owner)
        running.start()
        running.create_database()
        yield running
    finally:
        running.stop()
        shutil.rmtree(place, ignore_errors=True)


def next_file_of_the_log(server) -> None:
    """Begin another; what is in the way of that is the matter of the test."""
    with contextlib.suppress(psycopg2.Error):
        connection = psycopg2.connect(server.url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_switch_wal()")
        finally:
            connection.close()


def written_until_it_stops(site, server, told, unsaid) -> None:
    """Write, each batch into a file of the log of its own, until there is no server any more."""
    for number in range(MOST):
        if server.process.poll() is not None:
            return
        name = f"batch-{number}"
        try:
            said = {"operations": batch(number)}
            answer = site.client("erika").ask("/api/v1/batch/", "POST", said)
        except (OSError, HTTPException):
            unsaid.add(name)
            continue
        if answer.status == 200:
            told[name] = answer.json()["revision"]
        else:
            unsaid.add(name)
            assert answer.status in (503, 507), answer.body
            assert answer.headers["Content-Type"] == "application/problem+json"
        next_file_of_the_log(server)
    raise AssertionError("PostgreSQL did not stop.")


def test_what_was_told_is_there_once_it_has_room_and_is_started(server, wal_disk, tmp_path):
    with deployed(server.url, tmp_path / "figures", "--max-requests", "0") as site:
        before, since = site.workers(), site.revision()
        told, unsaid = {}, set()
        with filled(wal_disk):
            written_until_it_stops(site, server, told, unsaid)
            for path, status in (("/healthz", 200), ("/readyz", 503), ("/api/v1/events/", 503)):
                assert site.client(address="127.0.0.2").ask(path).status == status
            page = site.client(address="127.0.0.3").ask("/sources/")
            assert b"database does not answer" in page.body
            refused = site.client("erika").ask("/api/v1/batch/", "POST", {"operations": batch(999)})
            assert refused.status == 503
            assert refused.headers["Content-Type"] == "application/problem+json"
        server.start()
        site.wait_until_ready()
        last = site.client("erika").ask("/api/v1/batch/", "POST", {"operations": batch(1000)})
        assert last.status == 200
        told["batch-1000"] = last.json()["revision"]
        assert site.contradictions(since, told, unsaid) == []
        assert site.workers() == before
