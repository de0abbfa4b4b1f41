"""Every page and every question of the API, on the registry in DATABASE_URL: milliseconds and SQL.

Usage: DATABASE_URL=… python -m benchmarks.pages [--rounds 5] [--only WORD] [--unchanging]

Each address is asked in three states, in turn:
  after a change  a record was saved since: nothing of the registry's last state is kept
  anew            the same state, another day where there is one, and no answer or count kept
  again           the same once more, as a second reader asks it

Inside one process, through every layer but the socket; the median of the rounds. Milliseconds of
the processor are this process's and, on the same machine, those of its PostgreSQL backend: what a
busy machine adds to the clock is not in them. “After a change” writes one small revision a round
into the database: give it a copy, or say `--unchanging`.
"""

import argparse
import os
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
os.environ |= {"RATE_ADDRESS": "", "RATE_TOKEN": ""}  # the one who measures asks often
django.setup()

from django.core.cache import caches  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from agreements.models import Agreement, Event  # noqa: E402
from benchmarks.contend import processor_time  # noqa: E402
from partners.models import Source  # noqa: E402
from sosa_registry.ledger import clock  # noqa: E402
from sosa_registry.ledger.models import Revision  # noqa: E402
from sosa_registry.ledger.revising import revision  # noqa: E402
from tests.pages.addresses import PAGES  # noqa: E402

ROUNDS = 5
STATES = ("after a change", "anew", "again")
ON_A_DAY = re.compile(r"(?<=as_of=)\d{4}-\d\d-\d\d")
# Pages that take a day and whose address above names none.
DATED = (
    "/",
    "/countries/CAN/",
    "/countries/USA/",
    "/agreements/",
    "/types/sosa/",
    "/groupings/nato/",
)
ALSO = {
    "matrix-known-at": "/?as_of=2021-08-10&known_at=50",
    "agreements-deep": "/agreements/?page=1900",
    "agreements-searched": "/agreements/?search=memorandum&as_of=2021-08-10",
    "agreements-grouping": "/agreements/?grouping=nato&status=in_force&as_of=2021-08-10",
    "agreements-graded": "/agreements/?min_grade=C&as_of=2021-08-10",
    "events-deep": "/events/?page=4000",
    "changes-deep": "/changes/?page=3",
}
API = {
    "api-matrix": "/api/v1/matrix/?as_of=2021-08-10",
    "api-matrix-known-at": "/api/v1/matrix/?as_of=2021-08-10&known_at=50",
    "api-matrix-graded": "/api/v1/matrix/?as_of=2021-08-10&min_grade=B",
    "api-coverage": "/api/v1/coverage/?grouping=nato&type=sosa&assume=TWN:sosa&as_of=2021-08-10",
    "api-gaps": "/api/v1/gaps/?grouping=nato&type=sosa,rdp-mou&as_of=2021-08-10",
    "api-diff": "/api/v1/diff/?from=2010-01-01&to=2025-11-21",
    "api-diff-of-knowledge": "/api/v1/diff/?from=2010-01-01&to=2025-11-21&from_known_at=50",
    "api-trend": "/api/v1/trend/?from=1976-01-01&to=2026-01-01",
    "api-side-by-side": "/api/v1/side-by-side/?countries=AUS,CAN,GBR&as_of=2021-08-10",
    "api-agenda": "/api/v1/agenda/?as_of=2026-11-21&within=P5Y",
    "api-reciprocity": "/api/v1/reciprocity/?a=USA&b=IND&as_of=2024-08-23",
    "api-pathways": "/api/v1/pathways/?country=NOR&direction=us_buys&as_of=2024-08-23",
    "api-practice": "/api/v1/practice/?as_of=2021-08-10",
    "api-reconciliation": "/api/v1/reconciliation/",
    "api-checks": "/api/v1/checks/",
    "api-evidence": "/api/v1/evidence/?subject_kind=agreement&subject=sosa-aus",
    "api-search": "/api/v1/search/?q=korea",
    "api-revisions": "/api/v1/revisions/?after=50",
    "api-history": "/api/v1/agreements/sosa-aus/history/",
    "api-agreements": "/api/v1/agreements/?page_size=100",
    "api-agreements-deep": "/api/v1/agreements/?page_size=100&page=900",
    "api-events-deep": "/api/v1/events/?page_size=100&page=2000",
}


