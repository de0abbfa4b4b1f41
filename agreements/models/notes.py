"""Notes from readers: that something on a page is wrong. For curators; no part of the registry.

A note changes nothing by itself, so it is not recorded in the ledger; what a curator does about it
is.
"""

from django.db import models

from sosa_registry.ledger import clock


class Note(models.Model):
    """One reader's report of an error on a page."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        SETTLED = "settled", "Settled: the registry was changed"
        DECLINED = "declined", "Declined: the registry stands"

    page = models.CharField(max_length=500, help_text="The page it is about.")
    text = models.TextField(max_length=2000, help_text="What is wrong, and how the reader knows.")
    contact = models.EmailField(blank=True, help_text="Where to answer, if the reader said so.")
    made_at = models.DateTimeField(
        default=clock.now, editable=False, help_text="When it came, in UTC."
    )
    status = models.CharField(
        max_length=8, choices=Status.choices, default=Status.OPEN, help_text="What became of it."
    )
    answer = models.TextField(blank=True, help_text="What the curators found.")

    class Meta:
        ordering = ("-made_at",)

    def __str__(self):
        return f"{self.page}: {self.text[:60]}"
