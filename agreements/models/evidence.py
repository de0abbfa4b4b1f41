"""What sources assert: claims about one property of a record, and lists of who has what.

The registry checks itself against these; they never decide a status.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from partners.models import Confidence, Country, Grouping, Source
from partners.models.sources import SLUG, SLUG_LENGTH
from sosa_registry.ledger import clock, dates, subjects
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.recording import Replayable

from .agreements import AgreementType


class YesNo(models.TextChoices):
    """The dataset's own words."""

    YES = "yes", "Yes"
    NO = "no", "No"


class Claim(Replayable):
    """One source's assertion about one property of a record, and how it stands to the registry."""

    record_type = "claims"
    record_kind = "claim"
    key_column = "claim"

    class Stance(models.TextChoices):
        AGREES = "agrees", "Agrees"
        DISAGREES = "disagrees", "Disagrees"
        QUALIFIES = "qualifies", "Qualifies"

    slug = models.CharField(
        max_length=SLUG_LENGTH, validators=[SLUG], help_text="Lasting id, as in c0001."
    )
    subject_kind = models.CharField(
        max_length=24, help_text="What it is about: agreement, country, code, membership …"
    )
    subject = models.CharField(
        max_length=SLUG_LENGTH, help_text="The natural key of that record, such as sosa-nld."
    )
    property = models.CharField(
        max_length=60, help_text="Which property, such as signed_on or has_sosa."
    )
    value = models.CharField(max_length=500, help_text="What the source says it is.")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="claims",
        help_text="Who says so.",
    )
    as_of = ImpreciseDateField(blank=True, help_text="As of when it says so. Empty: not known.")
    as_of_earliest = EarliestDay("as_of")
    as_of_latest = LatestDay("as_of")
    locator = models.CharField(
        max_length=200, blank=True, help_text="Section, paragraph or page of the source."
    )
    stance = models.CharField(
        max_length=9,
        choices=Stance.choices,
        help_text="Whether it agrees with the registry's position, disagrees, or qualifies it.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("slug",)
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(superseded_in__isnull=True),
                name="claim_slug",
                violation_error_message="Another claim has this id.",
            )
        ]
        indexes = [models.Index(fields=["subject_kind", "subject"], name="claim_subject")]

    @classmethod
    def problems_of(cls, rows):
        """What it is about exists."""
        yield from subjects.problems_of(rows)

    def __str__(self):
        return f"{self.source_id} on {self.property} of {self.subject}"


class PublishedList(Replayable):
    """A source's own list “as of that date these countries have it”, or a stated count.

    Of kind regulation, it is what the principal's rules apply in practice from that day until the
    next such list; of kind statement, it is what somebody said.
    """

    record_type = "published_lists"
    record_kind = "list"
    key_column = "list"

    class Kind(models.TextChoices):
        REGULATION = "regulation", "Regulation: applied in practice"
        STATEMENT = "statement", "Statement: somebody said so"

    slug = models.CharField(
        max_length=SLUG_LENGTH, validators=[SLUG], help_text="Lasting short name of the list."
    )
    type = models.CharField(
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"\A[a-z0-9_-]+(;[a-z0-9_-]+)*\Z", "Types separated by ;.")],
        help_text="Agreement type; several separated by ; mean their union. Empty for a grouping.",
    )
    grouping = models.ForeignKey(
        Grouping,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="published_lists",
        help_text="For a list of members: the grouping.",
    )
    principal = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        default="USA",
        related_name="published_lists",
        help_text="Whose arrangements it lists.",
    )
    as_of = ImpreciseDateField(help_text="The day the list speaks of.")
    as_of_earliest = EarliestDay("as_of")
    as_of_latest = LatestDay("as_of")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, help_text="Applied in practice, or only said."
    )
    exhaustive = models.CharField(
        max_length=3,
        choices=YesNo.choices,
        help_text="Yes: a country not on it is said not to have it.",
    )
    stated_count = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The count that the source states, if it states one."
    )
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="published_lists",
        help_text="The document.",
    )
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")
    explanation = models.TextField(
        blank=True, help_text="Why it differs from the registry, in a curator's words. It stays."
    )

    class Meta:
        ordering = ("slug",)
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(superseded_in__isnull=True),
                name="list_slug",
                violation_error_message="Another list has this short name.",
            ),
            models.CheckConstraint(
                condition=models.Q(type="") ^ models.Q(grouping__isnull=True),
                name="list_of_types_or_members",
                violation_error_message="Name agreement types or a grouping, not both.",
            ),
        ]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        """The list's page: what it says, and how the registry compares."""
        return reverse("list", args=[self.slug])

    @property
    def types(self) -> list[str]:
        """The agreement types whose union it lists."""
        return [slug for slug in self.type.split(";") if slug]

    @classmethod
    def problems_of(cls, rows):
        """Every type named exists, and no list speaks of a day that has yet to come."""
        today = clock.today()
        for row in rows:
            try:
                first = dates.parse(row.as_of).earliest
            except dates.NotADate:
                continue  # said beside the field already
            if first and first > today:
                yield row, "as_of", f"{row.as_of} has yet to come (today is {today})."
        known = set(AgreementType.objects.values_list("slug", flat=True))
        for row in rows:
            if unknown := [slug for slug in row.types if slug not in known]:
                allowed = ", ".join(sorted(known))
                yield row, "type", f"Unknown: {', '.join(unknown)}. Allowed: {allowed}."


class ListEntry(Replayable):
    """One country on a published list."""

    record_type = "published_list_entries"
    record_kind = "list_entry"
    key_field = "key"
    state_relations = {"list": "slug"}

    list = models.ForeignKey(
        PublishedList,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="entries",
        help_text="The list.",
    )
    country = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="list_entries",
        help_text="The country it names.",
    )
    qualifier = models.CharField(
        max_length=200, blank=True, help_text="With what reservation, as in purchase by purchase."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("list", "country")
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "country"],
                condition=models.Q(superseded_in__isnull=True),
                name="list_entry_once",
                violation_error_message="This country is on the list already.",
            )
        ]

    @property
    def key(self) -> str:
        """List and country: a list names a country once."""
        return f"{self.list.slug}/{self.country_id}"

    @classmethod
    def lookup(cls, key):
        """The key is list and country."""
        named, _, country = key.rpartition("/")
        return {"list__slug": named, "country": country}

    def __str__(self):
        return f"{self.country_id} on {self.list}"
