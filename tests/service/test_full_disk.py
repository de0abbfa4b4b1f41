"""A disk without room, on either engine: a clear refusal, nothing half-written, then on again.

The disk is a small one in memory, filled to the brim; mounting it needs root.
"""

import contextlib
import os
import secrets
import subprocess
import tempfile
from pathlib import Path

import psycopg2
import pytest

from tests.service.deployed import deployed

EACH = 5
FREE = 400 * 1024  # bytes left


@contextlib.contextmanager
def disk_of(megabytes: int):
    """An empty file system of that size, for whoever runs PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="sosa-registry-disk-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        size = f"size={megabytes}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def small_disk():
    """One of 64 MB."""
    with disk_of(64) as place:
        yield place


@contextlib.contextmanager
def filled(disk):
    """Hardly any room on it, until the block ends."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    with ballast.open("wb") as written:
        os.posix_fallocate(written.fileno(), 0, free.f_bavail * free.f_bsize - FREE)
    yield
    ballast.unlink()


def batch(number: int) -> list[dict]:
    """Sources that take room whatever the database does to make them small."""
    usual = {"publisher": "Gazette", "kind": "government page", "tier": "primary"}
    return [
        {
            "op": "create",
            "resource": "sources",
            "data": {
                "source": f"batch-{number}-{place}",
                "title": "Notice",
                "note": secrets.token_hex(8_000),
                **usual,
            },
        }
        for place in range(EACH)
    ]


def fills_up_and_goes_on(site, disk) -> None:
    """Write until refused; then read, write nothing by halves, and write again."""
    client, told, since = site.client("erika"), {}, site.revision()

    def write(number: int):
        answer = client.ask("/api/v1/batch/", "POST", {"operations": batch(number)})
        if answer.status == 200:
            told[f"batch-{number}"] = answer.json()["revision"]
        return answer

    assert write(0).status == 200
    with filled(disk):
        refused = next(one for one in map(write, range(1, 200)) if one.status != 200)
        assert refused.status == 507
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        assert "disk of the registry’s database is full" in refused.json()["detail"]
        assert client.ask("/api/v1/agreements/").status == 200
        assert site.client().ask("/sources/").status == 200
    assert write(200).status == 200
    assert site.contradictions(since, told) == []


def test_sqlite_says_so_and_goes_on_once_there_is_room(small_disk, tmp_path):
    url = f"sqlite:///{small_disk}/registry.sqlite3"
    with deployed(url, tmp_path / "figures") as site:
        fills_up_and_goes_on(site, small_disk)


@pytest.fixture
def versions_on(small_disk, postgres):
    """The ledger's versions on the small disk, the rest where it was."""
    os.chown(small_disk, postgres.identity.get("user", -1), postgres.identity.get("group", -1))
    connection = psycopg2.connect(postgres.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        cursor.execute("ALTER TABLE ledger_version SET TABLESPACE small")
        yield small_disk
        cursor.execute("ALTER TABLE ledger_version SET TABLESPACE pg_default")
        cursor.execute("DROP TABLESPACE small")
    connection.close()


def test_postgresql_says_so_and_goes_on_once_there_is_room(versions_on, site):
    fills_up_and_goes_on(site, versions_on)
