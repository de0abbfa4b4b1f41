"""Files that were uploaded to be imported: what they would do, and what became of them.

An upload changes nothing by itself, so it is not recorded in the ledger; the revision that it
becomes is. Files and previews are kept for a while only (`KEPT_FOR`).
"""

from datetime import timedelta

from django.conf import settings
from django.db import models

from sosa_registry.ledger import clock

KEPT_FOR = timedelta(days=30)


class ImportJob(models.Model):
    """One uploaded file on its way into the registry."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the worker to read it"
        READING = "reading", "Being read and tried"
        PREVIEWED = "previewed", "Previewed: to be confirmed"
        REFUSED = "refused", "Refused: the file has errors"
        CONFIRMED = "confirmed", "Confirmed, waiting for the worker"
        APPLYING = "applying", "Being written"
        APPLIED = "applied", "Imported"
        UNCHANGED = "unchanged", "Nothing to change: the registry says all of this already"
        FAILED = "failed", "Failed: a fault of ours"

    name = models.CharField(max_length=200, help_text="Name of the file.")
    table = models.CharField(
        max_length=40, blank=True, help_text="Which table it is; empty: its name or header says."
    )
    content = models.BinaryField(help_text="The bytes of the file.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Whose import it is.",
    )
    reason = models.TextField(help_text="Why, as the revision will say.")
    made_at = models.DateTimeField(default=clock.now, help_text="When it was uploaded, in UTC.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    progress = models.CharField(
        max_length=300, blank=True, help_text="What is being done with it, or what became of it."
    )
    rows = models.PositiveIntegerField(default=0, help_text="How many rows it has.")
    counts = models.JSONField(default=dict, help_text="Per table: rows created, changed, same.")
    lines = models.JSONField(default=list, help_text="What would be done with each row.")
    problems = models.JSONField(default=list, help_text="Everything that is wrong with it.")
    warnings = models.JSONField(default=list, help_text="What the rules warn of.")
    digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the plan that the preview shows."
    )
    accept_warnings = models.BooleanField(default=False, help_text="Whether that is so.")
    revision = models.PositiveBigIntegerField(null=True, help_text="The revision it became.")

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = "import"

    def __str__(self):
        return f"{self.name}, {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has something to do with it still."""
        state = self.State
        return self.state in (state.WAITING, state.READING, state.CONFIRMED, state.APPLYING)