@dataclass
class Measured:
    """One address: milliseconds of each round by state, the processor's, and the statements."""

    name: str
    address: str
    taken: dict[str, list[float]] = field(default_factory=lambda: {state: [] for state in STATES})
    spent: dict[str, list[float]] = field(default_factory=lambda: {state: [] for state in STATES})
    statements: dict[str, int] = field(default_factory=dict)

    def median(self, state: str) -> float:
        """Milliseconds; not a number for a state that was not asked."""
        return statistics.median(self.taken[state]) if self.taken[state] else float("nan")

    def processor(self, state: str) -> float:
        """Milliseconds of the processor."""
        return statistics.median(self.spent[state]) if self.spent[state] else float("nan")


def addresses(only: str = "") -> dict[str, str]:
    """What is asked, by name; a page that takes a day says which."""
    every = PAGES | ALSO | API
    made = {}
    for name, address in every.items():
        if address in DATED:
            address += "?as_of=2021-08-10"
        if only in name:
            made[name] = address
    return made


def another_day(address: str, number: int) -> str:
    """The same question of another day, where it names one."""
    return ON_A_DAY.sub(
        lambda found: str(date.fromisoformat(found[0]) - timedelta(days=number)), address
    )


def change(number: int) -> None:
    """Save one record, as a curator would."""
    source = Source.objects.order_by("slug").first()
    with revision(actor="benchmark", reason="Measured", accept_warnings=True):
        source.note = f"Measured, {number}."
        source.save()


def measure(
    rounds: int, only: str, changing: bool, told: Callable[[Measured], None]
) -> list[Measured]:
    """Every address in every state."""
    client, made = Client(HTTP_HOST="127.0.0.1"), []
    for name, address in addresses(only).items():
        one = Measured(name, address)
        _ask(client, one, address, "")  # templates, code and pages of the database are read
        for number in range(1, rounds + 1):
            asked = another_day(address, number)
            if changing:
                change(Revision.objects.count() + 1)
                _ask(client, one, asked, "after a change")
            caches["answers"].clear()
            asked = another_day(address, rounds + number)
            _ask(client, one, asked, "anew")
            _ask(client, one, asked, "again")
        made.append(one)
        told(one)
    return made


def _ask(client: Client, one: Measured, address: str, state: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        started, worked = time.perf_counter(), processor_time()
        response = client.get(address)
        taken, worked = time.perf_counter() - started, processor_time() - worked
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    if state:
        one.taken[state].append(taken * 1000)
        one.spent[state].append(worked * 1000)
        one.statements[state] = max(one.statements.get(state, 0), len(captured))


def heading() -> str:
    """The head of the table, in Markdown."""
    return (
        f"{connection.vendor}, {Agreement.objects.count()} agreements, "
        f"{Event.objects.count()} events, {clock.today()}\n\n"
        "| asked | after a change ms | processor | anew ms | processor | again ms "
        "| SQL | anew | again |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )


def line(one: Measured) -> str:
    """One address of the table."""
    after, anew, again = (one.median(state) for state in STATES)
    worked = [one.processor(state) for state in STATES]
    sql = " | ".join(str(one.statements.get(state, "")) for state in STATES)
    return (
        f"| {one.name} | {after:.0f} | {worked[0]:.0f} | {anew:.0f} | {worked[1]:.0f} | "
        f"{again:.0f} | {sql} |"
    )


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is asked")
    reader.add_argument("--only", default="", help="addresses whose name holds this word")
    reader.add_argument("--unchanging", action="store_true", help="write nothing")
    asked = reader.parse_args()
    call_command("collectstatic", "--noinput", verbosity=0)
    print(heading(), flush=True)
    measure(
        asked.rounds, asked.only, not asked.unchanging, lambda one: print(line(one), flush=True)
    )


if __name__ == "__main__":
    main()
