"""Everything that `benchmarks.run` measures, in order, as lines of Markdown."""

import os
import time
from pathlib import Path

from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis.reconciliation import reconcile
from agreements.models import Agreement, Event, ListEntry
from benchmarks import contend, contender_file, exports, targets
from benchmarks.contend import OURS, PLAIN, Found
from benchmarks.targets import Verdict, over
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import pin


def measured(folder: Path, rounds: int, quick: bool) -> list[str]:
    """Ask everybody, export, reconcile; the tables, with the targets first."""
    file, revision = folder / "contender.db", pin().revision
    contender_file.write(file)
    slug = Agreement.objects.filter(slug__contains="-usa-").order_by("slug")[5].slug

    def told(what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)

    with contend.contenders(os.environ["DATABASE_URL"], file) as servers:
        seconds = 0.5 if quick else 1.5
        found, memory = contend.contend(servers, slug, revision, rounds, seconds, told)
    verdicts = [*targets.judged(found), reconciled()]
    lines = [sizes(), "Two workers each, four clients, loopback, in turn.", ""]
    lines += ["| work | target | found | |", "|---|---|---|---|"]
    lines += [f"| {one.work} | {one.target} | {one.found} | {one.verdict} |" for one in verdicts]
    lines += ["", *contenders_table(found), "", *costs_table(found)]
    if not quick:
        lines += ["", *exports.exports(rounds), "", *exports.growth()]
    peak = ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items())
    return [*lines, "", f"Largest worker at its peak: {peak}."]


def sizes() -> str:
    """How large the registry is."""
    counted = [
        f"{model.objects.count():,} {name}"
        for name, model in (
            *(("agreements", Agreement), ("events", Event)),
            *(("entries of lists", ListEntry), ("versions", Version)),
        )
    ]
    return f"{', '.join(counted)}; {connection.vendor}."


def reconciled() -> Verdict:
    """Every list compared with what the registry says, nothing kept."""
    caches["memory"].clear()
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        lists = len(reconcile(pin()))
        taken = time.perf_counter() - started
    met = "met" if len(captured) <= 10 else f"{len(captured)} statements"
    said = f"{taken:.1f} s, {len(captured)} statements"
    verdict = met if taken <= 5 else over(taken, 5)
    return Verdict(f"reconciliation of {lists} lists", "5 s, 10 statements", said, verdict)


def contenders_table(found: dict[str, Found]) -> list[str]:
    """Requests a second and times by the clock, of those questions that several were asked."""
    lines = ["| question | contender | requests/s | p50 ms | p99 ms | ours is |"]
    lines += ["|---|---|---:|---:|---:|---:|"]
    for name, one in found.items():
        ours = one.measured[OURS].rate
        for who, its in one.measured.items():
            ratio = f"{ours / its.rate:.2f} ×" if PLAIN in one.measured and who != OURS else ""
            lines.append(
                f"| {name} | {who} | {its.rate:.1f} | {its.p50:.0f} | {its.p99:.0f} | {ratio} |"
            )
    return lines


def costs_table(found: dict[str, Found]) -> list[str]:
    """What each question costs the registry: statements, and milliseconds of processor."""
    lines = [
        "| one request of ours | SQL | processor ms | by the clock ms |",
        "|---|---:|---:|---:|",
    ]
    for name, one in found.items():
        cost = one.cost
        lines.append(f"| {name} | {cost.sql} | {cost.processor:.0f} | {cost.clock:.0f} |")
    return lines
