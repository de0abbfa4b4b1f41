"""Types of arrangement, the agreements themselves, and what each side promises under them.

An agreement is one instrument between a principal and a partner: a country, or a grouping whose
members it then holds for while they are members. Its status is never stored here: see `standing`.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from partners.models import Confidence, Country, Grouping, Source
from partners.models.sources import SLUG, SLUG_LENGTH
from sosa_registry.ledger.recording import Recorded, Replayable

DURATION = RegexValidator(
    r"\AP(?=\d)(?:\d{1,3}Y)?(?:\d{1,3}M)?(?:\d{1,3}W)?(?:\d{1,4}D)?\Z",
    "An ISO 8601 duration such as P10Y, P6M or P30D.",
)


class AgreementType(Recorded):
    """A kind of arrangement: NTIB, SOSA, RDP MOU, RGQAA … Data, not code: an admin can add one."""

    record_type = "agreement_types"
    record_kind = "agreement_type"
    key_column = "type"
    label_field = "abbreviation"

    slug = models.CharField(
        max_length=SLUG_LENGTH, unique=True, validators=[SLUG], help_text="Short name, as in sosa."
    )
    abbreviation = models.CharField(max_length=20, help_text="As the field writes it, as in SOSA.")
    name = models.CharField(max_length=200, help_text="Full name.")
    legal_basis = models.CharField(
        max_length=300, blank=True, help_text="Law or regulation such arrangements rest on."
    )
    instrument = models.CharField(
        max_length=100, blank=True, help_text="Legal form: statute, agreement, arrangement …"
    )
    order = models.PositiveSmallIntegerField(
        default=100, help_text="Place among the columns of the matrix, smallest first."
    )
    description = models.TextField(blank=True, help_text="What it does and what it does not do.")

    class Meta:
        ordering = ("order", "slug")

    def __str__(self):
        return self.abbreviation

    def get_absolute_url(self):
        """The type's page."""
        return reverse("type", args=[self.slug])


