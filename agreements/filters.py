"""Filters of the lists of agreements, events and evidence, for pages and API alike."""

import django_filters
from django.db.models import Exists, OuterRef, Q

from partners.filters import (
    MembershipFilters,
    SourceFilters,
    SubjectFilter,
    SubjectKindFilter,
)
from partners.models import Confidence, Country, Firm, Grouping, Membership, Source
from sosa_registry.api.filters import (
    ChoiceFilter,
    DayFilter,
    Documented,
    KeyFilter,
    RecordFilters,
    ValueFilter,
    ValuesField,
)

from . import lifecycle
from .analysis.cells import NONE, NOT_RECORDED
from .analysis.standings import ASKABLE
from .grading import GRADES, grade_expression, own_source, supported
from .models import (
    Agreement,
    AgreementType,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    ProcedureFact,
    PublishedList,
    Signatory,
    Standing,
)
from .models.evidence import YesNo


class GradeFilter(Documented, django_filters.Filter):
    """Records that rest on a source at least as good as a grade: cited, or in their own column."""

    field_class = ValuesField
    sentence = "A, B, C, D or E: the grade of the best supporting source, at the least."
    schema = {"type": "string", "enum": list(GRADES)}

    def __init__(self, model, *, has_source=False, **extra):
        self.record, self.has_source = model, has_source
        super().__init__(field_name=model.key_field, allowed=lambda: GRADES, **extra)

    def filter(self, qs, value):
        """Of several grades the lowest counts."""
        if not value:
            return qs
        clocks, grade = self.parent.clocks, max(value)
        revision = clocks.revision if clocks and clocks.known_at else None
        good = supported(self.record.record_kind, self.record.key_field, grade, revision)
        return qs.filter(good | own_source(grade, revision) if self.has_source else good)


class AgreementTypeFilters(RecordFilters):
    """Types are few: search and order will do."""

    class Meta:
        model = AgreementType
        fields = []


class EitherSideFilter(KeyFilter):
    """Agreements in which a country is one of the two sides."""

    def filter(self, qs, value):
        """As principal or as partner; not through a grouping."""
        sides = Q(principal__in=value) | Q(partner__in=value)
        return qs.filter(sides) if value else qs


class StatusFilter(Documented, django_filters.Filter):
    """Agreements by how they stand on the day asked about, in some reading of the dates."""

    field_class = ValuesField
    sentence = (
        f"How it possibly stands on `as_of`: any of {', '.join(ASKABLE)}; several separated by "
        "commas. none: not there yet; not_recorded: nothing is recorded of its standing."
    )

    def __init__(self, **extra):
        super().__init__(field_name="slug", allowed=lambda: ASKABLE, **extra)

    def filter(self, qs, value):
        """By the standing known at the clocks' revision."""
        if not value:
            return qs
        known = Standing.objects.known_at(self.parent.clocks.revision)
        on_day = known.possible_on(self.parent.clocks.as_of)
        stored, own, held = {*value} - {NONE, NOT_RECORDED}, Q(agreement=OuterRef("slug")), Q()
        if stored:
            fits = on_day.filter(status__in=stored)
            one_by_one = self.parent.many
            held |= Q(
                Exists(fits.filter(own)) if one_by_one else Q(slug__in=fits.values("agreement"))
            )
        # EXISTS: for NOT IN a database compares each agreement with every period.
        if NONE in value:
            held |= Q(Exists(known.filter(own)), ~Exists(on_day.filter(own)))
        if NOT_RECORDED in value:
            held |= Q(~Exists(known.filter(own)))
        return qs.filter(held)


class PartnerInFilter(KeyFilter):
    """Agreements with a member, on the day asked about, of a grouping; or with it as a whole."""

    def filter(self, qs, value):
        """Possible members count."""
        if not value:
            return qs
        clocks = self.parent.clocks
        members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of)
        inside = members.filter(grouping__in=value).values("country")
        return qs.filter(Q(partner__in=inside) | Q(partner_grouping__in=value))


class AgreementFilters(RecordFilters):
    """Filters of the list of agreements."""

    type = KeyFilter(AgreementType)
    principal = KeyFilter(Country)
    partner = KeyFilter(Country)
    partner_grouping = KeyFilter(Grouping)
    country = EitherSideFilter(
        Country, field_name="partner", help_text="Either side, principal or partner."
    )
    status = StatusFilter()
    grouping = PartnerInFilter(
        Grouping,
        field_name="partner_grouping",
        help_text="The partner is a member of it on `as_of`, or is it.",
    )
    region = ValueFilter(Country, "region", field_name="partner__region")
    framework = KeyFilter(Agreement)
    binding = ChoiceFilter(Agreement.Binding)
    confidence = ChoiceFilter(Confidence)
    min_grade = GradeFilter(Agreement)

    class Meta:
        model = Agreement
        fields = []


class CommitmentFilters(RecordFilters):
    """Filters of the list of commitments."""

    type = KeyFilter(AgreementType)
    agreement = KeyFilter(Agreement)
    direction = ChoiceFilter(Commitment.Direction)
    kind = ChoiceFilter(Commitment.Kind)
    mechanism = ChoiceFilter(Commitment.Mechanism)
    enforceability = ChoiceFilter(Commitment.Enforceability)
    source = KeyFilter(Source)

    class Meta:
        model = Commitment
        fields = []


