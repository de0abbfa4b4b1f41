"""A primary and two replicas: where reads go, what lag and loss do, and that nothing is lost.

The tests of this file are one story told in order, on one cluster: each begins with what the one
before left standing. The last takes the primary away for good.
"""

import json
import threading
import time

import pytest

MATRIX = "/api/v1/matrix/?type=sosa&as_of=2021-08-10"
CLIENTS = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    " AND pid <> pg_backend_pid()"
)
CITING = json.dumps({"url": MATRIX}).encode()


def one_revision(site) -> int:
    """Make at least one revision; the newest there is."""
    with site.writing():
        pass
    return site.revision("primary")


def test_reads_go_to_the_replicas_and_none_to_the_primary(site):
    for _ in range(30):
        assert site.ask(MATRIX)[0] == 200
    assert int(site.cluster.sql("replica1", CLIENTS)) >= 1
    assert int(site.cluster.sql("replica2", CLIENTS)) >= 1
    assert site.cluster.sql("primary", CLIENTS) == "0"


def test_an_answer_says_which_revision_it_is_of(site):
    _, headers, body = site.ask(MATRIX)
    assert headers["Registry-Revision"] == str(json.loads(body)["revision"])
    assert f"registry_revision={headers['Registry-Revision']}" in headers["Set-Cookie"]


def test_who_has_seen_a_revision_never_sees_less_however_far_the_replicas_lag(site):
    before = site.revision("primary")
    for name in ("replica1", "replica2"):
        site.cluster.sql(name, "SELECT pg_wal_replay_pause()")
    try:
        newest = one_revision(site)
        assert newest > before
        for _ in range(10):
            assert json.loads(site.ask(MATRIX)[2])["revision"] == before
            assert json.loads(site.ask(MATRIX, seen=newest)[2])["revision"] == newest
    finally:
        for name in ("replica1", "replica2"):
            site.cluster.sql(name, "SELECT pg_wal_replay_resume()")
    site.cluster.wait_for("replica1", "SELECT number FROM ledger_head", str(newest))


@pytest.mark.parametrize("told", ["-1", "9" * 40, "١٢", "x", "1; DROP TABLE"])
def test_a_revision_that_is_no_number_is_as_good_as_none(site, told):
    status, _, _ = site.ask(MATRIX, seen=told.encode().decode("latin-1"))
    assert status == 200


def test_a_replica_is_lost_and_no_reader_notices(site):
    statuses = []
    done = threading.Event()

    def read():
        while not done.is_set():
            statuses.append(site.ask(MATRIX)[0])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    time.sleep(1)
    site.cluster.kill("replica2")
    time.sleep(3)
    done.set()
    for reader in readers:
        reader.join()
    assert statuses
    assert set(statuses) == {200}


def test_the_primary_is_lost_reads_go_on_writes_wait_and_nothing_acknowledged_is_lost(site):
    with site.writing() as written:
        time.sleep(2)
        site.cluster.kill("primary")
        for _ in range(5):
            assert site.ask(MATRIX)[0] == 200
            assert site.ask("/")[0] == 200
        status, headers, body = site.ask("/api/v1/permalinks/", method="POST", body=CITING)
        assert status == 503, body
        assert headers["Content-Type"] == "application/problem+json"
        assert int(headers["Retry-After"]) > 0
        site.cluster.promote("replica1")
        time.sleep(3)
        status, _, body = site.ask("/api/v1/permalinks/", method="POST", body=CITING)
        assert status == 201, body
    acknowledged = [slug for slug in written if slug != "!"]
    assert "!" in written  # it was refused meanwhile …
    assert written[-1] != "!"  # … and went on afterwards
    slugs = ",".join(f"'{slug}'" for slug in acknowledged)
    kept = site.cluster.sql(
        "replica1", f"SELECT count(*) FROM partners_source WHERE slug IN ({slugs})"
    )
    assert int(kept) == len(acknowledged) > 1
    site.manage("verify_ledger")  # fails the test where anything is found


def test_with_every_database_gone_each_door_says_so_at_once(site):
    site.cluster.kill("replica1")
    status, headers, body = site.ask(MATRIX)
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert "Nothing was changed" in json.loads(body)["detail"]
    status, headers, body = site.ask("/")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "Not available for the moment" in body
