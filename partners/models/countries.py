"""Countries, the groupings they form, and dated memberships.

Memberships keep their own past, so that “who was in NATO on that date, as known then” is one
statement. The first day no longer a member is `left`; an empty `joined` is a day not known, which
makes membership possible and never certain; an empty `left` means still a member.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from sosa_registry.ledger import dates
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.recording import LiveManager, Recorded, Replayable, ReplayableQuerySet

from .sources import SLUG, SLUG_LENGTH, Confidence, Source


class Country(Recorded):
    """A state or territory of ISO 3166-1, by its alpha-3 code. The United States is one too."""

    record_type = "countries"
    record_kind = "country"
    key_field = "code"
    key_column = "country"
    label_field = "name"

    code = models.CharField(
        "alpha-3",
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters, as in AUS.")],
        help_text="ISO 3166-1 alpha-3 code, such as AUS.",
    )
    alpha2 = models.CharField(
        "alpha-2",
        max_length=2,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", "Two capital letters, as in AU.")],
        help_text="ISO 3166-1 alpha-2 code, such as AU.",
    )
    name = models.CharField(max_length=100, unique=True, help_text="Common name in English.")
    official_name = models.CharField(max_length=200, blank=True, help_text="Official name.")
    region = models.CharField(
        max_length=60, db_index=True, help_text="Region by which pages group and filter."
    )
    aliases = models.TextField(
        blank=True, help_text="Other names in sources, separated by ; as in Turkey;Republic of…"
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "countries"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The country's profile."""
        return reverse("country", args=[self.code])

    @classmethod
    def lookup(cls, key):
        """Codes are capital letters, however they are typed."""
        return {"code": key.upper()}

    @property
    def alias_list(self) -> list[str]:
        """The aliases, one by one."""
        return [alias.strip() for alias in self.aliases.split(";") if alias.strip()]


class Grouping(Recorded):
    """An alliance, union, partnership, designation, or somebody's analytic grouping."""

    record_type = "groupings"
    record_kind = "grouping"
    key_column = "grouping"
    label_field = "name"

    class Kind(models.TextChoices):
        ALLIANCE = "alliance", "Alliance"
        UNION = "union", "Union"
        PARTNERSHIP = "partnership", "Partnership"
        INTELLIGENCE_PARTNERSHIP = "intelligence partnership", "Intelligence partnership"
        DESIGNATION = "designation", "Designation"
        ANALYTIC = "analytic", "Analytic: somebody's opinion"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Short name, as in nato."
    )
    name = models.CharField(max_length=200, help_text="Full name.")
    kind = models.CharField(
        max_length=30,
        choices=Kind.choices,
        help_text="What it is. Analytic is an opinion and is always shown as one.",
    )
    founded = ImpreciseDateField(blank=True, help_text="When it was founded, as known.")
    founded_earliest = EarliestDay("founded")
    founded_latest = LatestDay("founded")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="groupings",
        help_text="The document that says so.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("slug",)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The grouping's page."""
        return reverse("grouping", args=[self.slug])

    @property
    def is_opinion(self) -> bool:
        """Whether this is somebody's view rather than a body that exists."""
        return self.kind == self.Kind.ANALYTIC


class MembershipQuerySet(ReplayableQuerySet):
    """Who belonged to what, three-valued: possibly or certainly a member on a day."""

    def possible_on(self, day):
        """Members on that day in at least one reading of the dates."""
        joined = models.Q(joined_earliest__isnull=True) | models.Q(joined_earliest__lte=day)
        still = models.Q(left_latest__isnull=True) | models.Q(left_latest__gt=day)
        return self.filter(joined & still)

    def certain_on(self, day):
        """Members on that day in every reading of the dates."""
        still = models.Q(left="") | models.Q(left_earliest__gt=day)
        return self.possible_on(day).filter(still, joined_latest__lte=day)


class Membership(Replayable):
    """A country's dated membership of a grouping; two phases are two rows."""

    record_type = "memberships"
    record_kind = "membership"
    key_column = "id"

    slug = models.CharField(
        "id", max_length=SLUG_LENGTH, validators=[SLUG], help_text="Lasting id, as in nato-fin."
    )
    grouping = models.ForeignKey(
        Grouping,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="memberships",
        help_text="The grouping.",
    )
    country = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="memberships",
        help_text="The member.",
    )
    joined = ImpreciseDateField(
        blank=True, help_text="First day as a member, as known. Empty: not known."
    )
    joined_earliest = EarliestDay("joined")
    joined_latest = LatestDay("joined")
    left = ImpreciseDateField(
        blank=True, help_text="First day no longer a member. Empty: still a member."
    )
    left_earliest = EarliestDay("left")
    left_latest = LatestDay("left")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="memberships",
        help_text="The document that says so.",
    )
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    objects = LiveManager.from_queryset(MembershipQuerySet)()
    ever = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("grouping", "country", "joined_earliest")
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(superseded_in__isnull=True),
                name="membership_slug",
                violation_error_message="Another membership has this id.",
            )
        ]

    def __str__(self):
        return f"{self.country_id} in {self.grouping_id}"

    @classmethod
    def problems_of(cls, rows):
        """A member leaves after joining, in at least one reading of the dates."""
        for row in rows:
            try:
                joined, left = dates.parse(row.joined), dates.parse(row.left)
            except dates.NotADate:
                continue  # said beside the field already
            if joined.earliest and left.latest and left.latest <= joined.earliest:
                yield row, "left", f"Not after the day of joining ({row.joined})."