class DecadeFilter(Documented, django_filters.Filter):
    """Events by the decade of the last day on which they can have been."""

    field_class = ValuesField
    decades = [f"{year}s" for year in range(1900, 2100, 10)]
    sentence = "The decade of the last day it can be, as in 2010s; several separated by commas."

    def __init__(self, **extra):
        super().__init__(field_name="date_latest", allowed=lambda: self.decades, **extra)

    def filter(self, qs, value):
        """Any of these decades."""
        within = Q(pk__in=())
        for decade in value:
            year = int(decade[:4])
            within |= Q(date_latest__year__gte=year, date_latest__year__lt=year + 10)
        return qs.filter(within) if value else qs


class EventFilters(RecordFilters):
    """Filters of the list of events."""

    agreement = KeyFilter(Agreement)
    event = ChoiceFilter(lifecycle.Kind)
    type = KeyFilter(AgreementType, field_name="agreement__type")
    country = KeyFilter(Country, field_name="agreement__partner")
    confidence = ChoiceFilter(Confidence)
    decade = DecadeFilter(help_text="When.")
    date_after = DayFilter("date", after=True)
    date_before = DayFilter("date", after=False)

    class Meta:
        model = Event
        fields = []


class CodeFilters(RecordFilters):
    """Filters of the list of codes of conduct."""

    country = KeyFilter(Country)
    agreement = KeyFilter(Agreement)
    status = ChoiceFilter(CodeOfConduct.Status)
    confidence = ChoiceFilter(Confidence)
    min_grade = GradeFilter(CodeOfConduct)

    class Meta:
        model = CodeOfConduct
        fields = []


class SignatoryFilters(RecordFilters):
    """Filters of the list of firms that signed a code."""

    code = KeyFilter(CodeOfConduct, field_name="code__slug", help_text="The code that was signed.")
    firm = KeyFilter(Firm)
    country = KeyFilter(Country, field_name="firm__country")
    source = KeyFilter(Source)

    class Meta:
        model = Signatory
        fields = []


class InvocationFilters(RecordFilters):
    """Filters of the list of invocations."""

    agreement = KeyFilter(Agreement)
    partner = KeyFilter(Country)
    requester = KeyFilter(Country)
    outcome = ChoiceFilter(Invocation.Outcome)
    confidence = ChoiceFilter(Confidence)
    occurred_after = DayFilter("occurred", after=True)
    occurred_before = DayFilter("occurred", after=False)

    class Meta:
        model = Invocation
        fields = []


class ClaimFilters(RecordFilters):
    """Filters of the list of claims."""

    subject_kind = SubjectKindFilter()
    subject = SubjectFilter()
    property = ValueFilter(Claim, "property")
    stance = ChoiceFilter(Claim.Stance)
    source = KeyFilter(Source)

    class Meta:
        model = Claim
        fields = []


class ListTypeFilter(KeyFilter):
    """Lists of any of these types, alone or in a union."""

    def filter(self, qs, value):
        """A list of several types has them separated by semicolons."""
        held = Q()
        for slug in value:
            held |= Q(type=slug) | Q(type__startswith=f"{slug};")
            held |= Q(type__endswith=f";{slug}") | Q(type__contains=f";{slug};")
        return qs.filter(held)


class PublishedListFilters(RecordFilters):
    """Filters of the list of published lists."""

    type = ListTypeFilter(AgreementType)
    grouping = KeyFilter(Grouping)
    principal = KeyFilter(Country)
    kind = ChoiceFilter(PublishedList.Kind)
    exhaustive = ChoiceFilter(YesNo)
    source = KeyFilter(Source)
    confidence = ChoiceFilter(Confidence)

    class Meta:
        model = PublishedList
        fields = []


class ProcedureFactFilters(RecordFilters):
    """Filters of the list of procedure facts."""

    property = ValueFilter(ProcedureFact, "property")
    source = KeyFilter(Source)
    confidence = ChoiceFilter(Confidence)

    class Meta:
        model = ProcedureFact
        fields = []


class EvidencedMembershipFilters(MembershipFilters):
    """Those of memberships, and the grade of the evidence."""

    min_grade = GradeFilter(Membership, has_source=True)

    class Meta:
        model = Membership
        fields = []


class SourceGradeFilter(Documented, django_filters.Filter):
    """Sources by the grade that they give to what rests on them."""

    field_class = ValuesField
    sentence = f"Any of {', '.join(GRADES)}: the grade it gives to what rests on it."

    def __init__(self, **extra):
        super().__init__(field_name="kind", allowed=lambda: GRADES, **extra)

    def filter(self, qs, value):
        """By the rule table, in SQL."""
        return qs.alias(made_grade=grade_expression()).filter(made_grade__in=value) if value else qs


class GradedSourceFilters(SourceFilters):
    """Those of sources, and the grade that they give."""

    grade = SourceGradeFilter(help_text="")

    class Meta:
        model = Source
        fields = []