class Agreement(Recorded):
    """One instrument between a principal and a partner. Any pair of countries can have one."""

    record_type = "agreements"
    record_kind = "agreement"
    key_column = "agreement"

    class Binding(models.TextChoices):
        YES = "yes", "Binding"
        NO = "no", "Not binding"
        UNKNOWN = "unknown", "Not known"

    slug = models.CharField(
        max_length=SLUG_LENGTH,
        unique=True,
        validators=[SLUG],
        help_text="Lasting public name, as in sosa-aus. Never reused.",
    )
    type = models.ForeignKey(
        AgreementType,
        to_field="slug",
        on_delete=models.PROTECT,
        related_name="agreements",
        help_text="What kind of arrangement it is.",
    )
    principal = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        default="USA",
        related_name="agreements_as_principal",
        help_text="The side whose rules the registry follows; the United States as a rule.",
    )
    partner = models.ForeignKey(
        Country,
        to_field="code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements_as_partner",
        help_text="The other country; empty when the partner is a grouping.",
    )
    partner_grouping = models.ForeignKey(
        Grouping,
        to_field="slug",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        help_text="For a multilateral one: it holds for each member while it is a member.",
    )
    framework = models.ForeignKey(
        "self",
        to_field="slug",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="implementations",
        help_text="The instrument it implements, such as a Declaration of Principles.",
    )
    title = models.CharField(max_length=500, help_text="Its title, or what it is known as.")
    principal_authority = models.CharField(
        max_length=300, blank=True, help_text="Who signs or acts for the principal."
    )
    partner_authority = models.CharField(
        max_length=300, blank=True, help_text="Who signs or acts for the partner."
    )
    legal_basis = models.CharField(
        max_length=500, blank=True, help_text="Law or regulation it rests on."
    )
    binding = models.CharField(
        max_length=7,
        choices=Binding.choices,
        default=Binding.UNKNOWN,
        help_text="Whether it binds in law.",
    )
    initial_term = models.CharField(
        max_length=20,
        blank=True,
        validators=[DURATION],
        help_text="Initial length, as in P10Y. Empty: not known. Terms drive the agenda only.",
    )
    extension_term = models.CharField(
        max_length=20,
        blank=True,
        validators=[DURATION],
        help_text="Length of each automatic extension. Empty: not known.",
    )
    notice_term = models.CharField(
        max_length=20,
        blank=True,
        validators=[DURATION],
        help_text="Notice to be given before an end. Empty: not known.",
    )
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    class Meta:
        ordering = ("slug",)
        # What a list can be ordered by, so that no page of it reads the whole table; those of keys
        # that may be empty are in the migrations.
        indexes = [
            # A type's page in the usual order: slugs begin with the type, so that walking all of
            # them in search of a hundred would read whatever comes before.
            models.Index(fields=["type", "slug"], name="agreement_of_type"),
            models.Index(fields=["title", "slug"], name="agreement_by_title"),
            models.Index(fields=["principal_authority", "slug"], name="agreement_by_authority"),
            models.Index(fields=["partner_authority", "slug"], name="agreement_by_other"),
            models.Index(fields=["legal_basis", "slug"], name="agreement_by_basis"),
            models.Index(fields=["binding", "slug"], name="agreement_by_binding"),
            models.Index(fields=["initial_term", "slug"], name="agreement_by_term"),
            models.Index(fields=["extension_term", "slug"], name="agreement_by_extension"),
            models.Index(fields=["notice_term", "slug"], name="agreement_by_notice"),
            models.Index(fields=["confidence", "slug"], name="agreement_by_confidence"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(partner__isnull=True) ^ models.Q(partner_grouping__isnull=True),
                name="agreement_one_partner",
                violation_error_message="Name a partner country or a partner grouping, not both.",
            ),
            models.CheckConstraint(
                condition=models.Q(partner__isnull=True) | ~models.Q(partner=models.F("principal")),
                name="agreement_two_sides",
                violation_error_message="The partner must be another country than the principal.",
            ),
            models.CheckConstraint(
                condition=models.Q(framework__isnull=True) | ~models.Q(framework=models.F("slug")),
                name="agreement_not_own_framework",
                violation_error_message="An agreement cannot implement itself.",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """The agreement's page."""
        return reverse("agreement", args=[self.slug])

    @classmethod
    def problems_of(cls, rows):
        """Frameworks form no circle."""
        if not any(row.framework_id for row in rows):
            return
        above = dict(
            cls.objects.filter(framework__isnull=False).values_list("slug", "framework_id")
        ) | {row.slug: row.framework_id for row in rows}
        for row in rows:
            seen, slug = {row.slug}, row.framework_id
            while slug and slug not in seen:
                seen.add(slug)
                slug = above.get(slug)
            if slug and row.framework_id:
                yield row, "framework", f"{slug} is implemented by it in turn: a circle."


class Commitment(Replayable):
    """What ONE side promises the other, under every agreement of a type or under one agreement.

    Commitments of an agreement replace those of its type. Reciprocity is computed from these.
    """

    record_type = "commitments"
    record_kind = "commitment"
    key_field = "key"

    class Direction(models.TextChoices):
        PRINCIPAL_TO_PARTNER = "principal_to_partner", "Principal to partner"
        PARTNER_TO_PRINCIPAL = "partner_to_principal", "Partner to principal"

    class Kind(models.TextChoices):
        PRIORITY_DELIVERY = "priority_delivery", "Priority delivery"
        MARKET_ACCESS = "market_access", "Market access"
        QUALITY_ASSURANCE = "quality_assurance", "Quality assurance"
        INDUSTRIAL_BASE = "industrial_base", "Industrial base"
        CONSULTATION = "consultation", "Consultation"
        CONTRACT_AUDIT = "contract_audit", "Contract audit"
        STOCKPILE = "stockpile", "Stockpile"
        PRODUCTION_LICENCE = "production_licence", "Production licence"

    class Mechanism(models.TextChoices):
        DPAS_RATING = "dpas_rating", "DPAS rating"
        CODE_OF_CONDUCT = "code_of_conduct", "Code of conduct"
        MINISTRY_REQUEST = "ministry_request", "Ministry request"
        BUY_NATIONAL_WAIVER = "buy_national_waiver", "Waiver of buy-national rules"
        GOVERNMENT_QUALITY_ASSURANCE = (
            "government_quality_assurance",
            "Government quality assurance",
        )
        STATUTE = "statute", "Statute"
        DECLARATION = "declaration", "Declaration"
        GOVERNMENT_AUDIT = "government_audit", "Government audit"
        CONTRACT = "contract", "Contract"

    class Enforceability(models.TextChoices):
        STATUTORY = "statutory", "Statutory"
        REGULATORY = "regulatory", "Regulatory"
        CONTRACTUAL = "contractual", "Contractual"
        AGREED = "agreed", "Agreed"
        POLITICAL = "political", "Political"
        VOLUNTARY = "voluntary", "Voluntary"

    type = models.ForeignKey(
        AgreementType,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="commitments",
        help_text="Promised under every agreement of this type …",
    )
    agreement = models.ForeignKey(
        Agreement,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="commitments",
        help_text="… or under this one, in place of the type's.",
    )
    direction = models.CharField(
        max_length=20, choices=Direction.choices, help_text="Who promises whom."
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, help_text="What is promised.")
    mechanism = models.CharField(
        max_length=30, choices=Mechanism.choices, help_text="How it would be made good."
    )
    enforceability = models.CharField(
        max_length=11,
        choices=Enforceability.choices,
        help_text="How firm: statutory, regulatory, contractual, agreed, political, voluntary.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")
    source = models.ForeignKey(
        Source,
        to_field="slug",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="commitments",
        help_text="The document that says so.",
    )

    class Meta:
        ordering = ("type", "agreement", "-direction", "kind", "mechanism")
        indexes = [
            models.Index(fields=["direction", "id"], name="commitment_by_direction"),
            models.Index(fields=["kind", "id"], name="commitment_by_kind"),
            models.Index(fields=["mechanism", "id"], name="commitment_by_mechanism"),
            models.Index(fields=["enforceability", "id"], name="commitment_by_enforceability"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__isnull=True) ^ models.Q(agreement__isnull=True),
                name="commitment_of_one",
                violation_error_message="Name a type or an agreement, not both.",
            ),
            models.UniqueConstraint(
                fields=["type", "direction", "kind", "mechanism"],
                condition=models.Q(superseded_in__isnull=True, type__isnull=False),
                name="commitment_once_a_type",
            ),
            models.UniqueConstraint(
                fields=["agreement", "direction", "kind", "mechanism"],
                condition=models.Q(superseded_in__isnull=True, agreement__isnull=False),
                name="commitment_once_an_agreement",
            ),
        ]

    @property
    def key(self) -> str:
        """Whose commitment, its direction, kind and mechanism: together they are unique."""
        owner = f"type/{self.type_id}" if self.type_id else f"agreement/{self.agreement_id}"
        return "/".join([owner, self.direction, self.kind, self.mechanism])

    @classmethod
    def lookup(cls, key):
        """The key is `type` or `agreement`, its slug, direction, kind and mechanism."""
        parts = key.split("/")
        if len(parts) != 5 or parts[0] not in ("type", "agreement"):
            told = "type/… or agreement/…, then direction/kind/mechanism"
            raise ValueError(f"A commitment's key is {told}.")
        return dict(zip((parts[0], "direction", "kind", "mechanism"), parts[1:], strict=True))

    def __str__(self):
        return f"{self.get_kind_display()} by {self.get_mechanism_display().lower()}"
