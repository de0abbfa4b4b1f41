"""Rules about agreements, their events, codes and invocations."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from agreements import lifecycle
from agreements.models import Agreement, CodeOfConduct, Event, Invocation, Standing
from sosa_registry.ledger import clock

from .base import ERROR, WARNING, Found, Touched, rule

# Types of which a pair of countries can have one in force at a time.
ONE_A_PAIR = ("sosa",)
# Types that are no one instrument: a pair may well have several.
SEVERAL_A_PAIR = ("mou", "contract")
IMPLEMENTED_BY_CODES = "sosa"


@rule(ERROR, "agreements", "events", kept_elsewhere=True)
def events_in_order(touched: Touched) -> Iterator[Found]:
    """An agreement's events make sense in their order: no signature after entry into force.

    Nothing resumes that was not suspended, nothing is renewed after a termination. Standing cannot
    be derived otherwise, so every revision that breaks it is refused there.
    """
    for agreement, events in Event.objects.all().happenings().items():
        try:
            lifecycle.periods(events)
        except lifecycle.Refused as refusal:
            event = refusal.ids[0] if refusal.ids else ""
            yield Found(("events", event), "date", str(refusal), (("agreements", agreement),))


@rule(ERROR, "agreements", "events")
def one_sosa_in_force(touched: Touched) -> Iterator[Found]:
    """No two security of supply arrangements are in force for one pair of countries at once."""
    for one, other in _together(touched, "certain"):
        if one.type in ONE_A_PAIR:
            yield _both(one, other, "are in force")


@rule(WARNING, "agreements", "events")
def one_of_a_type(touched: Touched) -> Iterator[Found]:
    """As a rule a pair of countries has one agreement of a type in force at a time.

    Two may be: each is judged alone. More often the earlier one's end has not been recorded.
    """
    certain = {(one.pk, other.pk) for one, other in _together(touched, "certain")}
    for one, other in _together(touched, "possible"):
        told = one.type in ONE_A_PAIR and (one.pk, other.pk) in certain  # as an error
        if one.type not in SEVERAL_A_PAIR and not told:
            yield _both(one, other, "are or may be in force")


def _together(touched: Touched, how: str) -> Iterator[tuple[Standing, Standing]]:
    """Standing of two agreements of one type and pair whose stretches in force overlap."""
    start, end = f"{how}_from", f"{how}_until"
    rows = Standing.objects.filter(superseded_in__isnull=True).in_force().exclude(partner="")
    rows = rows.filter(**{f"{start}__lt": F(end)}).order_by(*_PAIR, start, "agreement")
    if not touched.many:
        mine = rows.filter(agreement__in=touched.keys.get("agreements", ())).order_by()
        pairs = Q(pk__in=())
        for pair in mine.values(*_PAIR).distinct():
            pairs |= Q(**pair)
        rows = rows.filter(pairs)
    else:
        others = rows.filter(**{name: OuterRef(name) for name in _PAIR}).order_by()
        rows = rows.filter(Exists(others.exclude(agreement=OuterRef("agreement"))))
    running: list[Standing] = []
    for row in rows:
        first = getattr(row, start)
        running = [one for one in running if _pair(one) == _pair(row) and getattr(one, end) > first]
        yield from ((one, row) for one in running if one.agreement != row.agreement)
        running.append(row)


_PAIR = ("type", "principal", "partner")


def _pair(row: Standing) -> tuple:
    return tuple(getattr(row, name) for name in _PAIR)


def _both(one: Standing, other: Standing, how: str) -> Found:
    return Found(
        ("agreements", other.agreement),
        "",
        f"{one.agreement} (since {one.since}) and {other.agreement} (since {other.since}) {how} "
        f"at once for {other.principal} and {other.partner}. Record the end of one.",
        (("agreements", one.agreement),),
    )


@rule(WARNING, "events")
def event_has_happened(touched: Touched) -> Iterator[Found]:
    """An event is dated today or before; one that is only planned has yet to happen."""
    today = clock.today()
    for event in Event.objects.filter(touched.near(events="slug"), date_earliest__gt=today):
        message = f"{event.date} has yet to come (today is {today})."
        yield Found(("events", event.slug), "date", message)


@rule(WARNING, "agreements")
def framework_of_the_same_parties(touched: Touched) -> Iterator[Found]:
    """An agreement implements a framework between the same parties."""
    other = ~Q(framework__partner=F("partner")) | ~Q(framework__principal=F("principal"))
    found = Agreement.objects.filter(
        touched.near(agreements="slug") | touched.near(agreements="framework"), other
    ).filter(partner__isnull=False, framework__partner__isnull=False)
    for row in found.select_related("framework"):
        of = f"{row.framework.principal_id} and {row.framework.partner_id}"
        yield Found(
            ("agreements", row.slug),
            "framework",
            f"{row.framework_id} is between {of}, not {row.principal_id} and {row.partner_id}.",
            (("agreements", row.framework_id),),
        )


@rule(ERROR, "agreements")
def frameworks_form_no_circle(touched: Touched) -> Iterator[Found]:
    """No agreement implements, through others, itself."""
    rows = Agreement.objects.filter(framework__isnull=False)
    above = dict(rows.values_list("slug", "framework_id"))
    for slug in above:
        seen, upper = [slug], above.get(slug)
        while upper and upper not in seen:
            seen.append(upper)
            upper = above.get(upper)
        if upper == slug:
            circle = " → ".join([*seen, slug])
            beside = tuple(("agreements", name) for name in seen)
            yield Found(("agreements", slug), "framework", f"A circle: {circle}.", beside)


@rule(ERROR, "codes_of_conduct", "agreements")
def code_of_its_country(touched: Touched) -> Iterator[Found]:
    """A code of conduct gives effect to an arrangement with the code's own country."""
    near = touched.near(codes_of_conduct="slug", agreements="agreement")
    strange = CodeOfConduct.objects.filter(near, agreement__partner__isnull=False)
    for code in strange.exclude(agreement__partner=F("country")).select_related("agreement"):
        yield Found(
            ("codes_of_conduct", code.slug),
            "agreement",
            f"{code.agreement_id} is with {code.agreement.partner_id}, the code is of "
            f"{code.country_id}. Allowed: an arrangement with {code.country_id}.",
            (("agreements", code.agreement_id),),
        )


