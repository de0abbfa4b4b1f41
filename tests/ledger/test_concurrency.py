"""Several real processes write at once: numbers are gapless and in order, nothing is lost."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Revision, Version

WRITERS, EACH = 4, 15


def address(settings: dict) -> str:
    """The test database as a DATABASE_URL."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    login = settings["USER"] + (f":{settings['PASSWORD']}" if settings["PASSWORD"] else "")
    host = str(settings["HOST"]).replace("/", "%2F")
    return f"postgres://{login}@{host}:{settings['PORT']}/{settings['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_four_processes_write_gapless_revisions_in_order():
    environment = os.environ | {"DATABASE_URL": address(connection.settings_dict)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.writer", f"writer{n}", str(EACH)],
            env=environment,
            stderr=subprocess.PIPE,
        )
        for n in range(WRITERS)
    ]
    errors = [process.communicate(timeout=120)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * WRITERS, errors
    made = list(Revision.objects.order_by("number").values_list("number", "at"))
    assert [number for number, _ in made] == list(range(1, WRITERS * EACH + 1))
    assert [at for _, at in made] == sorted(at for _, at in made)
    assert Version.objects.count() == WRITERS * EACH
    assert list(integrity.problems()) == []
