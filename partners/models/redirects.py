"""Old names that still lead somewhere: what a renamed or merged record was called before.

A redirect is a record like any other: recorded, so that undoing a merge undoes it too, and part of
the data package, so that a copy of the registry keeps every address that was ever given out.
"""

from django.db import models

from sosa_registry.ledger.recording import Recorded

from .sources import SLUG, SLUG_LENGTH


class Redirect(Recorded):
    """A natural key that is no longer used, and the one that took its place."""

    record_type = "redirects"
    record_kind = "redirect"
    key_field = "key"

    kind = models.CharField(max_length=24, help_text="What it is a name of: firm, agreement …")
    old = models.CharField(
        max_length=SLUG_LENGTH, validators=[SLUG], help_text="The name that was. Never reused."
    )
    new = models.CharField(
        max_length=SLUG_LENGTH, validators=[SLUG], help_text="The name that took its place."
    )

    class Meta:
        ordering = ("kind", "old")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "old"],
                name="redirect_once",
                violation_error_message="This name leads somewhere already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(old=models.F("new")),
                name="redirect_elsewhere",
                violation_error_message="A name cannot lead to itself.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.old} → {self.new}"

    @property
    def key(self) -> str:
        """Kind and old name."""
        return f"{self.kind}/{self.old}"

    @classmethod
    def lookup(cls, key):
        """Kind and old name."""
        kind, slash, old = key.partition("/")
        if not slash:
            raise ValueError("A redirect's key is kind/name.")
        return {"kind": kind, "old": old}

    @classmethod
    def followed(cls, kind: str, key: str) -> str | None:
        """Where a name leads in the end; None when it leads nowhere. Few statements."""
        seen = [key]
        while step := cls.objects.filter(kind=kind, old=seen[-1]).values_list("new").first():
            if step[0] in seen:
                return None
            seen.append(step[0])
        return seen[-1] if len(seen) > 1 else None
