"""Brings database and static files up to date before the server starts; prints where it will be.

Usage: `.venv/bin/python .ci/prepare.py`, by `make run`. Each step first asks cheaply whether it
is needed, all in one Django process, so that a second start takes a second or two and reloads
nothing. A deployment that migrates and collects by other means does not need it.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.finders import get_finders  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

NEXT_STEPS = """
The registry is at {url}/

  {url}/            open it in a browser
  {url}/api/docs/   try the API
  make admin{pad}     in another terminal: an account for {url}/admin/
  make test{pad}      run every test
  Ctrl-C{pad}         stop the server
"""


def migrate():
    """Migrate when a migration is waiting."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    started = time.monotonic()
    print("Preparing the database …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    print(f"Preparing the database: done in {time.monotonic() - started:.1f} s", flush=True)


def static_fingerprint() -> str:
    """Hash name, size and time of every source file: reading them all would cost a second."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = os.stat(storage.path(name))
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static():
    """Collect static files when one of their sources changed or the collection is gone."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(root.name + ".sha256")  # beside it, for what is in it gets served
    wanted = static_fingerprint()
    if (root / "staticfiles.json").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    print("Collecting static files …", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)
    print(f"Collecting static files: done in {time.monotonic() - started:.1f} s", flush=True)


def main():
    """Prepare everything, or say in one sentence what stands in the way."""
    try:
        django.setup()
        connection.ensure_connection()
    except ImproperlyConfigured as error:
        sys.exit(f"\nSTOPPED: the settings are not complete: {error}\n")
    except OperationalError as error:
        sys.exit(f"\nSTOPPED: the database does not answer (DATABASE_URL): {error}")
    migrate()
    collect_static()
    try:
        call_command("import_registry", "--if-empty", "--accept-warnings")
    except CommandError as error:
        sys.exit(f"\nSTOPPED: {error}\n")
    url = settings.SITE_URL
    print(NEXT_STEPS.format(url=url, pad=" " * len(url)), flush=True)


if __name__ == "__main__":
    main()
