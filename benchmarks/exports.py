"""Whole files beside COPY: time, processor time, and what a worker grows by while it writes one.

Usage: DATABASE_URL=postgres://… python -m benchmarks.exports

Two statements are copied. The *bare* one is that of the list's own table. The *same columns* one
also gives what the file says beside them: names, sources, evidence, and how each agreement stands
on the day; it leaves the judging of imprecise dates out, so it does rather less than the file.
Files and copies are made in turn. Processor time is that of our process and its connection's server
process together: other work on the machine does not lengthen it much.
"""

import http.client
import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
os.environ.setdefault("SECURITY_LOG", os.devnull)
django.setup()
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

import sosa_registry.wsgi  # noqa: E402,F401  (as a worker loads it)
from agreements.models import Agreement, Event  # noqa: E402
from benchmarks.driving import running, wsgi  # noqa: E402
from benchmarks.targets import Verdict, over  # noqa: E402
from sosa_registry.ledger.models import Head  # noqa: E402

ROUNDS, PORT, MOST = 3, 8128, {"ndjson": 5, "csv": 10}
MOST_GROWTH = 50  # MB

BARE = {
    "agreements": "SELECT {agreement} FROM agreements_agreement a ORDER BY a.slug",
    "events": "SELECT {event} FROM agreements_event a ORDER BY agreement_id, date_latest, slug",
}
_CITED = """
    SELECT subject, count(DISTINCT source_id) AS n,
      array_agg(source_id ORDER BY position, source_id) FILTER (WHERE locator = '') AS sources,
      min(CASE WHEN o.kind IN ('regulation', 'statute', 'government page') AND tier = 'primary'
        THEN 'A' WHEN o.kind = 'press release' AND tier = 'primary' THEN 'B'
        WHEN o.kind IN ('CRS report', 'press release', 'regulation', 'statute', 'government page')
        THEN 'C' WHEN o.kind IN ('news', 'think tank') THEN 'D' ELSE 'E' END) AS grade
    FROM partners_citation JOIN partners_source o ON o.slug = source_id
    WHERE superseded_in IS NULL AND subject_kind = '{kind}' GROUP BY subject"""
SAME = {
    "agreements": """
  SELECT {agreement}, t.abbreviation, p.name, q.name, g.name, c.sources, c.grade, c.n, k.n,
    s.status, s.certain, s.since
  FROM agreements_agreement a
  JOIN agreements_agreementtype t ON t.slug = a.type_id
  JOIN partners_country p ON p.code = a.principal_id
  LEFT JOIN partners_country q ON q.code = a.partner_id
  LEFT JOIN partners_grouping g ON g.slug = a.partner_grouping_id
  LEFT JOIN ({cited}) c ON c.subject = a.slug
  LEFT JOIN (
    SELECT subject, count(*) AS n FROM agreements_claim
    WHERE superseded_in IS NULL AND subject_kind = 'agreement' AND stance = 'disagrees'
    GROUP BY subject) k ON k.subject = a.slug
  LEFT JOIN (
    SELECT DISTINCT ON (agreement) agreement, status, since,
      certain_from <= current_date AND certain_until > current_date AS certain
    FROM agreements_standing
    WHERE (superseded_in IS NULL OR superseded_in > {revision}) AND recorded_in <= {revision}
      AND possible_from <= current_date AND possible_until > current_date
    ORDER BY agreement, array_position(
      ARRAY['in_force', 'suspended', 'signed', 'negotiating', 'proposed']::varchar[], status),
      possible_from DESC) s ON s.agreement = a.slug
  ORDER BY a.slug""",
    "events": """
  SELECT {event}, c.sources FROM agreements_event a LEFT JOIN ({cited}) c ON c.subject = a.slug
  ORDER BY agreement_id, date_latest, slug""",
}
KINDS = {"agreements": (Agreement, "agreement"), "events": (Event, "event")}


@dataclass
class Taken:
    """Seconds by the clock, and of processors."""

    wall: float
    cpu: float


