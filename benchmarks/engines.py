"""The same on another engine, and imports on both: each in a process and a database of its own.

`python -m benchmarks.engines TIMES FILE` measures every question of the registry in DATABASE_URL
and writes what each costs, by its name, as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = "imports_measured"


def sqlite(file: Path, size: int) -> str:
    """The address of an SQLite registry with the rows that PostgreSQL's was given: one seed."""
    url = f"sqlite:///{file}"
    _run(url, "benchmarks.load", str(size), "--if-empty")
    return url


def costs(url: str, times: int, folder: Path) -> dict[str, float]:
    """Milliseconds of processor of each question there; of reconciliation too."""
    return _told(url, folder, "benchmarks.engines", str(times))


def imports(url: str, rows: int, folder: Path) -> list[dict]:
    """What importing so many rows into a small registry costs there, table by table."""
    if urlsplit(url).scheme.startswith("sqlite"):
        return _told(f"sqlite:///{folder}/imports.sqlite3", folder, "benchmarks.imports", str(rows))
    with _scratch(url) as beside:
        return _told(beside, folder, "benchmarks.imports", str(rows))


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """An empty database beside one of PostgreSQL, gone afterwards."""
    _sql(url, f"DROP DATABASE IF EXISTS {SCRATCH}", f"CREATE DATABASE {SCRATCH}")
    try:
        yield urlsplit(url)._replace(path=f"/{SCRATCH}").geturl()
    finally:
        _sql(url, f"DROP DATABASE {SCRATCH}")


def _sql(url: str, *statements: str) -> None:
    import psycopg2  # noqa: PLC0415  (only where PostgreSQL is measured)

    connection = psycopg2.connect(url)
    connection.autocommit = True  # a database is not made within a transaction
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


def _told(url: str, folder: Path, *command: str):
    told = folder / "told.json"
    _run(url, *command, str(told))
    return json.loads(told.read_text())


def _run(url: str, module: str, *arguments: str) -> None:
    environment = os.environ | {"DATABASE_URL": url}
    run = [sys.executable, "-m", module, *arguments]
    subprocess.run(run, cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Measure the questions here."""
    import django  # noqa: PLC0415

    django.setup()
    # What measures can only be read once the application is there.
    from benchmarks import contend  # noqa: PLC0415

    times, file = int(sys.argv[1]), Path(sys.argv[2])
    found = {one.name: contend.cost_of(one, times).processor for one in contend.asked_here()}
    found[contend.RECONCILIATION] = contend.reconciled()[1] * 1000
    file.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
