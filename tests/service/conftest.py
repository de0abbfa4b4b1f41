"""A deployed registry on a PostgreSQL server of its own, shared by all tests here."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

from postgres import DURABLE, private_postgres

from tests.service.deployed import deployed


@pytest.fixture(scope="session")
def postgres():
    """A server that keeps what it has acknowledged, to be stopped and started."""
    with private_postgres(DURABLE) as server:
        yield server


@pytest.fixture(scope="session")
def site(postgres, tmp_path_factory):
    """Two workers on it, never renewed: what grows in them is to be seen."""
    figures = tmp_path_factory.mktemp("figures")
    with deployed(postgres.url, figures, "--max-requests", "0") as one:
        yield one
