"""Everything that `benchmarks.run` measures, in order, as lines of Markdown."""

import os
import time
from pathlib import Path

from django.db import connection

from agreements.models import Agreement, Event, ListEntry
from benchmarks import contend, contender_file, engines, exports, targets
from benchmarks.contend import OURS, PLAIN, Found
from benchmarks.targets import Verdict, over
from sosa_registry.ledger.models import Version


def measured(folder: Path, rounds: int, quick: bool, sqlite: str, size: int) -> list[str]:
    """Ask everybody, export, reconcile, import, ask SQLite; the tables, with the targets first."""
    file, times = folder / "contender.db", 3 if quick else 9
    contender_file.write(file)

    def told(what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)

    with contend.contenders(os.environ["DATABASE_URL"], file) as servers:
        seconds = 0.5 if quick else 1.5
        found, memory = contend.contend(servers, rounds, seconds, times, told)
    beside, reconciling = reconciled()
    verdicts = [*targets.judged(found), reconciling]
    files, copied = exports.exports(0 if quick else rounds)
    worker, grown = ([], []) if quick else exports.growth()
    rows = 1_000 if quick else 10_000
    ours = engines.imports(os.environ["DATABASE_URL"], rows, folder)
    there = engines.sqlite(Path(sqlite) if sqlite else folder / "registry.sqlite3", size)
    theirs = engines.costs(there, times, folder)
    imported = engines.imports(there, rows, folder)
    here = {name: one.cost.processor for name, one in found.items()} | beside
    verdicts += [*copied, *grown, *targets.imported(rows, ours)]
    verdicts += targets.beside(here, theirs, ours, imported)
    lines = [sizes(), "Two workers each, four clients, loopback, in turn.", ""]
    lines += ["| work | target | found | |", "|---|---|---|---|"]
    lines += [f"| {one.work} | {one.target} | {one.found} | {one.verdict} |" for one in verdicts]
    lines += ["", *contenders_table(found), "", *costs_table(found), "", *files]
    lines += ["", *worker] if worker else []
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


def reconciled() -> tuple[dict[str, float], Verdict]:
    """Every list compared: its milliseconds of processor, and whether that is fast enough."""
    lists, worked, taken, statements = contend.reconciled()
    met = "met" if statements <= 10 else f"{statements} statements"
    said = f"{taken:.1f} s, {statements} statements"
    verdict = met if taken <= 5 else over(taken, 5)
    work = f"reconciliation of {lists} lists"
    return {contend.RECONCILIATION: worked * 1000}, Verdict(
        work, "5 s, 10 statements", said, verdict
    )


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
