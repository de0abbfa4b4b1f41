"""`manage.py import_registry [PATH]`: reads tables, all or nothing, in one revision.

The path is a folder or zip in the layout of the registry's own export, an Excel workbook, or one
table as CSV.
"""

import time
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from agreements.exchange import importing, shipped
from agreements.exchange.planning import CREATE, UPDATE
from agreements.exchange.reading import ImportRefused, read

AVAILABLE = (
    "A newer shipped dataset is there; nothing was changed. See it in the admin under Imports, or "
    "take it with: manage.py import_registry --update-shipped"
)


class Command(BaseCommand):
    """Import tables in the layout of the registry's own export; without a path, the dataset."""

    help = "Import tables (folder, zip, workbook or CSV), all or nothing, in one revision."

    def add_arguments(self, parser):
        """Where from, in whose name, why."""
        parser.add_argument("path", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures")
        parser.add_argument(
            "--preview",
            action="store_true",
            help="say what would be done with each row; write nothing",
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing unless empty")
        parser.add_argument(
            "--update-shipped",
            action="store_true",
            help="take what changed in the shipped dataset since it was taken last",
        )
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--theirs", action="store_true", help="with it: conflicts as shipped")
        whose.add_argument(
            "--ours", action="store_true", help="with it: conflicts as they are here"
        )
        parser.add_argument(
            "--accept-warnings", action="store_true", help="what the rules warn of is so"
        )
        parser.add_argument("--actor", default="import_registry", help="whose change it is")
        parser.add_argument("--reason", default="", help="why; default: the folder's name")

    def handle(self, *args, **options):
        """Tell progress; on refusal list every problem with file, line and column."""
        path = options["path"]
        if options["update_shipped"]:
            return self._update(path, options)
        if options["preview"]:
            return self._preview(path, options)
        if options["if_empty"] and not importing.is_empty():
            if shipped.is_newer(path):
                self.stdout.write(AVAILABLE)
            return None
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
            self._tell_problems(refused.problems)
            raise CommandError(str(refused)) from refused
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        if path.resolve() == shipped.FIXTURES.resolve():
            shipped.remember(path)
        if outcome.changed_nothing:
            self.stdout.write("Nothing to change: the registry says all of this already.")
        else:
            created = sum(new for new, _, _ in outcome.counts.values())
            changed = sum(altered for _, altered, _ in outcome.counts.values())
            self.stdout.write(
                f"Revision {outcome.revision}: {created} records created, {changed} changed, "
                f"in {time.monotonic() - started:.1f} s."
            )
        return None

    def _preview(self, path, options):
        """Say what an import would do, row by row and column by column."""
        try:
            outcome = importing.rehearse(read(path), actor=options["actor"], reason="Preview")
        except ImportRefused as refused:
            self._tell_problems(refused.problems)
            raise CommandError(str(refused)) from refused
        for line in outcome.plan.lines():
            if line.action in (CREATE, UPDATE):
                self.stdout.write(f"{line.action} {line.row.table.name} {' '.join(line.row.key)}")
                for column, (before, after) in line.changes.items():
                    self.stdout.write(f"  {column}: “{before}” → “{after}”")
        self._tell_problems([*outcome.problems, *outcome.warnings])
        for table, (new, changed, same) in outcome.counts.items():
            self.stdout.write(f"{table}: {new} new, {changed} changed, {same} unchanged")
        if outcome.problems:
            raise CommandError(str(ImportRefused(outcome.problems)))
        self.stdout.write("Nothing was written: this was a preview.")

    def _tell_problems(self, problems):
        for problem in problems:
            self.stderr.write(str(problem))

    def _update(self, path, options):
        """Take a newer shipped dataset; conflicts have to be decided first."""
        update = shipped.compare(path)
        conflicts = update.of(shipped.CONFLICT)
        for row in conflicts:
            self.stdout.write(f"{row.id}: {row.note or 'changed here and by the shippers'}")
            for each in row.columns:
                if each.verdict == shipped.CONFLICT:
                    self.stdout.write(
                        f"  {each.column}: was “{each.base}”, is shipped as “{each.theirs}”, "
                        f"is here “{each.mine}”"
                    )
        if conflicts and not (options["theirs"] or options["ours"]):
            raise CommandError(
                f"{len(conflicts)} conflicts, nothing was written. Say --ours or --theirs for all, "
                "or decide row by row in the admin under Imports."
            )
        try:
            outcome = shipped.take(
                update,
                actor=options["actor"],
                reason=options["reason"] or "Newer shipped dataset",
                every_conflict=options["theirs"],
                folder=path,
            )
        except ImportRefused as refused:
            self._tell_problems(refused.problems)
            raise CommandError(str(refused)) from refused
        done = f"Revision {outcome.revision}." if outcome else "Nothing to change."
        self.stdout.write(f"{done} {len(update.of(shipped.KEEP))} rows kept as they are here.")
