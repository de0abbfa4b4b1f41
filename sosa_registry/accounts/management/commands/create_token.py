"""`manage.py create_token`: a token for an account, printed once."""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token


class Command(BaseCommand):
    """Makes a token."""

    help = "Make a token of the API for an account, and print it: it is kept nowhere."

    def add_arguments(self, parser):
        """Whose, what for, what it may, and how long."""
        parser.add_argument("account", help="The account's name.")
        parser.add_argument("--name", required=True, help="What it is for.")
        parser.add_argument("--scope", default=Token.Scope.READ, choices=Token.Scope.values)
        parser.add_argument("--days", type=int, default=90, help="When it ends; 365 at most.")

    def handle(self, *args, account, name, scope, days, **options):
        """Make it, or say why not."""
        owner = get_user_model().objects.filter(username=account).first()
        if owner is None:
            raise CommandError(f"There is no account “{account}”.")
        try:
            made = Token(owner=owner, name=name, scope=scope, days=days)
            self.stdout.write(tokens.make(made, actor=owner))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
