"""The registry beside what a user would pick instead, and beside the physical limit, in one run.

Usage: DATABASE_URL=postgres://… python -m benchmarks.contend [SQLITE_FILE]

The database holds a generated registry (`benchmarks.load`). Every contender runs with two workers
on loopback and is asked in turn, several rounds of each question, so that ratios stand whatever
else the machine is doing. Results are written to docs/performance.md, with machine and date.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from agreements.models import Agreement, Event  # noqa: E402
from benchmarks.driving import ROOT, Contender, Measured, ask, memory_of, running, wsgi  # noqa: E402
from sosa_registry.ledger.models import Version  # noqa: E402

ROUNDS, SECONDS, PORT = 3, 1.0, 8150
ANEW = {"Cache-Control": "no-cache"}
OURS, PLAIN, LIMIT, DATASETTE = "registry", "plain DRF", "json_agg", "Datasette"


@dataclass
class Question:
    """One thing asked of several contenders: the address at each, and the headers sent to us."""

    name: str
    places: dict[str, str]
    headers: dict | None = None


def questions(slug: str, tag: str) -> list[Question]:
    """What is asked. `{page}` counts up, so that no cache of anybody's answers."""
    api, plain, limit = "/api/v1/agreements/", "/plain/agreements/", "/limit/agreements/"
    table = f"/{Path(sys.argv[1]).stem if len(sys.argv) > 1 else 'none'}/agreements_agreement.json"
    own = {OURS: f"{api}?page_size=100", PLAIN: plain, LIMIT: limit}
    first = own | {DATASETTE: f"{table}?_shape=objects&_size=100&_nofacet=1&_labels=on"}
    kind = {OURS: f"{api}?page_size=100&type=sosa", PLAIN: f"{plain}?type=sosa"}
    kind |= {LIMIT: f"{limit}?type=sosa", DATASETTE: f"{first[DATASETTE]}&type_id=sosa"}
    detail = {OURS: f"{api}{slug}/", PLAIN: f"{plain}{slug}/", LIMIT: f"{limit}{slug}/"}
    made = [
        Question("list of 100, first page", first, ANEW),
        Question("list of 100, one type", kind, ANEW),
        Question("detail with all its parts (plain: the bare row)", detail, ANEW),
        Question("list of 100 again, kept", {OURS: own[OURS], PLAIN: plain}),
        Question("list of 100 again, 304", {OURS: own[OURS], PLAIN: plain}, {"If-None-Match": tag}),
    ]
    alone = {
        "matrix at a date": "/api/v1/matrix/?as_of=2021-08-10",
        "matrix, as known at revision 600": "/api/v1/matrix/?as_of=2021-08-10&known_at=600",
        "diff of two dates": "/api/v1/diff/?from=2010-01-01&to=2026-11-21",
        "coverage, what if": "/api/v1/coverage/?grouping=nato&type=sosa&assume=TWN:sosa",
        "trend over 50 years": "/api/v1/trend/?from=1976-01-01&to=2026-01-01",
        "reconciliation, judged": "/api/v1/reconciliation/",
        "change feed": "/api/v1/revisions/?after=500",
        "history of a record": f"/api/v1/agreements/{slug}/history/",
        "explorer page": "/agreements/?type=sosa",
    }
    return made + [Question(name, {OURS: place}, ANEW) for name, place in alone.items()]


