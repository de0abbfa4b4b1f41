"""`manage.py check_registry`: every violation of the registry's own rules, errors and warnings."""

from django.core.management.base import BaseCommand, CommandError

from agreements.rules import ERROR, RULES, check


class Command(BaseCommand):
    """Ask every rule about the whole registry; ends with a non-zero status when one is broken."""

    help = "List what breaks the registry's rules. Fails when an error is among it, not a warning."

    def handle(self, *args, **options):
        """One line a violation, then the sum."""
        found = check()
        for violation in found:
            self.stdout.write(f"{violation.severity}: {violation}")
        errors = sum(violation.severity == ERROR for violation in found)
        told = f"{len(RULES)} rules: {errors} errors, {len(found) - errors} warnings."
        if errors:
            raise CommandError(told)
        self.stdout.write(told)
