"""What the ledger stores: revisions, the versions they made, and the head they are chained to.

`Revision` and `Version` are append-only; triggers in the database refuse to change or delete them
(`triggers.py`). Nothing here knows what a record is about: a version holds a record's table, its
natural key and its full state as the data package's columns, so that history outlives its subject.
"""

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast


class RevisionQuerySet(models.QuerySet):
    """Questions about when the registry knew what."""

    def after(self, number):
        """The change feed: every later revision, in order."""
        return self.filter(number__gt=number).order_by("number")


class Revision(models.Model):
    """One committed change of the registry. Numbers are gapless and in the order of commits."""

    class Kind(models.TextChoices):
        EVENT = "event", "Event: the world changed"
        CORRECTION = "correction", "Correction: the registry was wrong"
        VERIFICATION = "verification", "Verification: a fact was checked again"
        IMPORT = "import", "Import"
        ERASURE = "erasure", "Erasure: a person's name was taken out of the history"

    number = models.PositiveBigIntegerField(
        primary_key=True, help_text="Counts the registry's changes from 1, without a gap."
    )
    at = models.DateTimeField(db_index=True, help_text="When it was committed, in UTC.")
    actor = models.CharField(max_length=150, help_text="Who made the change, by name.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="The account, where there was one; the name beside it outlives the account.",
    )
    approver = models.CharField(
        max_length=150,
        blank=True,
        default="",
        help_text="Who approved it, by name, where it was proposed for review; empty otherwise.",
    )
    kind = models.CharField(
        max_length=12,
        choices=Kind.choices,
        help_text="Whether the world changed, the registry had been wrong, or a fact was checked.",
    )
    reason = models.TextField(help_text="Why, in the actor's words.")
    changes = models.PositiveIntegerField(
        help_text="How many records it created, changed, deleted."
    )
    actor_digest = models.CharField(
        max_length=64,
        help_text="SHA-256 of salt and actor's name; the chain covers this, not the name.",
    )
    actor_salt = models.CharField(
        max_length=32, blank=True, default="", help_text="Random; erased with the name."
    )
    approver_digest = models.CharField(
        max_length=64, blank=True, default="", help_text="The same for the approver's name."
    )
    approver_salt = models.CharField(
        max_length=32, blank=True, default="", help_text="Random; erased with the name."
    )
    previous_hash = models.CharField(max_length=64, help_text="Hash of the revision before it.")
    hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 over this revision, its versions, the last."
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="revision_from_one")
        ]

    def __str__(self):
        return f"Revision {self.number}"

    @property
    def by(self) -> str:
        """Who made it, and who approved it."""
        return f"{self.actor}, approved by {self.approver}" if self.approver else self.actor


class VersionQuerySet(models.QuerySet):
    """Questions about the past of records."""

    def of(self, record_type, key):
        """Every version of one record, newest first."""
        return self.filter(record_type=record_type, key=key).order_by("-revision_id")

    def open(self):
        """The versions that nothing has superseded: the present state of every record."""
        return self.filter(superseded_by__isnull=True).exclude(operation=Version.Operation.DELETED)

    def known_at(self, number):
        """The versions that stood at a revision: every record as it was then."""
        later = models.Q(superseded_by__isnull=True) | models.Q(superseded_by__gt=number)
        return self.filter(later, revision_id__lte=number).exclude(
            operation=Version.Operation.DELETED
        )


class Version(models.Model):
    """The full state of one record as one revision left it."""

    class Operation(models.TextChoices):
        CREATED = "created", "Created"
        CHANGED = "changed", "Changed"
        DELETED = "deleted", "Deleted"

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="versions")
    position = models.PositiveIntegerField(help_text="Its place within the revision, from 1.")
    record_type = models.CharField(max_length=40, help_text="The data package's table.")
    key = models.CharField(max_length=400, help_text="The record's natural key.")
    operation = models.CharField(max_length=8, choices=Operation.choices)
    state = models.JSONField(help_text="Every column of the record, references by natural key.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of this version.")
    superseded_by = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The revision that closed it; empty while it stands."
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("revision_id", "position")
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="version_position"),
            models.UniqueConstraint(
                fields=["record_type", "key"],
                condition=models.Q(superseded_by__isnull=True),
                name="version_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "key", "revision"], name="version_history"),
            models.Index(fields=["revision", "operation"], name="version_counts"),
            # What was deleted can be found by its state only, and little is ever deleted.
            models.Index(
                fields=["record_type", "key"],
                condition=models.Q(operation="deleted"),
                name="version_deleted",
            ),
            # What an agreement's deleted events were is asked with each of its answers.
            models.Index(
                Cast(KeyTextTransform("agreement", "state"), models.CharField()),
                condition=models.Q(operation="deleted", record_type="events"),
                name="version_gone_of_agreement",
            ),
        ]

    def __str__(self):
        return f"{self.record_type} {self.key} at revision {self.revision_id}"


class Head(models.Model):
    """The one row that writers queue for: number, time and hash of the last revision."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="head_is_one_row")]

    def __str__(self):
        return f"Head at revision {self.number}"


class Permalink(models.Model):
    """An answer kept for ever: the question as resolved, both clocks, and the very bytes given."""

    id = models.CharField(
        max_length=16, primary_key=True, help_text="From the question and the answer's SHA-256."
    )
    url = models.CharField(max_length=2000, help_text="The question, with both clocks spelt out.")
    asked = models.CharField(max_length=2000, help_text="The question as it was asked.")
    as_of = models.DateField(null=True, help_text="The day asked about, where it has one.")
    revision = models.PositiveBigIntegerField(help_text="The revision it was answered from.")
    sha256 = models.CharField(max_length=64, help_text="Of the bytes of the answer.")
    media_type = models.CharField(max_length=100)
    content = models.BinaryField(help_text="The bytes of the answer.")
    made_at = models.DateTimeField(help_text="When it was first cited, in UTC.")

    class Meta:
        ordering = ("-made_at",)

    def __str__(self):
        return f"/r/{self.id}"
