"""Published documents, and the citations that tie them to any record of the registry.

They live on this floor because memberships rest on sources too. A citation names its subject by
kind and natural key, so that evidence outlives what it was about.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from sosa_registry.ledger import subjects
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.recording import Recorded, RecordedQuerySet, Replayable

SLUG = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z", "Lower-case letters, digits, - and _ only."
)
SLUG_LENGTH = 80


class Confidence(models.TextChoices):
    """How sure the curators are of a record."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class SourceQuerySet(RecordedQuerySet):
    """Questions about how fresh sources are."""

    def last_checked(self):
        """With the day on which each was last read or checked again."""
        return self.annotate(checked_on=Coalesce("verified_on", "retrieved_on"))

    def due(self, today):
        """Sources to check again: checked longer ago than their kind allows, or never."""
        overdue = models.Q(checked_on__isnull=True)
        for kind in Source.Kind.values:
            within = timedelta(days=Source.verify_within(kind))
            # Near the dawn of the calendar nothing can have been checked so long ago.
            if today - date.min >= within:
                overdue |= models.Q(kind=kind, checked_on__lte=today - within)
        return self.last_checked().filter(overdue).order_by("checked_on", "slug")


class Source(Recorded):
    """A published document that records rest on."""

    record_type = "sources"
    record_kind = "source"
    key_column = "source"

    class Kind(models.TextChoices):
        REGULATION = "regulation", "Regulation"
        STATUTE = "statute", "Statute"
        GOVERNMENT_PAGE = "government page", "Government page"
        PRESS_RELEASE = "press release", "Press release"
        CRS_REPORT = "CRS report", "CRS report"
        THINK_TANK = "think tank", "Think tank"
        NEWS = "news", "News"
        OPINION = "opinion", "Opinion"
        ENCYCLOPEDIA = "encyclopedia", "Encyclopedia"

    class Tier(models.TextChoices):
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"
        TERTIARY = "tertiary", "Tertiary"

    slug = models.CharField(
        max_length=SLUG_LENGTH,
        unique=True,
        validators=[SLUG],
        help_text="Short lasting name of the document, such as crs_if11894_2021. Never reused.",
    )
    publisher = models.CharField(max_length=200, help_text="Who published it.")
    title = models.CharField(max_length=500, help_text="Its title, as published.")
    url = models.CharField(
        max_length=1000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Where it was read: an http or https address. Empty if it has none.",
    )
    published_on = ImpreciseDateField(
        blank=True, help_text="When it was published: day, month or year. Empty if not known."
    )
    published_on_earliest = EarliestDay("published_on")
    published_on_latest = LatestDay("published_on")
    retrieved_on = models.DateField(
        null=True, blank=True, help_text="The day on which it was read for this registry."
    )
    verified_on = models.DateField(
        null=True, blank=True, help_text="The last day on which somebody checked it again."
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, help_text="What it is.")
    tier = models.CharField(
        max_length=10,
        choices=Tier.choices,
        help_text="Primary: from those who act. Secondary: about them. Tertiary: from hearsay.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know about the copy.")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ("slug",)

    def __str__(self):
        return f"{self.publisher}: {self.title}"

    @staticmethod
    def verify_within(kind: str) -> int:
        """After how many days a source of this kind is to be checked again."""
        return settings.VERIFY_WITHIN_DAYS.get(kind, settings.VERIFY_WITHIN_DAYS["default"])

    @property
    def due_on(self) -> date | None:
        """The day on which it is to be checked again; None when it was never read."""
        checked = self.verified_on or self.retrieved_on
        return checked and checked + timedelta(days=self.verify_within(self.kind))

    def get_absolute_url(self):
        """The source's page."""
        return reverse("source", args=[self.slug])


class Citation(Replayable):
    """A source, and the place in it, for one record or event."""

    record_type = "citations"
    record_kind = "citation"
    key_field = "key"

    subject_kind = models.CharField(
        max_length=24, help_text="What is cited for, such as agreement, event, code, invocation."
    )
    subject = models.CharField(
        max_length=SLUG_LENGTH, help_text="The natural key of that record, such as sosa-aus-e1."
    )
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="citations",
        help_text="The document.",
    )
    locator = models.CharField(
        max_length=200, blank=True, help_text="Section, paragraph or page; empty for the whole."
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Its place among the record's sources."
    )
    note = models.TextField(
        blank=True, validators=[MaxLengthValidator(2000)], help_text="Why it is cited."
    )

    class Meta:
        ordering = ("subject_kind", "subject", "position", "source")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject", "source", "locator"],
                condition=models.Q(superseded_in__isnull=True),
                name="citation_once",
                violation_error_message="This place in this source is cited for it already.",
            )
        ]
        indexes = [
            models.Index(fields=["source", "superseded_in"], name="citation_source"),
            models.Index(fields=["subject_kind", "subject"], name="citation_subject"),
            models.Index(fields=["subject"], name="citation_by_subject"),
            models.Index(fields=["subject_kind", "id"], name="citation_by_kind"),
            models.Index(fields=["locator", "id"], name="citation_by_locator"),
            models.Index(fields=["position", "id"], name="citation_by_position"),
        ]

    @classmethod
    def problems_of(cls, rows):
        """What is cited for exists."""
        yield from subjects.problems_of(rows)

    @property
    def key(self) -> str:
        """Subject, source and locator: a record cites a place in a source once."""
        parts = [self.subject_kind, self.subject, self.source_id, self.locator]
        return "/".join(part for part in parts if part)

    @classmethod
    def lookup(cls, key):
        """The key is subject kind, subject, source and, where there is one, locator."""
        parts = key.split("/", 3)
        if len(parts) < 3:
            told = "kind/subject/source, and its locator if it has one"
            raise ValueError(f"A citation's key is {told}.")
        names = ("subject_kind", "subject", "source", "locator")
        return dict(zip(names, [*parts, ""], strict=False))

    def __str__(self):
        return f"{self.source_id} for {self.subject_kind} {self.subject}"
