"""Schemathesis against the running registry: whatever the document allows, and what it does not.

A part of `make test` of its own, on one engine: 5,000 requests take minutes. Its plugin and its
command are not loaded by any other test.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import connection

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Revision
from tests.cast import account
from tests.ledger.test_concurrency import address
from tests.snapshot import load_dataset

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

from postgres import free_port  # noqa: E402

PROGRAMS = Path(sys.executable).parent
CASES = 5_000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(db):
    """The shipped dataset, and a token of somebody who may do everything."""
    load_dataset()
    fuzzer = account("fuzzer", "editor", "approver", "admin")
    token = Token(owner=fuzzer, name="fuzz", scope="all", days=1)
    return os.environ | {
        "DATABASE_URL": address(connection.settings_dict),
        "DJANGO_SETTINGS_MODULE": "tests.fuzz.settings",
        "REGISTRY_TOKEN": tokens.make(token, actor=fuzzer),
        "STATEMENT_SECONDS": "0",  # a busy machine is no fault of the registry's
    }


@pytest.fixture
def server(environment, tmp_path):
    """The registry as a process of its own, and its address."""
    place = f"127.0.0.1:{free_port()}"
    command = [PROGRAMS / "gunicorn", "--config", "sosa_registry/gunicorn.py", "--bind", place]
    # One worker that stays, and a connection that is not closed while the next case is thought up.
    command += ["--keep-alive", "3600", "--max-requests", "0", "sosa_registry.wsgi"]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://{place}/api/v1/schema/", process)
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait()


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Until the server has made its document, however long that takes it."""
    while process.poll() is None:
        with contextlib.suppress(OSError), urlopen(address, timeout=3600) as answer:
            answer.read()
            return
        time.sleep(0.2)
    raise AssertionError("The server ended before it answered.")


def statuses(events: Path) -> Counter:
    """How often each status was answered, by the run's own record."""
    found: Counter = Counter()
    for line in events.read_text().splitlines():
        recorded = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for each in recorded.get("interactions", {}).values():
            found[(each.get("response") or {}).get("status_code")] += 1
    return found


def test_five_thousand_requests_find_nothing_that_the_document_does_not_say(
    environment, server, tmp_path
):
    told, events = tmp_path / "report.json", tmp_path / "events.ndjson"
    before = Revision.objects.count()
    done = subprocess.run(
        [
            *(PROGRAMS / "schemathesis", "--config-file", ROOT / "tests/fuzz/schemathesis.toml"),
            *("run", f"{server}/api/v1/schema/", "--no-color"),
            *("--report-json-path", told, "--report-ndjson-path", events),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    report = json.loads(told.read_text())
    cases, answered = report["test_cases"], statuses(events)
    print(f"\n{cases['generated']} cases in {report['running_time']:.0f} s: {dict(answered)}")
    assert report["complete"] and report["failures"] == [] and cases["errored"] == 0
    assert report["operations"]["tested"] == report["operations"]["total"] > 130
    assert cases["generated"] - cases["without_checks"] >= CASES
    # It got through: things were made, changed, deleted, refused in every way.
    assert {200, 201, 204, 400, 401, 404, 405, 409, 412, 415, 428} <= set(answered)
    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert len(numbers) > before and numbers == list(range(1, len(numbers) + 1))
    assert list(integrity.problems()) == []
