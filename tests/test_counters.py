"""No regression, in counters: SQL statements, rows read, bytes sent, against tests/counters.json.

Seconds depend on the machine, these do not. An answer may cost less than it did; for one that costs
more, and should, write the file anew: `UPDATE_COUNTERS=1 .venv/bin/pytest tests/test_counters.py`.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

KEPT = Path(__file__).with_name("counters.json")
SLACK = 1.03  # rows and bytes: engines and days differ by a hair
PLACES = [
    "/api/v1/agreements/?page_size=100",
    "/api/v1/agreements/?type=sosa&status=in_force&as_of=2021-08-10",
    "/api/v1/agreements/sosa-aus/",
    "/api/v1/agreements/sosa-aus/history/",
    "/api/v1/events/?page_size=100",
    "/api/v1/sources/?ordering=-published_on",
    "/api/v1/matrix/?as_of=2021-08-10",
    "/api/v1/diff/?from=2021-07-28&to=2024-01-01",
    "/api/v1/coverage/?grouping=nato&type=sosa&as_of=2021-08-10",
    "/api/v1/trend/?from=1990-01-01&to=2020-01-01",
    "/api/v1/reconciliation/",
    "/api/v1/revisions/?after=0",
    "/?as_of=2021-08-10",
    "/agreements/?as_of=2021-08-10",
    "/countries/CAN/?as_of=2021-08-10",
    "/data/",
]


@contextmanager
def counting_rows(monkeypatch):
    """How many rows are fetched from the database meanwhile."""
    found = {"rows": 0}

    def counted(name):
        def fetch(self, *args):
            made = getattr(self.cursor, name)(*args)
            found["rows"] += len(made) if name != "fetchone" else made is not None
            return made

        return fetch

    with monkeypatch.context() as patched:
        for name in ("fetchone", "fetchmany", "fetchall"):
            patched.setattr(CursorWrapper, name, counted(name), raising=False)
        yield found


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_costs_no_more_than_it_did(client, registry, monkeypatch, place):
    anew = {"Cache-Control": "no-cache"}
    client.get(place, headers=anew)
    with counting_rows(monkeypatch) as read, CaptureQueriesContext(connection) as captured:
        response = client.get(place, headers=anew)
    assert response.status_code == 200
    cost = {
        "statements": len(captured),
        "rows": read["rows"],
        "bytes": len(response.content),
    }
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("UPDATE_COUNTERS"):
        KEPT.write_text(json.dumps(kept | {place: cost}, indent=1, sort_keys=True) + "\n")
        return
    most = kept[place]
    assert cost["statements"] <= most["statements"]
    assert cost["rows"] <= most["rows"] * SLACK
    assert cost["bytes"] <= most["bytes"] * SLACK


def test_every_place_is_kept_and_the_reverse():
    assert set(json.loads(KEPT.read_text())) == set(PLACES)