@rule(WARNING, "codes_of_conduct", "agreements")
def code_implements_a_sosa(touched: Touched) -> Iterator[Found]:
    """What a code of conduct gives effect to is a security of supply arrangement."""
    near = touched.near(codes_of_conduct="slug", agreements="agreement")
    other = CodeOfConduct.objects.filter(near, agreement__isnull=False)
    for code in other.exclude(agreement__type=IMPLEMENTED_BY_CODES).select_related("agreement"):
        message = f"{code.agreement_id} is of type {code.agreement.type_id}, as a rule a sosa."
        beside = (("agreements", code.agreement_id),)
        yield Found(("codes_of_conduct", code.slug), "agreement", message, beside)


@rule(WARNING, "invocations", "agreements", "events")
def invoked_while_in_force(touched: Touched) -> Iterator[Found]:
    """The arrangement that an invocation names was, possibly at least, in force at the time."""
    held = Standing.objects.filter(
        agreement=OuterRef("agreement"),
        superseded_in__isnull=True,
        possible_from__lte=OuterRef("occurred_latest"),
    ).filter(
        Q(possible_until__gt=OuterRef("occurred_earliest"))
        | Q(possible_until__gt=OuterRef("occurred_latest"))
    )
    near = touched.near(invocations="slug", agreements="agreement")
    named = Invocation.objects.filter(near, agreement__isnull=False)
    for row in named.filter(~Exists(held.in_force())):
        yield Found(
            ("invocations", row.slug),
            "agreement",
            f"{row.agreement_id} was in force at no time of {row.occurred}.",
            (("agreements", row.agreement_id),),
        )


@rule(WARNING, "invocations", "agreements")
def invoked_by_its_parties(touched: Touched) -> Iterator[Found]:
    """Who needed and who supplied are the parties of the arrangement that an invocation names."""
    near = touched.near(invocations="slug", agreements="agreement")
    principal, partner = F("agreement__principal"), F("agreement__partner")
    supplies = Q(partner=principal) | Q(partner=partner)
    needs = Q(requester=principal) | Q(requester=partner)
    named = Invocation.objects.filter(near, agreement__partner__isnull=False)
    strange = named.exclude(supplies & needs)
    for row in strange.select_related("agreement"):
        of = f"{row.agreement.principal_id} and {row.agreement.partner_id}"
        yield Found(
            ("invocations", row.slug),
            "agreement",
            f"{row.agreement_id} is between {of}; named are {row.requester_id}, {row.partner_id}.",
            (("agreements", row.agreement_id),),
        )


RULES = (
    events_in_order,
    one_sosa_in_force,
    one_of_a_type,
    event_has_happened,
    framework_of_the_same_parties,
    frameworks_form_no_circle,
    code_of_its_country,
    code_implements_a_sosa,
    invoked_while_in_force,
    invoked_by_its_parties,
)