def rounds(question: Question, ports: dict[str, int]) -> dict[str, Measured]:
    """Every contender in turn, several times; the median round of each."""
    found: dict[str, list[Measured]] = {name: [] for name in question.places if name in ports}
    for number in range(ROUNDS + 1):
        for name in found:
            headers = question.headers if name == OURS else None
            seconds = SECONDS if number else 0.5  # the first round warms up
            place = question.places[name]
            measured = ask(ports[name], lambda n, place=place: place, seconds, headers)
            if number:
                found[name].append(measured)
    return {
        name: sorted(all_of, key=lambda one: one.rate)[len(all_of) // 2]
        for name, all_of in found.items()
    }


def statements(question: Question) -> int:
    """SQL statements of a warm request of ours."""
    client = Client(HTTP_HOST="127.0.0.1", headers=question.headers or {})
    client.get(question.places[OURS])
    with CaptureQueriesContext(connection) as captured:
        client.get(question.places[OURS])
    return len(captured)


def exports() -> list[str]:
    """Whole files beside COPY of the very statements that they are read by."""
    lines = []
    for name, place in (("events", "/api/v1/events/"), ("agreements", "/api/v1/agreements/")):
        for kind, most in (("ndjson", 5), ("csv", 10)):
            client = Client(HTTP_HOST="127.0.0.1")
            with CaptureQueriesContext(connection) as captured:
                started = time.perf_counter()
                response = client.get(place, {"format": kind})
                size = sum(len(part) for part in response.streaming_content)
                taken = time.perf_counter() - started
            copied = _copy_time([one["sql"] for one in captured.captured_queries], name)
            ratio = taken / copied
            rows = (Event if name == "events" else Agreement).objects.count()
            lines.append(
                f"| {name}, {rows} rows, {kind} | {taken:.2f} s, {size / 1e6:.0f} MB | "
                f"{copied:.2f} s | {ratio:.1f} | {most} |"
            )
            print(lines[-1], flush=True)
    return lines


def _copy_time(captured: list[str], name: str) -> float:
    """COPY of the list's own SELECT, all rows, to nowhere."""
    table = f'FROM "agreements_{name[:-1]}"'
    found = [sql for sql in captured if table in sql and "COUNT(" not in sql]
    sql = found[-1].partition("SELECT ")[2]
    times = []
    for _ in range(3):
        with connection.cursor() as cursor, Path(os.devnull).open("w") as nowhere:
            started = time.perf_counter()
            cursor.copy_expert(f"COPY (SELECT {sql}) TO STDOUT", nowhere)
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def table_of(found: dict[str, tuple[dict[str, Measured], int]]) -> list[str]:
    """The results as lines of Markdown."""
    lines = ["| question | contender | requests/s | p50 ms | p99 ms | × plain DRF | SQL |"]
    lines += ["|---|---|---:|---:|---:|---:|---:|"]
    for name, (measured, sql) in found.items():
        plain = measured.get(PLAIN)
        for who, one in measured.items():
            ratio = f"{one.rate / plain.rate:.1f}" if plain else ""
            own = str(sql) if who == OURS else ""
            lines.append(
                f"| {name} | {who} | {one.rate:.0f} | {one.p50:.1f} | {one.p99:.1f} | {ratio} "
                f"| {own} |"
            )
    return lines


def machine() -> str:
    """What the figures were taken on."""
    cpu = next(
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores of {cpu}, "
        f"{platform.system()}, Python {platform.python_version()}, load before: {load}."
    )


def main() -> None:
    """Start everybody, ask, write."""
    told, url = machine(), os.environ["DATABASE_URL"]
    slug = Agreement.objects.filter(slug__contains="-usa-").order_by("slug")[5].slug
    contenders = [
        wsgi(OURS, "sosa_registry.wsgi", PORT),
        wsgi(PLAIN, "benchmarks.plain_wsgi", PORT + 1),
        wsgi(LIMIT, "benchmarks.limit:application", PORT + 2, DATABASE_URL=url),
    ]
    if len(sys.argv) > 1:
        file, port = sys.argv[1], str(PORT + 3)
        command = [sys.executable, "-m", "datasette", "serve", file, "-p", port]
        contenders.append(Contender(DATASETTE, command, PORT + 3))
    ports = {one.name: one.port for one in contenders}
    found = {}
    with ExitStack() as stack:
        servers = {one.name: stack.enter_context(running(one)) for one in contenders}
        place = f"http://127.0.0.1:{PORT}/api/v1/agreements/?page_size=100"
        tag = _tag_of(place)
        for question in questions(slug, tag):
            found[question.name] = rounds(question, ports), statements(question)
            print(*table_of({question.name: found[question.name]})[2:], sep="\n", flush=True)
        memory = {name: memory_of(server) for name, server in servers.items()}
    write(told, found, exports(), memory)


def _tag_of(place: str) -> str:
    told = subprocess.run(["curl", "-sI", place], capture_output=True, text=True, check=True)
    return next(
        line.split(":", 1)[1].strip()
        for line in told.stdout.splitlines()
        if line.lower().startswith("etag")
    )


def write(told: str, found: dict, files: list[str], memory: dict[str, float]) -> None:
    """The part of docs/performance.md between its two marks."""
    page = ROOT / "docs" / "performance.md"
    before, _, rest = page.read_text().partition("<!-- measured -->\n")
    after = rest.partition("<!-- /measured -->\n")[2]
    size = f"{Agreement.objects.count()} agreements, {Event.objects.count()} events, "
    size += f"{Version.objects.count()} versions, {connection.vendor}."
    lines = [told, size, "Two workers each, four clients, loopback, in turn.", ""]
    lines += table_of(found)
    lines += [
        "",
        "| file | ours | COPY (same SELECT) | ratio | at most |",
        "|---|---|---|---:|---:|",
    ]
    lines += files
    lines += ["", "Largest worker: " + ", ".join(f"{n} {mb:.0f} MB" for n, mb in memory.items())]
    text = "\n".join(lines)
    page.write_text(f"{before}<!-- measured -->\n{text}.\n<!-- /measured -->\n{after}")


if __name__ == "__main__":
    main()
