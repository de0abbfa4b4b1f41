"""Who asked for a digest by e-mail, and of what. Personal data: no part of the registry.

A subscription is not recorded in the ledger, whose rows cannot be deleted: it is gone, address and
all, the moment its reader stops it. A row is there only once its reader has confirmed it; until
then all there is of it is a signed link in a letter.
"""

from datetime import date, timedelta

from django.db import models

from sosa_registry.ledger import clock


class SubscriptionQuerySet(models.QuerySet):
    """Questions about whose turn it is."""

    def due(self, today: date, revision: int):
        """Those not yet told anything in their present period, while the registry went on."""
        every = self.model.Every
        turn = models.Q(pk__in=())
        for period in every:
            turn |= models.Q(every=period, told_in__lt=self.model.period_of(period, today))
        return self.filter(turn, told_revision__lt=revision).order_by("pk")


class Subscription(models.Model):
    """One reader's confirmed wish to hear, daily or weekly, what touched one view."""

    class Every(models.TextChoices):
        DAY = "day", "Daily"
        WEEK = "week", "Weekly"

    address = models.EmailField(help_text="Where the digest goes. Deleted when you stop it.")
    view = models.CharField(
        max_length=500, help_text="The page that is followed, with its query, as /types/sosa/."
    )
    every = models.CharField(
        max_length=4,
        choices=Every.choices,
        default=Every.WEEK,
        help_text="At most how often; without news nothing is sent.",
    )
    confirmed_at = models.DateTimeField(
        default=clock.now, help_text="When its reader confirmed it, in UTC."
    )
    told_in = models.DateField(
        help_text="First day of the last period in which a digest was sent, or of the first one."
    )
    told_revision = models.PositiveBigIntegerField(
        help_text="Up to which revision it has been told."
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["address", "view"],
                name="subscription_once",
                violation_error_message="This address follows this view already.",
            )
        ]

    def __str__(self):
        return f"{self.view}, {self.get_every_display().lower()}"

    @classmethod
    def period_of(cls, every: str, day: date) -> date:
        """The first day of the period that a day is in: itself, or its week's Monday."""
        return day if every == cls.Every.DAY else day - timedelta(days=day.weekday())
