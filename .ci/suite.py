"""Runs every test in parts and says at the end, part by part, what came of it.

Usage: `.venv/bin/python .ci/suite.py`, by `make test`. Browser tests run apart from the others, so
that Playwright's event loop never touches them, and everything runs on both database engines, but
for what can only be about PostgreSQL: its replicas.
Green means that all of it ran: a part that had to be left out, a part without tests, a skipped or
expected-to-fail or deselected test make the run fail, by name.
"""

import contextlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from browser import ensure_chromium
from debian import Missing
from postgres import private_server, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent
UNIT = ("unit and API", ["--ignore=tests/browser", "--ignore=tests/replicas"])
BROWSER = ("browser", ["tests/browser"])
REPLICAS = ("replicas", ["tests/replicas"])  # they make their own clusters
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CLOSING_LINE = re.compile(r"^=*\s*((?:no tests ran|\d+ \w+).* in [\d.]+s\b.*?)\s*=*$")
NOT_RUN = re.compile(r"\d+ (?:skipped|xfailed|xpassed|deselected)")


@dataclass
class Result:
    """What came of one part; `problem` is empty when it is as it should be."""

    name: str
    line: str
    problem: str


def run_pytest(arguments: list[str], database_url: str | None) -> tuple[int, str]:
    """Run pytest, show its output as it comes, and return its status and closing line."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [sys.executable, "-m", "pytest", f"--color={colour}", *arguments]
    closing = ""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, errors="replace", stdout=subprocess.PIPE
    )
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            match = CLOSING_LINE.match(ANSI.sub("", line).strip())
            closing = match[1] if match else closing
        return process.wait(), closing
    finally:
        if process.poll() is None:  # we were told to stop: so is pytest, and it cleans up
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)


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


def run_part(part: tuple[str, list[str]], engine: str, database_url: str | None) -> Result:
    """Run one part on one engine; a browser part first makes sure of its browser."""
    kind, arguments = part
    name = f"{kind} tests on {engine}"
    print(f"\n##### {name} #####", flush=True)
    if part is BROWSER:
        try:
            print(ensure_chromium(), flush=True)
        except Missing as missing:
            return Result(name, "", f"LEFT OUT: {missing}")
    status, closing = run_pytest(arguments, database_url)
    return Result(name, closing, judge(status, closing))


def run_everything() -> list[Result]:
    """Run the parts; a failing one does not keep the others from running."""
    results = [run_part(part, "SQLite", None) for part in (UNIT, BROWSER)]
    on_postgresql = (UNIT, BROWSER, REPLICAS)
    try:
        with private_server() as url:
            results += [run_part(part, "PostgreSQL", url) for part in on_postgresql]
    except Missing as missing:
        print(f"\n{missing}", flush=True)
        reason = f"LEFT OUT: {missing}"
        results += [Result(f"{kind} tests on PostgreSQL", "", reason) for kind, _ in on_postgresql]
    return results


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
