"""`manage.py restore FILE`: an empty registry filled from a backup and proven equal to it.

With `--check` this registry is left alone: the backup is restored into a scratch database (SQLite,
in a folder that is removed afterwards) by another process, and proven there.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from sosa_registry.ledger import backup


class Command(BaseCommand):
    """Restore a backup, or check that it could be."""

    help = "Fill an empty registry from a backup, proven equal; --check does it in a scratch one."

    def add_arguments(self, parser):
        """Which file, and where."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="In a scratch database only.")

    def handle(self, *args, file, check, **options):
        """Restore here or in scratch; say what was proven."""
        if check:
            self._check(file.resolve())
            return
        try:
            manifest = backup.restore(file)
        except backup.CannotRestore as fault:
            raise CommandError(f"Nothing was restored. {fault}") from fault
        number = manifest["head"]["number"] if manifest["head"] else 0
        self.stdout.write(
            f"{len(manifest['tables'])} tables restored and equal, row by row; "
            f"the chain verifies to revision {number}."
        )

    def _check(self, file: Path):
        with tempfile.TemporaryDirectory(prefix="registry-check-") as folder:
            scratch = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/scratch.sqlite3"}
            for command in (["migrate", "--verbosity=0"], ["restore", str(file)]):
                done = subprocess.run(
                    [sys.executable, "-m", "django", *command],
                    env=scratch,
                    capture_output=True,
                    text=True,
                )
                if done.returncode:
                    raise CommandError(done.stderr.strip().splitlines()[-1])
        self.stdout.write(f"In a scratch database: {done.stdout.strip()}")
