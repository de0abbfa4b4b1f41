"""Organizations that act for a country, and the firms that may join its code of conduct."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from sosa_registry.ledger.recording import Recorded

from .countries import Country
from .sources import SLUG, SLUG_LENGTH


class Organization(Recorded):
    """A ministry or agency that signs, sponsors or acts for a country."""

    record_type = "organizations"
    record_kind = "organization"
    key_column = "organization"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Lasting short name."
    )
    name = models.CharField(max_length=200, help_text="Name in English.")
    country = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        related_name="organizations",
        help_text="The country it acts for.",
    )
    aliases = models.TextField(blank=True, help_text="Other names, separated by ; as in DoD;DOD.")
    url = models.URLField(max_length=500, blank=True, help_text="Its own site.")
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Its country's profile: an organization has no page of its own."""
        return reverse("country", args=[self.country_id])


class Firm(Recorded):
    """A company in a country; it may sign that country's code of conduct."""

    record_type = "firms"
    record_kind = "firm"
    key_column = "firm"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Lasting short name."
    )
    name = models.CharField(max_length=200, help_text="Name as registered.")
    country = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        related_name="firms",
        help_text="The country it is established in.",
    )
    cage_code = models.CharField(
        "CAGE code",
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"\A[0-9A-Z]{5}\Z", "Five capital letters or digits.")],
        help_text="NCAGE or CAGE code, where known.",
    )
    aliases = models.TextField(blank=True, help_text="Other names, separated by ;.")
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The firm's page."""
        return reverse("firm", args=[self.slug])
