"""Fills a database with a generated registry: `python -m benchmarks.load 100000 [--if-empty]`.

DATABASE_URL names the database; an empty one is migrated and given the shipped dataset first. Shows
its progress, and at the end how long it took and how much memory.
"""

import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
django.setup()

from django.core.management import call_command  # noqa: E402

from agreements.models import Agreement  # noqa: E402
from benchmarks import bulk  # noqa: E402

SEED = 20261121


def main(size: int, if_empty: bool = False) -> None:
    """Migrate, import, fill; nothing where a generated registry is already and `if_empty`."""
    started = time.perf_counter()

    def told(what: str) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {what}", flush=True)

    call_command("migrate", verbosity=0)
    if if_empty and Agreement.objects.count() >= size:
        return
    call_command("import_registry", "--if-empty", "--accept-warnings", verbosity=0)
    told("the shipped dataset is there")
    before = time.perf_counter()
    bulk.fill(size, SEED, told)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = time.perf_counter() - before
    told(f"{size} agreements with their ledger: {taken:.0f} s, {memory:.0f} MB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]), "--if-empty" in sys.argv)
