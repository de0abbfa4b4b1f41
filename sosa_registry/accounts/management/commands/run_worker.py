"""`manage.py run_worker`: does the long work that waits in the database, and survives restarts.

The work itself is django-tasks'. This adds what a restart needs: a task that a worker of the same
name had begun when it was killed is begun again. Tasks are therefore written so that doing one
twice does no harm: each is one transaction, or looks first at what is done already.
"""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django_tasks_db.models import DBTaskResult


def take_up_again(name: str) -> int:
    """Put back what a worker of this name left unfinished; how many tasks that were."""
    with transaction.atomic():
        left = [task for task in DBTaskResult.objects.running() if task.worker_ids[-1:] == [name]]
        return DBTaskResult.objects.filter(pk__in=[task.pk for task in left]).update(
            status="READY", started_at=None
        )


class Command(BaseCommand):
    """Starts a worker."""

    help = "Do the work that waits in the database: imports, mail, webhooks."

    def add_arguments(self, parser):
        """The worker's name, and whether to stop when nothing waits."""
        parser.add_argument(
            "--name",
            default="worker",
            help="Unlike any other worker's, and the same after a restart (default: worker).",
        )
        parser.add_argument("--once", action="store_true", help="Stop when nothing is waiting.")

    def handle(self, *args, name, once, verbosity, **options):
        """Take up what was left, then work."""
        if again := take_up_again(name):
            self.stderr.write(f"Begun again after a restart: {again}")
        call_command(
            "db_worker",
            queue_name="*",
            worker_id=name,
            batch=once,
            reload=False,
            startup_delay=False,
            verbosity=verbosity,
        )
