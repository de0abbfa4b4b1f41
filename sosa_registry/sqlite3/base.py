"""The database engine: named in the settings, otherwise Django's own in everything."""

from django.db.backends.sqlite3 import base, features, schema
from django.db.backends.sqlite3.base import Database

BEFORE, SINCE_3_32 = 999, 32_766  # SQLITE_MAX_VARIABLE_NUMBER


class DatabaseFeatures(features.DatabaseFeatures):
    """What this SQLite can do."""

    max_query_params = SINCE_3_32 if Database.sqlite_version_info >= (3, 32) else BEFORE


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Changes tables, and has what was counted of them counted anew.

    An index that nothing was counted of is taken for a bad one beside those that were counted:
    after a migration a trend took five times as long at 100,000 agreements.
    """

    def __exit__(self, *raised):
        """Count once everything is changed, where anything was ever counted."""
        super().__exit__(*raised)
        if raised[0] is None and not self.collect_sql:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
                if cursor.fetchone():
                    cursor.execute("ANALYZE")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection."""

    features_class = DatabaseFeatures
    SchemaEditorClass = DatabaseSchemaEditor
