"""Which editions of the shipped dataset this registry has taken, each kept whole.

A newer edition is compared with the one taken last, so that what was edited here is told from what
the shippers changed. No part of the registry's record: the revisions that it led to are.
"""

from django.db import models

from sosa_registry.ledger import clock


class ShippedEdition(models.Model):
    """The shipped tables as they were when they were taken."""

    digest = models.CharField(max_length=64, help_text="SHA-256 over the tables.")
    content = models.BinaryField(help_text="The tables, as a zip.")
    taken_at = models.DateTimeField(default=clock.now, help_text="When it was taken, in UTC.")

    class Meta:
        ordering = ("-pk",)

    def __str__(self):
        return f"Shipped edition {self.digest[:12]}"
