"""`manage.py erase_person NAME`: takes a person's name out of the history, on request."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from sosa_registry.ledger.erasing import erase_person


class Command(BaseCommand):
    """Replace a name by its digest in every revision, empty the account, record the erasure."""

    help = "Replace a person's name by its digest in every revision; the chain still verifies."

    def add_arguments(self, parser):
        """Whose name, who erases it, and why."""
        parser.add_argument("name", help="the name as the history shows it")
        parser.add_argument("--by", required=True, help="who erases it, as the history will say")
        parser.add_argument("--reason", required=True, help="why, as in “asked for on 2026-11-01”")

    def handle(self, *args, **options):
        """Erase, and say in how many revisions the name stood."""
        try:
            count = erase_person(options["name"], actor=options["by"], reason=options["reason"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Erased from {count} revisions. The chain verifies as before.")
