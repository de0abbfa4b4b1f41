"""National codes of conduct, and the firms that signed them. Participation is voluntary."""

from django.db import models
from django.urls import reverse

from partners.models import Confidence, Country, Firm, Source
from partners.models.sources import SLUG, SLUG_LENGTH
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.recording import Recorded, Replayable

from .agreements import Agreement


class CodeOfConduct(Replayable):
    """A country's government-industry code for security of supply."""

    record_type = "codes_of_conduct"
    record_kind = "code"
    key_column = "code"

    class Status(models.TextChoices):
        IN_PLACE = "in_place", "In place"
        BEING_INSTITUTED = "being_instituted", "Being instituted"
        ENDED = "ended", "Ended"

    slug = models.CharField(
        max_length=SLUG_LENGTH, validators=[SLUG], help_text="Lasting short name, as in coc-swe."
    )
    country = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="codes_of_conduct",
        help_text="Whose code it is.",
    )
    agreement = models.ForeignKey(
        Agreement,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="codes_of_conduct",
        help_text="The arrangement it gives effect to, as a rule a SOSA.",
    )
    title = models.CharField(max_length=300, help_text="Its title, or what it is known as.")
    status = models.CharField(max_length=20, choices=Status.choices, help_text="How far it is.")
    since = ImpreciseDateField(blank=True, help_text="Since when it has that status, as known.")
    since_earliest = EarliestDay("since")
    since_latest = LatestDay("since")
    sponsor = models.CharField(max_length=300, blank=True, help_text="The ministry behind it.")
    industry_body = models.CharField(max_length=300, blank=True, help_text="The industry side.")
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("country", "slug")
        verbose_name = "code of conduct"
        verbose_name_plural = "codes of conduct"
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(superseded_in__isnull=True),
                name="code_slug",
                violation_error_message="Another code has this short name.",
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """The code's page."""
        return reverse("code", args=[self.slug])

    @classmethod
    def problems_of(cls, rows):
        """The arrangement is one of this country's."""
        slugs = {row.agreement_id for row in rows if row.agreement_id}
        partners = dict(Agreement.objects.filter(slug__in=slugs).values_list("slug", "partner_id"))
        for row in rows:
            partner = partners.get(row.agreement_id)
            if partner and partner != row.country_id:
                yield row, "agreement", f"It is with {partner}, the code is of {row.country_id}."


class Signatory(Recorded):
    """A firm that signed its country's code, from a day until another."""

    record_type = "signatories"
    record_kind = "signatory"
    key_column = "id"
    state_relations = {"code": "slug"}

    slug = models.CharField(
        "id", max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Lasting id."
    )
    code = models.ForeignKey(
        CodeOfConduct,
        on_delete=models.PROTECT,
        related_name="signatories",
        help_text="The code that was signed.",
    )
    firm = models.ForeignKey(
        Firm,
        to_field="slug",
        on_delete=models.PROTECT,
        related_name="signatures",
        help_text="The firm that signed.",
    )
    joined = ImpreciseDateField(blank=True, help_text="When it signed, as known.")
    joined_earliest = EarliestDay("joined")
    joined_latest = LatestDay("joined")
    left = ImpreciseDateField(blank=True, help_text="First day no longer bound. Empty: still is.")
    left_earliest = EarliestDay("left")
    left_latest = LatestDay("left")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatories",
        help_text="The list or document that says so.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("slug",)
        verbose_name_plural = "signatories"

    def __str__(self):
        return f"{self.firm} under {self.code}"

    @classmethod
    def problems_of(cls, rows):
        """The firm is established in the code's country."""
        firms = dict(
            Firm.objects.filter(slug__in={row.firm_id for row in rows}).values_list(
                "slug", "country_id"
            )
        )
        codes = dict(
            CodeOfConduct.objects.filter(pk__in={row.code_id for row in rows}).values_list(
                "pk", "country_id"
            )
        )
        for row in rows:
            at_home, of_code = firms.get(row.firm_id), codes.get(row.code_id)
            if at_home and of_code and at_home != of_code:
                yield row, "firm", f"Established in {at_home}, the code is of {of_code}."
