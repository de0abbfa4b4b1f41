"""How long and how large an import of 10,000 changed rows is: preview, then confirmation.

Usage: `python -m benchmarks.imports [ROWS [FILE]]`. It makes a registry of its own in a
temporary folder (or in DATABASE_URL), imports as many sources, firms and events, changes each of
them in a second file and prints seconds, SQL statements per 1,000 rows and the peak of memory. What
the changed rows took, preview and confirmation together, is written into the file as JSON.
"""

import csv
import io
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path


def table(header: str, rows) -> bytes:
    """A CSV file."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return target.getvalue().encode()


def files(count: int, said: str) -> dict[str, bytes]:
    """As many sources, firms and events that differ in what they say."""
    numbers = range(count)
    return {
        "sources": table(
            "source,publisher,title,kind,tier,note",
            ([f"s-{n}", "Gazette", f"Notice {n}", "news", "secondary", said] for n in numbers),
        ),
        "firms": table(
            "firm,name,country,note",
            ([f"f-{n}", f"Works number {n}", "SWE", said] for n in numbers),
        ),
        "events": table(
            "id,agreement,event,date,note",
            ([f"x-{n}", f"a-{n}", "signed", "2020-01-01", said] for n in numbers),
        ),
    }


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/registry.sqlite3")
        os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
        found = measure(count)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(found))


def measure(count: int) -> list[dict]:
    """Import, change, measure; seconds, processor seconds, statements a 1,000 changed rows."""
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from agreements.exchange import importing, reading  # noqa: PLC0415
    from benchmarks.contend import processor_time  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("import_registry", accept_warnings=True, verbosity=0, stdout=io.StringIO())
    says = {"actor": "bench", "reason": "Measuring", "accept_warnings": True}
    papers = table(
        "agreement,type,partner,title",
        ([f"a-{n}", "mou", "SWE", f"Paper {n}"] for n in range(count)),
    )
    importing.apply(reading.read_upload("agreements.csv", papers), **says)
    asked = [0]

    def counted(execute, *arguments):
        asked[0] += 1
        return execute(*arguments)

    print(f"{count} rows, megabytes before: {peak():.0f}")
    made: dict[str, dict] = {}
    for said in ("first", "second"):
        for name, content in files(count, said).items():
            whole = made[name] = {"table": name, "seconds": 0, "processor": 0, "statements": 0}
            for verb in ("preview", "confirm"):
                asked[0], started, worked = 0, time.perf_counter(), processor_time()
                with connection.execute_wrapper(counted):
                    package = reading.read_upload(f"{name}.csv", content)
                    if verb == "preview":
                        importing.rehearse(package, actor="bench", reason="Measuring")
                    else:
                        importing.apply(package, **says)
                taken = time.perf_counter() - started
                whole["seconds"] += taken
                whole["processor"] += processor_time() - worked
                whole["statements"] += asked[0] * 1000 / count
                print(
                    f"{name:8} {'new' if said == 'first' else 'changed':8} {verb:8}"
                    f"{taken:7.1f} s {asked[0] * 1000 / count:6.1f} SQL a 1,000 rows"
                    f" {peak():6.0f} MB",
                    flush=True,
                )
    return list(made.values())


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
