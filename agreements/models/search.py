"""What search looks through: one row a record, with every name it goes by. Derived, never edited.

Names are folded (lower case, no accents), one a line. On PostgreSQL a trigram index (pg_trgm) finds
what holds or nearly holds the words; on SQLite a full-text table with trigrams does, kept in step
by triggers. The migration that makes them says so again: SQLite drops a table's triggers when
Django alters the table.
"""

from django.db import models


class SearchEntry(models.Model):
    """One record as search sees it."""

    kind = models.CharField(max_length=24, help_text="What kind of record.")
    key = models.CharField(max_length=80, help_text="Its natural key.")
    title = models.CharField(max_length=500, help_text="What to show.")
    text = models.CharField(max_length=300, blank=True, help_text="What to show beneath.")
    url = models.CharField(max_length=300, help_text="Its page.")
    names = models.TextField(help_text="Every name, folded, one a line.")
    weight = models.PositiveSmallIntegerField(help_text="What counts first among equals.")

    class Meta:
        ordering = ("-weight", "title")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_once")]

    def __str__(self):
        return f"{self.kind} {self.key}"
