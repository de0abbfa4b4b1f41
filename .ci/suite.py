"""Runs every test in parts and says at the end, part by part, what came of it.

Usage: `.venv/bin/python .ci/suite.py`, by `make test`. Browser tests run apart from the others, so
that Playwright's event loop never touches them, and everything runs on both database engines, but
for what can only be about PostgreSQL (its replicas, its plans, its being stopped under load) and
for Schemathesis, whose sixteen thousand requests take minutes. The unit tests of both engines run
side by side, a core each; what measures a browser has the machine to itself.
Green means that all of it ran: a part that had to be left out, a part without tests, a skipped or
expected-to-fail or deselected test make the run fail, by name.
"""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from browser import ensure_chromium
from debian import Missing
from judges import ensure_judges
from postgres import private_server, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent
APART = ("tests/browser", "tests/replicas", "tests/service", "tests/plans", "tests/fuzz")
UNIT = ("unit and API", [f"--ignore={folder}" for folder in APART])
BROWSER = ("browser", ["tests/browser"])
FUZZ = ("Schemathesis", ["tests/fuzz", "-s"])
SERVERS = ("replicas and deployment", ["tests/replicas", "tests/service"])  # they make their own
PLANS = ("plans", ["tests/plans"])  # how PostgreSQL answers when the registry has grown
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CLOSING_LINE = re.compile(r"^=*\s*((?:no tests ran|\d+ \w+).* in [\d.]+s\b.*?)\s*=*$")
NOT_RUN = re.compile(r"\d+ (?:skipped|xfailed|xpassed|deselected)")
RUNNING: set[subprocess.Popen] = set()


@dataclass
class Result:
    """What came of one part; `problem` is empty when it is as it should be."""

    name: str
    line: str
    problem: str


def show(line: str) -> None:
    """Print a line as it comes."""
    print(line, end="", flush=True)


def run_pytest(
    arguments: list[str], database_url: str | None, tell: Callable[[str], None]
) -> tuple[int, str]:
    """Run pytest, tell its output as it comes, and return its status and closing line."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [sys.executable, "-m", "pytest", f"--color={colour}", *arguments]
    closing = ""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, errors="replace", stdout=subprocess.PIPE
    )
    RUNNING.add(process)
    try:
        for line in process.stdout:
            tell(line)
            match = CLOSING_LINE.match(ANSI.sub("", line).strip())
            closing = match[1] if match else closing
        return process.wait(), closing
    finally:
        if process.poll() is None:  # we were told to stop: so is pytest, and it cleans up
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        RUNNING.discard(process)


def judge(status: int, closing: str) -> str:
    """Say what is wrong with a part, or nothing."""
    not_run = NOT_RUN.findall(closing)
    if status == 5 or closing.startswith("no tests ran"):
        return "NO TEST WAS FOUND"
    if status:
        return f"FAILED (pytest exited {status})"
    if " passed" not in closing:
        return "NO TEST PASSED"
    if not_run:
        return f"NOT EVERYTHING RAN ({', '.join(not_run)})"
    return ""


def run_part(
    part: tuple[str, list[str]],
    engine: str,
    database_url: str | None,
    tell: Callable[[str], None] = show,
) -> Result:
    """Run one part on one engine; a browser part first makes sure of its browser."""
    kind, arguments = part
    name = f"{kind} tests on {engine}"
    tell(f"\n##### {name} #####\n")
    if part is BROWSER:
        try:
            tell(f"{ensure_chromium()}\n")
        except Missing as missing:
            return Result(name, "", f"LEFT OUT: {missing}")
    status, closing = run_pytest(arguments, database_url, tell)
    return Result(name, closing, judge(status, closing))


def run_units(url: str) -> list[Result]:
    """The unit tests of both engines at once; PostgreSQL's are shown when SQLite's are over."""
    lines = SimpleQueue()
    with ThreadPoolExecutor(max_workers=1) as beside:
        later = beside.submit(run_part, UNIT, "PostgreSQL", url, lines.put)
        later.add_done_callback(lambda _: lines.put(None))
        try:
            first = run_part(UNIT, "SQLite", None)
            for line in iter(lines.get, None):
                show(line)
        finally:
            for process in list(RUNNING):  # only when we were told to stop is any left
                process.terminate()
    return [first, later.result()]


def run_everything() -> list[Result]:
    """Run the parts; a failing one does not keep the others from running."""
    try:
        ensure_judges()
    except Missing as missing:  # the tests that need them fail, and say so, too
        print(f"\n{missing}", flush=True)
    try:
        with private_server() as url:
            results = [*run_units(url), run_part(BROWSER, "SQLite", None)]
            on_postgresql = (BROWSER, FUZZ, SERVERS, PLANS)
            results += [run_part(part, "PostgreSQL", url) for part in on_postgresql]
            return results
    except Missing as missing:
        print(f"\n{missing}", flush=True)
        results = [run_part(part, "SQLite", None) for part in (UNIT, BROWSER)]
        return [*results, Result("all tests on PostgreSQL", "", f"LEFT OUT: {missing}")]


def main() -> int:
    """Run everything and close with a summary."""
    stop_on_signals()
    results = run_everything()
    print("\n##### Summary #####")
    for result in results:
        print(f"{'ok  ' if not result.problem else 'BAD '} {result.name}: {result.line}")
        if result.problem:
            print(f"     {result.problem}")
    bad = [result.name for result in results if result.problem]
    if bad:
        print(f"\nNOT GREEN: {'; '.join(bad)}")
    else:
        print("\nEverything ran and passed.")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nSTOPPED by Ctrl-C: not everything was tested.")
