"""Readers and writers for a while, the database taken away twice meanwhile: nothing is lost.

`make test` has seconds of it, `make soak` the half-hour whose figures are in docs/reliability.md:
SOAK_MINUTES says how long. Every fault is listed, and none is allowed.
"""

import os
import time
from pathlib import Path
from signal import SIGINT, SIGQUIT

from tests.service.deployed import PATIENCE
from tests.service.load import Load

MINUTES = float(os.environ.get("SOAK_MINUTES", "0.1"))
IS_LONG = MINUTES >= 10
STOPPED = 30 if IS_LONG else 3  # seconds without a database
ACKNOWLEDGED = 10  # writes at least, in each stretch between two stops
EVERYTHING = {200, 304, 412, 429, "stale, refused", "batch", "approval"}
GROWTH = 1.10  # of a worker's memory in the second half, over what the first half came to


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line[:6] == "VmRSS:") / 1024


def working(site, load, seconds: float, samples: dict[int, list[float]]) -> None:
    """Let time pass, and work be done, looking at the workers' memory now and then."""
    ends, enough = time.monotonic() + seconds, len(load.told) + ACKNOWLEDGED
    gives_up = ends + 3 * PATIENCE
    while time.monotonic() < ends or len(load.told) < enough or not load.seen() >= EVERYTHING:
        assert time.monotonic() < gives_up, (load.faults, load.counted, len(load.told))
        time.sleep(1)
        for pid in site.workers():
            samples.setdefault(pid, []).append(megabytes(pid))


def stopped_and_started(site, postgres, number, seconds: float) -> None:
    """The database is gone for a while; each door says so, and says when it is back."""
    postgres.stop(number)
    for path, status in (("/healthz", 200), ("/readyz", 503), ("/api/v1/matrix/", 503)):
        assert site.client(patience=15).ask(path).status == status
    time.sleep(seconds)
    postgres.start()


def test_nothing_is_lost_under_load_while_the_database_comes_and_goes(site, postgres):
    before, since = site.workers(), site.revision()
    samples: dict[int, list[float]] = {}
    with Load(site).at_work() as load:
        working(site, load, MINUTES * 60 * 0.5, samples)
        with load.outage():
            stopped_and_started(site, postgres, SIGINT, STOPPED)
        working(site, load, MINUTES * 60 * 0.25, samples)
        with load.outage():
            stopped_and_started(site, postgres, SIGQUIT, 0)
        working(site, load, MINUTES * 60 * 0.25, samples)
    wrong = site.contradictions(since, load.told, load.unsaid)
    print(f"\n{dict(load.counted)}, {len(load.told)} acknowledged, {len(load.unsaid)} unsaid")
    halves = {
        pid: (seen[: len(seen) // 2], seen[len(seen) // 2 :]) for pid, seen in samples.items()
    }
    for pid, (first, second) in halves.items():
        at_most = f"{max(first):.0f} MB at most in the first half, {max(second):.0f} in the second"
        print(f"worker {pid}: {at_most}, {second[-1]:.0f} last")
    assert (load.faults, wrong) == ([], [])
    assert 503 in load.counted
    assert site.workers() == before  # none had to be started again
    for first, second in halves.values():
        if IS_LONG:
            assert max(second) <= max(first) * GROWTH
