"""Fixtures for every test: a registry with the shipped dataset in it.

The ledger's triggers refuse the flush that ends a transactional test, so they are taken away around
it and made again; production has no such switch.
"""

import os

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import testcases
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from sosa_registry.ledger import triggers
from sosa_registry.ledger.reading import pin
from tests.cast import found_world
from tests.snapshot import load_dataset


@pytest.fixture(autouse=True)
def _nothing_kept():
    """No answer of another test is given."""
    for name in ("answers", "memory"):
        caches[name].clear()


# A property holds or does not; how long a busy machine takes to see it is no part of it. Every run
# tries the same examples, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=search
# looks for new ones.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
property_settings.register_profile("registry", derandomize=True, database=None, **UNHURRIED)
property_settings.register_profile("search", **UNHURRIED)
property_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "registry"))


@pytest.fixture
def registry(db):
    """A registry that holds the shipped dataset, pinned to now."""
    load_dataset()
    return pin()


@pytest.fixture(scope="module")
def dataset(django_db_setup, django_db_blocker):
    """The shipped dataset for a whole module of tests, each of which undoes what it writes."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        load_dataset()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # as an import does: the planner must know sizes
                cursor.execute("ANALYZE")
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_triggers():
    """Let Django empty the database after a transactional test, and only then."""

    def flush(name, *args, **options):
        if name == "flush":
            triggers.remove(connection)
        call_command(name, *args, **options)
        if name == "flush":
            triggers.install(connection)

    testcases.call_command = flush
    yield
    testcases.call_command = call_command


@pytest.fixture
def live_registry(live_server):
    """A running server over the shipped dataset; its address."""
    load_dataset()
    return live_server.url


@pytest.fixture
def world(db):
    """A small world of three countries, one league and one type."""
    found_world()
