"""`manage.py export_registry PATH`: writes the whole registry as a data package."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from agreements.exchange import package
from sosa_registry.ledger.reading import NotKnown, pin


class Command(BaseCommand):
    """Export every table to a folder, or to a zip where the path ends in .zip."""

    help = "Export the registry as a data package: a folder, or a zip if the path ends in .zip."

    def add_arguments(self, parser):
        """Where to, and as known at which revision."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--known-at", type=int, help="as known at this revision")

    def handle(self, *args, **options):
        """Write the package; refuses a revision that does not exist."""
        try:
            pinned = pin(options["known_at"])
        except NotKnown as error:
            raise CommandError(f"--known-at: {error}") from error
        write = package.write_zip if options["path"].suffix == ".zip" else package.write_folder
        write(options["path"], pinned)
        self.stdout.write(f"Revision {pinned.revision} written to {options['path']}.")
