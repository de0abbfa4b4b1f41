"""PostgreSQL that stands still without a word: web servers give up on it, and come back to it.

Stopped and killed it is in the soak.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest

MATRIX = "/api/v1/matrix/?as_of=2021-08-10"


def processes(postgres) -> list[int]:
    """The server and everyone who works for it."""
    first = postgres.process.pid
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *(int(child) for child in children)]


@pytest.fixture
def frozen(site, postgres):
    """A database that was at work a moment ago and now says nothing."""
    for _ in range(8):
        assert site.client("anna").ask(MATRIX).status in (200, 304)
    stopped = processes(postgres)
    for pid in stopped:
        os.kill(pid, SIGSTOP)
    yield
    for pid in stopped:
        os.kill(pid, SIGCONT)


def test_a_database_that_is_silent_is_given_up_on(frozen, site):
    with ThreadPoolExecutor(10) as readers:  # more than there are threads
        answers = list(readers.map(lambda _: site.client("anna").ask(MATRIX), range(10)))
    for answer in answers:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert answer.headers["Content-Type"] == "application/problem+json"
    page = site.client().ask("/")
    assert page.status == 503
    assert b"The registry\xe2\x80\x99s database does not answer" in page.body
    assert site.client().ask("/readyz").status == 503
    assert site.client().ask("/healthz").status == 200
    said = site.client("erika").ask("/api/v1/batch/", "POST", {"operations": []})
    assert said.status == 503
    assert "Whether this was written is not known" in said.json()["detail"]


def test_it_is_asked_again_once_it_speaks(site):
    before = site.workers()
    site.wait_until_ready()
    assert site.client("anna").ask(MATRIX).status == 200
    assert site.workers() == before
