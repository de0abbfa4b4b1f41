"""What the registry is to reach at 100,000 agreements on PostgreSQL, and what it did reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.contend import (
    COVERAGE,
    DATASETTE,
    DETAIL,
    DIFF,
    EXPLORER,
    FEED,
    FILTERED,
    HISTORY,
    KEPT,
    LIMIT,
    LIST,
    MATRIX,
    OURS,
    PLAIN,
    THEN,
    TREND,
    UNCHANGED,
    Found,
)

FASTER = [  # times as many requests a second as somebody else, at the least
    *((LIST, PLAIN, 4), (LIST, DATASETTE, 1), (LIST, LIMIT, 0.3)),
    *((FILTERED, PLAIN, 4), (FILTERED, DATASETTE, 1), (FILTERED, LIMIT, 0.3)),
    *((DETAIL, PLAIN, 1), (KEPT, PLAIN, 10), (UNCHANGED, PLAIN, 10)),
]
WITHIN = {  # milliseconds at the most
    MATRIX: 50,
    THEN: 50,
    DIFF: 200,
    COVERAGE: 200,
    TREND: 200,
    FEED: 100,
    HISTORY: 100,
    EXPLORER: 150,
}
IMPORT = 60, 50  # seconds, and statements for each 1,000 rows, at the most
BESIDE = 2  # times as long on SQLite as on PostgreSQL, at the most


@dataclass(frozen=True)
class Verdict:
    """One target: what was asked for, what was found, and whether that is enough."""

    work: str
    target: str
    found: str
    verdict: str


def judged(found: dict[str, Found]) -> Iterator[Verdict]:
    """The targets on requests: ratios by the clock, milliseconds by the processor."""
    for name, other, least in FASTER:
        measured = found[name].measured
        ratio = measured[OURS].rate / measured[other].rate
        short = "met" if ratio >= least else f"short by {least / ratio:.1f} ×"
        yield Verdict(name, f"{least} × {other}", f"{ratio:.2f} ×", short)
    for name, most in WITHIN.items():
        taken = found[name].cost.processor
        yield Verdict(name, f"{most} ms", f"{taken:.0f} ms", over(taken, most))


def imported(rows: int, measured: list[dict]) -> Iterator[Verdict]:
    """Changed rows, previewed and confirmed, of each table."""
    seconds, statements = IMPORT
    for one in measured:
        found = f"{one['seconds']:.1f} s, {one['statements']:.0f} statements"
        worst = max(one["seconds"] / seconds, one["statements"] / statements)
        target = f"{seconds} s, {statements} statements a 1,000 rows"
        yield Verdict(f"import of {rows:,} changed {one['table']}", target, found, over(worst, 1))


def beside(
    here: dict[str, float], there: dict[str, float], ours: list[dict], theirs: list[dict]
) -> Iterator[Verdict]:
    """SQLite's processor time against PostgreSQL's, question by question and import by import."""
    pairs = {f"{name}, on SQLite": (taken, there[name]) for name, taken in here.items()}
    for one, other in zip(ours, theirs, strict=True):
        pairs[f"import of {one['table']}, on SQLite"] = one["processor"], other["processor"]
    for work, (taken, other) in pairs.items():
        ratio = other / taken
        yield Verdict(work, f"{BESIDE} × PostgreSQL", f"{ratio:.2f} ×", over(ratio, BESIDE))


def over(taken: float, most: float) -> str:
    """Met, or how many times too long."""
    return "met" if taken <= most else f"short by {taken / most:.1f} ×"
