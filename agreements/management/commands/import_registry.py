"""`manage.py import_registry [DIR|ZIP]`: reads a data package, all or nothing, in one revision."""

import time
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from agreements.exchange import importing
from agreements.exchange.reading import ImportRefused


class Command(BaseCommand):
    """Import tables in the layout of the registry's own export; without a path, the dataset."""

    help = "Import a folder or zip of tables, all or nothing, in one revision."

    def add_arguments(self, parser):
        """Where from, in whose name, why."""
        parser.add_argument("path", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures")
        parser.add_argument("--if-empty", action="store_true", help="do nothing unless empty")
        parser.add_argument(
            "--accept-warnings", action="store_true", help="what the rules warn of is so"
        )
        parser.add_argument("--actor", default="import_registry", help="whose change it is")
        parser.add_argument("--reason", default="", help="why; default: the folder's name")

    def handle(self, *args, **options):
        """Tell progress; on refusal list every problem with file, line and column."""
        path = options["path"]
        if options["if_empty"] and not importing.is_empty():
            return
        started = time.monotonic()
        try:
            outcome = importing.import_package(
                path,
                actor=options["actor"],
                reason=options["reason"] or f"Import of {path.name}",
                accept_warnings=options["accept_warnings"],
                tell=self.stdout.write,
            )
        except ImportRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            raise CommandError(str(refused)) from refused
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        if outcome.changed_nothing:
            self.stdout.write("Nothing to change: the registry says all of this already.")
        else:
            created = sum(new for new, _, _ in outcome.counts.values())
            changed = sum(altered for _, altered, _ in outcome.counts.values())
            self.stdout.write(
                f"Revision {outcome.revision}: {created} records created, {changed} changed, "
                f"in {time.monotonic() - started:.1f} s."
            )
