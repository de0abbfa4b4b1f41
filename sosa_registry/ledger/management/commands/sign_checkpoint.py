"""`manage.py sign_checkpoint`: a signed statement of where the chain stands, to keep elsewhere."""

import json

from django.core.management.base import BaseCommand, CommandError

from sosa_registry.ledger import checkpoint


class Command(BaseCommand):
    """Print a checkpoint, or the public key that verifies it."""

    help = "Print a signed checkpoint of the chain; --public-key prints the key that verifies it."

    def add_arguments(self, parser):
        """The key instead."""
        parser.add_argument("--public-key", action="store_true")

    def handle(self, *args, public_key, **options):
        """Print it."""
        try:
            said = checkpoint.public_key() if public_key else json.dumps(checkpoint.signed())
        except checkpoint.NothingToSign as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(said.strip())
