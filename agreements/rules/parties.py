"""Rules about who: members of groupings, firms and the codes they signed."""

from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.db.models.functions import Lower

from agreements.lifecycle import FOREVER
from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm, Membership

from .base import ERROR, WARNING, Found, Touched, rule


@rule(ERROR, "memberships")
def member_leaves_after_joining(touched: Touched) -> Iterator[Found]:
    """A member leaves a grouping after it has joined, in at least one reading of the dates."""
    near = touched.near(memberships="slug")
    for row in Membership.objects.filter(near, left_latest__lte=F("joined_earliest")):
        message = f"{row.left} is not after the day of joining ({row.joined})."
        yield Found(("memberships", row.slug), "left", message)


@rule(ERROR, "memberships")
def member_once_at_a_time(touched: Touched) -> Iterator[Found]:
    """A country is a member of a grouping once at a time: two phases do not overlap."""
    rows = Membership.objects.filter(joined_latest__isnull=False)
    if not touched.many:
        mine = Membership.objects.filter(touched.near(memberships="slug"))
        pairs = Q(pk__in=())
        for pair in mine.order_by().values("grouping", "country").distinct():
            pairs |= Q(**pair)
        rows = rows.filter(pairs)
    before = None
    for row in rows.order_by("grouping", "country", "joined_latest"):
        end = before and (before.left_earliest if before.left else FOREVER)
        same = before and (before.grouping_id, before.country_id) == (
            row.grouping_id,
            row.country_id,
        )
        if same and end and row.joined_latest < end:
            yield Found(
                ("memberships", row.slug),
                "joined",
                f"{row.joined} is within another phase ({before.slug}, from {before.joined}"
                f"{f' to {before.left}' if before.left else ', without an end'}).",
                (("memberships", before.slug),),
            )
        if not same or (row.left_earliest or FOREVER) > (end or FOREVER):
            before = row


@rule(ERROR, "signatories", "firms", "codes_of_conduct")
def signatory_at_home(touched: Touched) -> Iterator[Found]:
    """A firm signs the code of conduct of the country that it is established in."""
    near = touched.near(signatories="slug", firms="firm", codes_of_conduct="code__slug")
    strange = Signatory.objects.filter(near).exclude(firm__country=F("code__country"))
    for row in strange.select_related("firm", "code"):
        yield Found(
            ("signatories", row.slug),
            "firm",
            f"{row.firm_id} is established in {row.firm.country_id}, {row.code.slug} is of "
            f"{row.code.country_id}. Allowed: firms in {row.code.country_id}.",
            (("firms", row.firm_id), ("codes_of_conduct", row.code.slug)),
        )


@rule(ERROR, "signatories")
def signatory_leaves_after_joining(touched: Touched) -> Iterator[Found]:
    """A firm leaves a code after it has signed it, in at least one reading of the dates."""
    near = touched.near(signatories="slug")
    for row in Signatory.objects.filter(near, left_latest__lte=F("joined_earliest")):
        message = f"{row.left} is not after the day of signing ({row.joined})."
        yield Found(("signatories", row.slug), "left", message)


@rule(ERROR, "signatories")
def signatory_once_at_a_time(touched: Touched) -> Iterator[Found]:
    """A firm is bound by a code once at a time."""
    bound = Signatory.objects.filter(left="")
    if not touched.many:
        mine = Signatory.objects.filter(touched.near(signatories="slug"))
        bound = bound.filter(firm__in=mine.values("firm"))
    first: dict[tuple, str] = {}
    for row in bound.order_by("slug"):
        slug = first.setdefault((row.firm_id, row.code_id), row.slug)
        if slug != row.slug:
            message = f"{row.firm_id} is bound already, by {slug}. Record when that ended."
            yield Found(("signatories", row.slug), "firm", message, (("signatories", slug),))


@rule(WARNING, "signatories", "codes_of_conduct")
def signed_when_in_place(touched: Touched) -> Iterator[Found]:
    """A firm signs a code of conduct that is in place by then."""
    near = touched.near(signatories="slug", codes_of_conduct="code__slug")
    in_place = Q(code__status=CodeOfConduct.Status.IN_PLACE)
    early = Signatory.objects.filter(near, in_place, joined_latest__lt=F("code__since_earliest"))
    for row in early.select_related("code"):
        yield Found(
            ("signatories", row.slug),
            "joined",
            f"{row.joined} is before {row.code.slug} was in place ({row.code.since}).",
            (("codes_of_conduct", row.code.slug),),
        )


@rule(WARNING, "firms")
def cage_code_once(touched: Touched) -> Iterator[Found]:
    """A CAGE code stands for one firm."""
    yield from _alike(touched, "cage_code", "cage_code", "the same CAGE code")


@rule(WARNING, "firms")
def firm_once(touched: Touched) -> Iterator[Found]:
    """A firm is recorded once: no two of one country have the same name."""
    yield from _alike(touched, "name", "name", "the same name", also=("country",))


def _alike(touched, column, field, what, also=()) -> Iterator[Found]:
    rows = Firm.objects.annotate(same=Lower(field)).exclude(same="").order_by()
    twice = rows.values("same", *also).annotate(first=Count("pk")).filter(first__gt=1)
    if not touched.many:
        mine = rows.filter(touched.near(firms="slug"))
        twice = twice.filter(same__in=mine.values("same"))
    shared = {tuple(row[name] for name in ("same", *also)) for row in twice}
    if not shared:
        return
    named: dict[tuple, list[str]] = {}
    for row in rows.filter(same__in={key[0] for key in shared}).order_by("slug"):
        named.setdefault((row.same, *(getattr(row, f"{name}_id") for name in also)), []).append(
            row.slug
        )
    for key, slugs in named.items():
        if key in shared:
            first, *others = slugs
            for slug in others:
                message = f"{first} has {what}: one firm, recorded twice?"
                yield Found(("firms", slug), column, message, (("firms", first),))


RULES = (
    member_leaves_after_joining,
    member_once_at_a_time,
    signatory_at_home,
    signatory_leaves_after_joining,
    signatory_once_at_a_time,
    signed_when_in_place,
    cage_code_once,
    firm_once,
)
