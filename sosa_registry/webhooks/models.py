"""Webhooks and their deliveries. No part of the registry's record: the ledger does not keep them.

The secret is kept as it is, because signing needs it; it is shown once, when it is made.
"""

import secrets

from django.core.exceptions import ValidationError
from django.db import models

from . import addresses


def new_secret() -> str:
    """A secret to sign with."""
    return "whsec_" + secrets.token_urlsafe(32)


class Webhook(models.Model):
    """An address that is told of each revision."""

    name = models.CharField(max_length=80, unique=True, help_text="Whose it is, or what for.")
    url = models.CharField(
        "address", max_length=500, help_text="Where each revision is posted to: an https address."
    )
    active = models.BooleanField(default=True, help_text="Off: nothing is sent.")
    secret = models.CharField(max_length=80, default=new_secret, editable=False)
    made_at = models.DateTimeField(auto_now_add=True, help_text="When it was made, in UTC.")

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name

    def clean(self):
        """The address is one that may be told: by its looks now, by its resolution when sending."""
        try:
            addresses.read(self.url)
        except addresses.NotAllowed as refusal:
            raise ValidationError({"url": str(refusal)}) from refusal


class Delivery(models.Model):
    """One revision for one webhook: whether it arrived, after how many tries."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", help_text="Who is told."
    )
    revision = models.PositiveBigIntegerField(help_text="Of which revision.")
    state = models.CharField(
        max_length=9, choices=State.choices, default=State.WAITING, help_text="How far it is."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it was tried.")
    status = models.PositiveSmallIntegerField(
        null=True, help_text="The HTTP status of the last answer; none when there was no answer."
    )
    told = models.CharField(
        max_length=300, blank=True, help_text="What the last try came to, in a sentence."
    )
    tried_at = models.DateTimeField(null=True, help_text="When it was last tried, in UTC.")
    next_at = models.DateTimeField(null=True, help_text="When it will be tried again, in UTC.")

    class Meta:
        ordering = ("-revision", "webhook")
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "revision"], name="delivery_once")
        ]

    def __str__(self):
        return f"Revision {self.revision} for {self.webhook_id}"
