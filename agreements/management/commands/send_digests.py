"""Send the digests that are due. For a timer: hourly or daily, as often as one likes."""

from django.core.management.base import BaseCommand, CommandError

from agreements.digests import FAILED, QUIET, SENT, send_digests


class Command(BaseCommand):
    """Send every due digest once; safe to run at any time, and twice at once."""

    help = "Send the digests that are due; run it from a timer. Nothing is ever sent twice."

    def handle(self, *args, **options):
        """Say how many were sent; fail at the end when some could not be, so that a timer tells."""
        outcome = send_digests()
        self.stdout.write(f"{outcome[SENT]} sent, {outcome[QUIET]} without news.")
        if outcome[FAILED]:
            raise CommandError(f"{outcome[FAILED]} could not be sent; the next run tries again.")
