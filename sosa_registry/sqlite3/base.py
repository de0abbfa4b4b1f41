"""The database engine: named in the settings, otherwise Django's own in everything."""

from django.db.backends.sqlite3 import base, features
from django.db.backends.sqlite3.base import Database

BEFORE, SINCE_3_32 = 999, 32_766  # SQLITE_MAX_VARIABLE_NUMBER


class DatabaseFeatures(features.DatabaseFeatures):
    """What this SQLite can do."""

    max_query_params = SINCE_3_32 if Database.sqlite_version_info >= (3, 32) else BEFORE


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection."""

    features_class = DatabaseFeatures
