"""`manage.py grant_role NAME`: the rights of the lesser role that the application runs as.

PostgreSQL only, as the tables' owner, after each migration. The role may read and write every
table, but of the ledger only add; it owns nothing, so it cannot drop the triggers or alter a table.
The owner's password is then needed for migrations alone.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from sosa_registry.ledger import triggers

GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    *(f"REVOKE UPDATE, DELETE ON {table} FROM {{role}}" for table in triggers.TABLES),
    *(
        f"GRANT UPDATE ({column}) ON {table} TO {{role}}"
        for table, columns in triggers.CHANGEABLE.items()
        for column in columns
    ),
)


class Command(BaseCommand):
    """Grant a role what the application needs, and no more."""

    help = "PostgreSQL: give a role what the application needs; of the ledger it may only add."

    def add_arguments(self, parser):
        """Which role; it exists already."""
        parser.add_argument("role")

    def handle(self, *args, role, **options):
        """Grant, all or nothing."""
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: who can write the file can write all of it.")
        name = connection.ops.quote_name(role.replace('"', ""))
        with transaction.atomic(), connection.cursor() as cursor:
            for grant in GRANTS:
                cursor.execute(grant.format(role=name))
        self.stdout.write(f"{role} may read and write, and of the ledger only add.")
