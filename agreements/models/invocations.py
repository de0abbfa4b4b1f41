"""Occasions on which an arrangement was put to the test, and the facts of the DPAS procedure."""

from django.db import models
from django.urls import reverse

from partners.models import Confidence, Country, Source
from partners.models.sources import SLUG, SLUG_LENGTH
from sosa_registry.ledger import dates
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.recording import Recorded

from .agreements import Agreement


class Invocation(Recorded):
    """A recorded occasion on which supply between two countries was put to the test."""

    record_type = "invocations"
    record_kind = "invocation"
    key_column = "invocation"

    class Outcome(models.TextChoices):
        HONOURED = "honoured", "Honoured"
        PARTLY_HONOURED = "partly_honoured", "Partly honoured"
        DELAYED = "delayed", "Delayed"
        REFUSED = "refused", "Refused"
        NOT_REQUESTED = "not_requested", "Not requested"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Lasting id, as inv001."
    )
    occurred = ImpreciseDateField(span=True, help_text=f"When: {dates.FORMS}, {dates.SPAN_FORM}.")
    occurred_earliest = EarliestDay("occurred")
    occurred_latest = LatestDay("occurred")
    agreement = models.ForeignKey(
        Agreement,
        to_field="slug",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invocations",
        help_text="The closest arrangement then believed in force; no proof that it was used.",
    )
    partner = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        related_name="invocations_as_partner",
        help_text="Where the supply came from, or the arrangement's other side.",
    )
    requester = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        related_name="invocations_as_requester",
        help_text="Who needed it.",
    )
    supplier = models.CharField(max_length=300, blank=True, help_text="Who was to supply.")
    item = models.CharField(max_length=300, help_text="What was needed.")
    account = models.TextField(help_text="What happened, in a few sentences.")
    outcome = models.CharField(max_length=20, choices=Outcome.choices, help_text="How it ended.")
    instrument = models.CharField(
        max_length=200, blank=True, help_text="What was used: a rating, an appeal, nothing …"
    )
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )

    class Meta:
        ordering = ("occurred_earliest", "slug")

    def __str__(self):
        return f"{self.item}, {self.occurred}"

    def get_absolute_url(self):
        """The invocation's page."""
        return reverse("invocation", args=[self.slug])


class ProcedureFact(Recorded):
    """One fact of the United States Defense Priorities and Allocations System, with its place."""

    record_type = "dpas_facts"
    record_kind = "fact"
    key_column = "fact"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Lasting id, as in f01."
    )
    property = models.CharField(max_length=60, unique=True, help_text="What it tells.")
    value = models.CharField(max_length=500, help_text="What the rule says.")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.PROTECT,
        related_name="procedure_facts",
        help_text="The document.",
    )
    locator = models.CharField(max_length=200, blank=True, help_text="Section of the rule.")
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("slug",)

    def __str__(self):
        return f"{self.property}: {self.value}"
