"""Fixtures for every test: a registry with the shipped dataset in it.

The ledger's triggers refuse the flush that ends a transactional test, so they are taken away around
it and made again; production has no such switch.
"""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from agreements.exchange.importing import import_package
from sosa_registry.ledger import triggers
from sosa_registry.ledger.reading import pin

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def load_dataset() -> None:
    """The shipped dataset, in one revision."""
    import_package(FIXTURES, actor="tests", reason="The shipped dataset")


@pytest.fixture
def registry(db):
    """A registry that holds the shipped dataset, pinned to now."""
    load_dataset()
    return pin()


@pytest.fixture(autouse=True)
def _flush_past_triggers(request, monkeypatch):
    """Let pytest-django empty the database after a transactional test."""
    if "transactional_db" not in request.fixturenames and "live_server" not in request.fixturenames:
        marker = request.node.get_closest_marker("django_db")
        if not (marker and marker.kwargs.get("transaction")):
            return

    def flush(*args, **options):
        if args[0] == "flush":
            triggers.remove(connection)
        call_command(*args, **options)
        if args[0] == "flush":
            triggers.install(connection)

    monkeypatch.setattr("django.test.testcases.call_command", flush)


@pytest.fixture
def live_registry(live_server):
    """A running server over the shipped dataset; its address."""
    load_dataset()
    return live_server.url
