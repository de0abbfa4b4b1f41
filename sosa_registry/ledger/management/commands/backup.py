"""`manage.py backup FILE`: everything in one file, while the registry is at work."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from sosa_registry.ledger import backup


class Command(BaseCommand):
    """Write a backup; an earlier file of that name is replaced once the new one is whole."""

    help = "Write everything to one file, restorable on either engine."

    def add_arguments(self, parser):
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        """Write it, and say what it holds."""
        try:
            manifest = backup.write(file)
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror}") from error
        counted = sum(table["rows"] for table in manifest["tables"].values())
        number = manifest["head"]["number"] if manifest["head"] else 0
        self.stdout.write(f"{file}: {counted} rows, to revision {number}.")
