"""`make bench`: the registry beside its contenders, against its targets; into docs/performance.md.

Usage: python -m benchmarks.run [--size 100000] [--quick] [--sqlite FILE]

On the PostgreSQL in DATABASE_URL, or on a private one that is gone afterwards; an empty database is
given a generated registry of that size first; so is the SQLite file beside it, a passing one unless
it is named. `--quick` asks each question once for a moment, and
leaves the page alone.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)


def arguments() -> argparse.Namespace:
    """How large, and how thorough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sqlite", default="", help="a file to keep, or one kept before")
    return parser.parse_args()


def main() -> None:
    """Give it a database, then measure."""
    asked = arguments()
    if not os.environ.get("DATABASE_URL"):
        server = [sys.executable, str(ROOT / ".ci" / "postgres.py"), sys.executable]
        raise SystemExit(subprocess.call([*server, "-m", "benchmarks.run", *sys.argv[1:]]))
    load = [sys.executable, "-m", "benchmarks.load", str(asked.size), "--if-empty"]
    subprocess.run(load, cwd=ROOT, check=True)
    django.setup()
    # What measures can only be read once the application is there.
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import report  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)

    with tempfile.TemporaryDirectory() as folder:
        told = machine()
        rounds, sqlite = 1 if asked.quick else 3, asked.sqlite and os.path.abspath(asked.sqlite)
        lines = report.measured(Path(folder), rounds, asked.quick, sqlite, asked.size)
    text = "\n".join([told, *lines])
    print(f"\n{text}")
    if not asked.quick:
        write(text)


def machine() -> str:
    """What the figures are taken on."""
    model = "an unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores of {model}, "
        f"{platform.system()}, Python {platform.python_version()}, load before: {load}."
    )


def write(text: str) -> None:
    """Put it between the page's two marks."""
    before, _, rest = PAGE.read_text().partition("<!-- measured -->\n")
    after = rest.partition("<!-- /measured -->\n")[2]
    PAGE.write_text(f"{before}<!-- measured -->\n{text}\n<!-- /measured -->\n{after}")


if __name__ == "__main__":
    started = time.perf_counter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # and the servers with it
    main()
    print(f"\n{time.perf_counter() - started:.0f} s in all.")
