"""The shipped dataset for the tests of pages, loaded once a module: these tests read."""

import pytest

from sosa_registry.ledger.reading import pin


@pytest.fixture
def registry(dataset, db):
    """A registry that holds the shipped dataset, pinned to now."""
    return pin()
