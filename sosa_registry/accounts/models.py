"""Tokens: what a machine shows instead of signing in.

Only the SHA-256 of a token is kept: it is random enough that nothing slower is needed. A token may
what its scope says and its owner's roles allow, never more, and ends by itself.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from .roles import Action

PREFIX = "sosa_"
LONGEST_DAYS = 365
USED_EVERY = timedelta(minutes=5)  # how fresh `last_used_at` is kept: a write now and then


class Token(models.Model):
    """One token of an account, by name. Made once, revoked or run out, never changed."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        PROPOSE = "propose", "Read, and draft changes for review"
        WRITE = "write", "Read, draft, and change records"
        ALL = "all", "Everything that the account may"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="tokens",
        help_text="Whose token it is. What is done with it is recorded under this name.",
    )
    name = models.CharField(max_length=80, help_text="What it is for, as in “nightly mirror”.")
    scope = models.CharField(
        max_length=10,
        choices=Scope.choices,
        default=Scope.READ,
        help_text="What it may do, as far as its owner's roles allow.",
    )
    days = models.PositiveSmallIntegerField(
        "days",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
        help_text=f"After how many days it ends: {LONGEST_DAYS} at most.",
    )
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    begins = models.CharField(
        "begins with", max_length=12, editable=False, help_text="How the token begins."
    )
    made_at = models.DateTimeField(auto_now_add=True, help_text="When it was made, in UTC.")
    last_used_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was last used, to five minutes."
    )
    revoked = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ("owner__username", "-made_at")

    def __str__(self):
        return f"{self.name} ({self.begins}…)"

    @property
    def ends_at(self) -> datetime:
        """The moment from which it is no longer taken."""
        return self.made_at + timedelta(days=self.days)

    def give(self) -> str:
        """A new secret for a token that has none; keeps its SHA-256. To be shown once."""
        secret = PREFIX + secrets.token_urlsafe(32)
        self.sha256, self.begins = digest(secret), secret[:10]
        return secret

    def used(self, now: datetime) -> None:
        """Note that it was used, unless that was noted a few minutes ago."""
        if self.last_used_at is None or now - self.last_used_at > USED_EVERY:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)


SCOPES: dict[str, frozenset[Action]] = {
    Token.Scope.READ: frozenset({Action.READ}),
    Token.Scope.PROPOSE: frozenset({Action.READ, Action.CURATE, Action.PROPOSE}),
    Token.Scope.WRITE: frozenset(
        {
            Action.READ,
            Action.CURATE,
            Action.PROPOSE,
            Action.WRITE,
            Action.IMPORT,
            Action.RESTORE,
        }
    ),
    Token.Scope.ALL: frozenset(Action),
}


def digest(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()