def exports(rounds: int = ROUNDS) -> tuple[list[str], list[Verdict]]:
    """A line of Markdown for each file: itself, both copies, and the ratios; and the verdicts.

    Without rounds, the one that else warms up.
    """
    verdicts, lines = (
        [],
        [
            "| file | MB | s (CPU) | COPY bare | COPY, same columns | × bare | × same | at most |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ],
    )
    for name, (model, _) in KINDS.items():
        for kind, most in MOST.items():
            bare, same, file = [], [], []
            for number in range(rounds + 1):  # the first round warms up
                size, taken = _timed(lambda name=name, kind=kind: _exported(name, kind))
                found = taken, _timed(_copy(BARE, name))[1], _timed(_copy(SAME, name))[1]
                if number or not rounds:
                    for kept, one in zip((file, bare, same), found, strict=True):
                        kept.append(one)
            ours, plain, full = _median(file), _median(bare), _median(same)
            lines.append(
                f"| {name}, {model.objects.count()} rows, {kind} | {size / 1e6:.0f} "
                f"| {_told(ours)} | {_told(plain)} | {_told(full)} | {ours.cpu / plain.cpu:.1f} "
                f"| {ours.cpu / full.cpu:.1f} | {most} |"
            )
            print(lines[-1], flush=True)
            ratio = ours.cpu / full.cpu
            told = f"{ratio:.1f} × COPY, same columns", over(ratio, most)
            verdicts.append(Verdict(f"export of {name}, {kind}", f"{most} × COPY", *told))
    return lines, verdicts


def growth() -> tuple[list[str], list[Verdict]]:
    """By how many MB a worker that has served the list grows while it writes the whole file."""
    verdicts, lines = [], ["| file | growth of the worker, MB | at most |\n|---|---:|---:|"]
    for name in KINDS:
        for kind in MOST:
            with running(wsgi("growth", "sosa_registry.wsgi", PORT)) as server:
                server_pids = _workers(server.pid)
                for _ in range(8):  # both workers, all that a list needs
                    _get(f"/api/v1/{name}/?page_size=100", {"Cache-Control": "no-cache"})
                before = {pid: _resident(pid) for pid in server_pids}
                peak = _watched(
                    before, lambda name=name, kind=kind: _get(f"/api/v1/{name}/?format={kind}", {})
                )
            lines.append(f"| {name}, {kind} | {peak:.0f} | {MOST_GROWTH} |")
            print(lines[-1], flush=True)
            work = f"growth of a worker, {name}, {kind}"
            told = f"{MOST_GROWTH} MB", f"{peak:.0f} MB", over(peak, MOST_GROWTH)
            verdicts.append(Verdict(work, *told))
    return lines, verdicts


def _timed(do: Callable):
    wall, cpu = time.perf_counter(), time.process_time() + _of_server()
    made = do()
    spent = time.process_time() + _of_server() - cpu
    return made, Taken(time.perf_counter() - wall, spent)


def _of_server() -> float:
    """Processor seconds of the database's process that serves our connection; 0 if not here."""
    connection.ensure_connection()
    place = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not place.exists():
        return 0.0
    user, system = place.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _exported(name: str, kind: str) -> int:
    response = Client(HTTP_HOST="127.0.0.1").get(f"/api/v1/{name}/", {"format": kind})
    return sum(len(part) for part in response.streaming_content)


def _copy(statements: dict[str, str], name: str) -> Callable[[], None]:
    model, kind = KINDS[name]
    columns = ", ".join(f"a.{each.column}" for each in model._meta.concrete_fields)
    revision = Head.objects.get(id=1).number
    sql = statements[name].replace("{cited}", _CITED).replace("{kind}", kind)
    sql = sql.replace(f"{{{kind}}}", columns).replace("{revision}", str(revision))

    def copied() -> None:
        with connection.cursor() as cursor, Path(os.devnull).open("w") as nowhere:
            cursor.copy_expert(f"COPY ({sql}) TO STDOUT", nowhere)

    return copied


def _median(found: list[Taken]) -> Taken:
    return Taken(*(statistics.median(getattr(one, of) for one in found) for of in ("wall", "cpu")))


def _told(one: Taken) -> str:
    return f"{one.wall:.1f} ({one.cpu:.1f})"


def _get(place: str, headers: dict) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    asked.request("GET", place, headers=headers)
    answer = asked.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{place} answered {answer.status}")
    while answer.read(1 << 16):
        pass
    asked.close()


def _workers(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident(pid: int) -> float:
    """Resident megabytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmRSS:"))) / 1024


def _watched(before: dict[int, float], do: Callable[[], None]) -> float:
    """The most that any process is above what it was before, while something is done."""
    peak, done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, *(_resident(pid) - at for pid, at in before.items()))

    watching = threading.Thread(target=watch)
    watching.start()
    do()
    done.set()
    watching.join()
    return peak


if __name__ == "__main__":
    exports()
    growth()
