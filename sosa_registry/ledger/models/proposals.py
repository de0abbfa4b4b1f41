"""What a proposal is: changes of one or many records, drafted by one account, reviewed by another.

A proposal holds, for each record, what it said when the change was drafted (`base`) and what it
should say (`state`): the same states that versions hold, so that approving is replaying. Nothing
of it is in any record's table before that. The database refuses an approval by the author. The
verbs are in `review`.
"""

from django.conf import settings
from django.db import models
from django.urls import reverse

from .ledger import Version


class ProposalQuerySet(models.QuerySet):
    """Who may see which proposals, and what waits for whom."""

    def of(self, account):
        """An account's own."""
        return self.filter(author=account)

    def waiting(self):
        """What is to be reviewed."""
        return self.filter(status=Proposal.Status.SUBMITTED)

    def editable(self):
        """Drafts: what can still be amended."""
        return self.filter(status=Proposal.Status.DRAFT)


class Proposal(models.Model):
    """Changes that somebody drafted, and what became of them."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted: waits for review"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Withdrawn"

    reason = models.TextField(help_text="Why; it becomes the reason of the revision.")
    kind = models.CharField(
        max_length=12, help_text="Event, correction or verification, as of any revision."
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposals",
        help_text="Who drafted it.",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who approved it: somebody else, always.",
    )
    base = models.PositiveBigIntegerField(help_text="The revision it was drafted on.")
    revision = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The revision that it became."
    )
    made_at = models.DateTimeField(help_text="When it was drafted, in UTC.")
    changed_at = models.DateTimeField(help_text="When it last changed, in UTC.")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True) | ~models.Q(approver=models.F("author")),
                name="proposal_approved_by_another",
                violation_error_message="Nobody approves a proposal of their own.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status="approved", approver__isnull=False, revision__isnull=False
                )
                | (~models.Q(status="approved") & models.Q(approver__isnull=True)),
                name="proposal_approved_by_somebody",
            ),
        ]

    def __str__(self):
        return f"Proposal {self.pk}: {self.reason[:80]}"

    def get_absolute_url(self):
        """Its page, in the admin."""
        return reverse("admin:ledger_proposal_change", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether something can still become of it."""
        return self.status in (self.Status.DRAFT, self.Status.SUBMITTED)


class ProposedChange(models.Model):
    """One record to be created, changed or deleted."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField(help_text="Its place within the proposal, from 1.")
    record_type = models.CharField(max_length=40, help_text="The data package's table.")
    key = models.CharField(max_length=400, help_text="The record's natural key.")
    operation = models.CharField(max_length=8, choices=Version.Operation.choices)
    base = models.JSONField(null=True, help_text="What it said when drafted; null: no such record.")
    state = models.JSONField(null=True, help_text="What it should say; null: it is to go.")

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "record_type", "key"], name="proposed_once_a_record"
            )
        ]

    def __str__(self):
        return f"{self.record_type} {self.key} {self.operation}"


class Remark(models.Model):
    """One step in a proposal's discussion: who did what, and what they said. Kept for good."""

    class Step(models.TextChoices):
        DRAFTED = "drafted", "Drafted"
        AMENDED = "amended", "Amended"
        SUBMITTED = "submitted", "Submitted for review"
        REJECTED = "rejected", "Sent back"
        REBASED = "rebased", "Brought up to date"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Withdrawn"
        COMMENT = "comment", "Comment"

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="remarks")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who."
    )
    at = models.DateTimeField(help_text="When, in UTC.")
    step = models.CharField(max_length=9, choices=Step.choices, help_text="What was done.")
    text = models.TextField(blank=True, help_text="What was said.")

    class Meta:
        ordering = ("id",)

    def __str__(self):
        return f"{self.get_step_display()} by {self.author}"
