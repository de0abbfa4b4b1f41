"""The registry beside what a user would pick instead, and beside the physical limit, in one run.

Every contender runs with two workers on loopback, on the database in DATABASE_URL, and is asked in
turn, several rounds of each question, so that ratios stand whatever else the machine is doing. What
a question costs the registry itself is taken apart: SQL statements, and milliseconds of processor,
its own and its database's, which do not hang on what else the machine does.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.analysis.reconciliation import reconcile
from agreements.models import Agreement
from benchmarks.driving import Contender, Measured, ask, memory_of, running, wsgi
from sosa_registry.ledger.reading import pin

PORT = 8140
ANEW = {"Cache-Control": "no-cache"}
OURS, PLAIN, LIMIT, DATASETTE = "registry", "plain DRF", "json_agg", "Datasette"
LIST, FILTERED, DETAIL = "list of 100, first page", "list of 100, one type", "detail"
KEPT, UNCHANGED = "list of 100 again, kept", "list of 100 again, 304"
MATRIX, THEN = "matrix at a date", "matrix, as known at an earlier revision"
DIFF, COVERAGE, TREND = "diff of two dates", "coverage, what if", "trend over 50 years"
FEED, HISTORY, EXPLORER = "change feed", "history of a record", "explorer page with facets"
RECONCILIATION = "reconciliation"


@dataclass(frozen=True)
class Question:
    """One thing asked of several contenders: the address at each, and the headers sent to us."""

    name: str
    places: dict[str, str]
    headers: dict | None = None


@dataclass(frozen=True)
class Cost:
    """What a question costs the registry: statements, ms of processor, ms by the clock."""

    sql: int
    processor: float
    clock: float


@dataclass(frozen=True)
class Found:
    """What came of one question: of each contender the median round, and what ours cost."""

    measured: dict[str, Measured]
    cost: Cost


def questions(slug: str, tag: str, revision: int) -> list[Question]:
    """What is asked: first of all contenders, then of the registry alone."""
    api, plain, limit = "/api/v1/agreements/", "/plain/agreements/", "/limit/agreements/"
    table = "/contender/agreements_agreement.json?_shape=objects&_size=100&_nofacet=1&_labels=on"
    own = {OURS: f"{api}?page_size=100", PLAIN: plain}
    kind = {OURS: f"{api}?page_size=100&type=sosa", PLAIN: f"{plain}?type=sosa"}
    kind |= {LIMIT: f"{limit}?type=sosa", DATASETTE: f"{table}&type_id=sosa"}
    detail = {OURS: f"{api}{slug}/", PLAIN: f"{plain}{slug}/", LIMIT: f"{limit}{slug}/"}
    made = [
        Question(LIST, own | {LIMIT: limit, DATASETTE: table}, ANEW),
        Question(FILTERED, kind, ANEW),
        Question(DETAIL, detail, ANEW),
        Question(KEPT, own),
        Question(UNCHANGED, own, {"If-None-Match": tag}),
    ]
    alone = {
        MATRIX: "/api/v1/matrix/?as_of=2021-08-10",
        THEN: f"/api/v1/matrix/?as_of=2021-08-10&known_at={max(1, revision - 500)}",
        DIFF: "/api/v1/diff/?from=2010-01-01&to=2026-11-21",
        COVERAGE: "/api/v1/coverage/?grouping=nato&type=sosa&assume=TWN:sosa",
        TREND: "/api/v1/trend/?from=1976-01-01&to=2026-01-01",
        FEED: f"/api/v1/revisions/?after={revision // 2}",
        HISTORY: f"{api}{slug}/history/",
        EXPLORER: "/agreements/?type=sosa",
    }
    return made + [Question(name, {OURS: place}, ANEW) for name, place in alone.items()]


def asked_here() -> list[Question]:
    """The questions of the registry at hand."""
    client = Client(HTTP_HOST="127.0.0.1")
    answer = client.get("/api/v1/agreements/?page_size=100")
    slug = Agreement.objects.filter(slug__contains="-usa-").order_by("slug")[5].slug
    return questions(slug, answer.headers["ETag"], pin().revision)


@contextmanager
def contenders(url: str, file: Path) -> Iterator[dict]:
    """Every contender's running server and port, by name."""
    datasette = [sys.executable, "-m", "datasette", "serve", str(file), "-p", str(PORT + 3)]
    unlimited = {"RATE_ADDRESS": "", "RATE_TOKEN": ""}
    everybody = [
        wsgi(OURS, "sosa_registry.wsgi", PORT, **unlimited),
        wsgi(PLAIN, "benchmarks.plain_wsgi", PORT + 1, **unlimited),
        wsgi(LIMIT, "benchmarks.limit:application", PORT + 2, DATABASE_URL=url),
        Contender(DATASETTE, datasette, PORT + 3),
    ]
    with ExitStack() as stack:
        yield {one.name: (stack.enter_context(running(one)), one.port) for one in everybody}


def contend(servers: dict, rounds: int, seconds: float, times: int, told):
    """Ask everything of everybody; what was found by question, and peak memory by contender."""
    ports, found = {name: port for name, (_, port) in servers.items()}, {}
    for question in asked_here():
        measured = in_turn(question, ports, rounds, seconds)
        found[question.name] = Found(measured, cost_of(question, times))
        told(question.name)
    return found, {name: memory_of(server) for name, (server, _) in servers.items()}


def in_turn(question: Question, ports: dict[str, int], rounds: int, seconds: float) -> dict:
    """Every contender in turn, after a round that warms up; the median round of each."""
    found: dict[str, list[Measured]] = {name: [] for name in question.places}
    for number in range(rounds + 1):
        for name, made in found.items():
            headers = question.headers if name == OURS else None
            place = question.places[name]
            lasting = seconds if number else seconds / 2
            measured = ask(ports[name], lambda n, place=place: place, lasting, headers)
            if number:
                made.append(measured)
    return {
        name: sorted(made, key=lambda one: one.rate)[len(made) // 2] for name, made in found.items()
    }


def cost_of(question: Question, times: int) -> Cost:
    """Statements of a warm request of ours, and the median of its milliseconds."""
    client = Client(HTTP_HOST="127.0.0.1", headers=question.headers or {})
    if (first := client.get(question.places[OURS])).status_code not in (200, 304):
        raise SystemExit(f"{question.places[OURS]}: {first.status_code}, nothing to measure")
    statements: list[str] = []

    def note(execute: Callable, sql: str, *others):
        statements.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(note):
        client.get(question.places[OURS])
    processor, clock = [], []
    for _ in range(times):
        started, worked = time.perf_counter(), processor_time()
        client.get(question.places[OURS])
        processor.append((processor_time() - worked) * 1000)
        clock.append((time.perf_counter() - started) * 1000)
    return Cost(len(statements), median(processor), median(clock))


def reconciled() -> tuple[int, float, float, int]:
    """Every list compared with what the registry says, nothing kept.

    How many lists, seconds of processor and by the clock, and statements.
    """
    caches["memory"].clear()
    with CaptureQueriesContext(connection) as captured:
        started, worked = time.perf_counter(), processor_time()
        lists = len(reconcile(pin()))
        worked, taken = processor_time() - worked, time.perf_counter() - started
    return lists, worked, taken, len(captured)


def processor_time() -> float:
    """Seconds of processor of this process, and of its database's process if that is here."""
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        return time.process_time()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + (int(told.read_text().split()[0]) / 1e9 if told.exists() else 0)
