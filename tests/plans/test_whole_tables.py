"""No filter and no order of a list reads a whole large table, but for those named here, and why.

On PostgreSQL alone, on a registry of 10,000 agreements copied from 1,000 generated ones (the
fewer rows, the sooner a planner would rather read them all, so what passes here passes larger);
`python -m benchmarks.plans` walks a registry of any other size in the same way.
"""

from fnmatch import fnmatch

import pytest
from django.db import connection

from benchmarks import bulk, copies, plans
from sosa_registry.api_urls import RESOURCES
from tests.snapshot import load_dataset

pytestmark = pytest.mark.django_db
GENERATED, COPIES, SEED = 1_000, 10, 20261121
GROWING = {
    *("ledger_version", "agreements_agreement", "agreements_event", "agreements_standing"),
    *("partners_citation", "agreements_listentry", "agreements_searchentry"),
}
ALLOWED = {  # list and what is tried, as patterns: why
    ("*agreements", "ordering=type"): "the types' own order is in their table, of ten rows",
    ("*agreements", "ordering=partner_name"): "the names are in the countries' table",
    ("agreements", "status"): "what has no standing is told only by looking at all standings",
    ("agreements", "min_grade"): "a grade is the sources': many a source, and all that cite it",
    ("published-lists", "*"): "a page of lists has all their entries: here half of all there are",
    ("page *", "*"): "each facet counts the rows that all other filters leave; by type is usual",
}


def is_allowed(scan: plans.Scan) -> bool:
    """Whether one of the patterns names it."""
    tried = scan.ask.list, scan.ask.tried
    return any(all(map(fnmatch, tried, pattern)) for pattern in ALLOWED)


@pytest.fixture(scope="module")
def walked(django_db_setup, django_db_blocker):
    """What was asked of a grown registry, its large tables, and the scans of whole ones."""
    with django_db_blocker.unblock():
        load_dataset()
        bulk.fill(GENERATED, SEED, told=lambda line: None)
        copies.multiply(COPIES)
        asked, found = plans.walk()
        yield asked, plans.large_tables(), found
        connection.close()


def test_the_registry_has_grown(walked):
    assert set(walked[1]) >= GROWING


def test_every_filter_and_every_order_of_every_list_is_asked(walked):
    tried = {(ask.list, ask.tried) for ask in walked[0]}
    for name, view in RESOURCES.items():
        filters = set(view.filterset_class.base_filters)
        orders = {f"ordering={column}" for column in view().ordering_columns()}
        assert {(name, one) for one in filters | orders | {"", "page"}} <= tried


def test_none_reads_a_whole_large_table_but_for_those_that_are_named(walked):
    assert not {str(scan) for scan in walked[2] if not is_allowed(scan)}


def test_a_scan_of_a_whole_table_would_be_seen(walked):
    unindexed, made = "SELECT slug FROM agreements_agreement WHERE LENGTH(slug) = 80 LIMIT 50", []
    with plans.explaining(made), connection.cursor() as cursor:
        cursor.execute(unindexed)
    assert [table for table, _ in plans.scans(made[0], walked[1])] == ["agreements_agreement"]
