"""`manage.py verify_ledger`: proves that history was not touched, or names the first bad row."""

from django.core.management.base import BaseCommand, CommandError

from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Revision


class Command(BaseCommand):
    """Recompute the hash chain, check the triggers, compare live rows with their versions."""

    help = "Check the hash chain, the triggers, and live rows against their open versions."

    def add_arguments(self, parser):
        """`--all` goes on after the first fault."""
        parser.add_argument("--all", action="store_true", help="list every fault, not the first")

    def handle(self, *args, **options):
        """Print what was checked; exit with an error naming the first fault."""
        found = 0
        for problem in integrity.problems():
            found += 1
            self.stderr.write(problem)
            if not options["all"]:
                break
        if found:
            raise CommandError("The ledger is not whole.")
        self.stdout.write(f"The ledger is whole: {Revision.objects.count()} revisions verified.")
