"""Rules about what the registry rests on: sources, citations, claims, published lists."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from agreements import lifecycle
from agreements.models import Claim, ListEntry, PublishedList, Standing
from partners.models import Citation, Source
from sosa_registry.ledger import subjects

from .base import ERROR, WARNING, Found, Touched, rule


@rule(ERROR, "citations", "claims", *sorted(m.record_type for m in subjects.kinds().values()))
def evidence_is_about_something(touched: Touched) -> Iterator[Found]:
    """Every citation and every claim is about a record that exists."""
    # Touched evidence may speak of nothing, and what was deleted may be spoken of.
    about: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for model in (Citation, Claim):
        for row in _of_nothing(model) if touched.many else _said_of(model, touched):
            named = about.setdefault((row.subject_kind, row.subject), [])
            named.append((row.record_type, row.key))
    known = subjects.kinds()
    for kind, key in sorted(subjects.missing(set(about))):
        beside = ((known[kind].record_type, key),) if kind in known else ()
        for record in about[kind, key]:
            yield Found(record, "subject", f"No {kind} “{key}” in the registry.", beside)


def _said_of(model, touched: Touched):
    return model.objects.filter(subject__in=set().union(*touched.keys.values())).order_by("pk")


def _of_nothing(model):
    """Evidence of which the database finds no subject: one statement, however many rows."""
    rows, known = model.objects.order_by(), subjects.kinds()
    parts = [rows.exclude(subject_kind__in=known)]
    for kind, subject in known.items():
        named = subject.objects.filter(**{subject.key_field: OuterRef("subject")})
        parts.append(rows.filter(~Exists(named.order_by()), subject_kind=kind))
    return parts[0].union(*parts[1:], all=True).order_by("pk")


@rule(WARNING, "published_lists", "published_list_entries")
def count_of_a_list(touched: Touched) -> Iterator[Found]:
    """Where a published list has entries and states a count, there are as many entries as it says.

    Its source may have miscounted; more often an entry is missing here.
    """
    live = Count("entries", filter=Q(entries__superseded_in__isnull=True))
    lists = PublishedList.objects.filter(touched.near(published_lists="slug"))
    for row in lists.annotate(named=live).filter(named__gt=0).exclude(stated_count=F("named")):
        if row.stated_count is not None:
            message = f"{row.stated_count} stated, {row.named} entries."
            yield Found(("published_lists", row.slug), "stated_count", message)


@rule(WARNING, "published_lists", "published_list_entries")
def list_without_its_principal(touched: Touched) -> Iterator[Found]:
    """A list of a principal's partners does not name the principal itself."""
    entries = ListEntry.objects.filter(touched.near(published_lists="list__slug"))
    own = entries.filter(list__grouping__isnull=True, country=F("list__principal"))
    for row in own.select_related("list"):
        message = f"{row.country_id} is the principal of {row.list.slug}, not one of its partners."
        record = ("published_list_entries", row.key)
        yield Found(record, "country", message, (("published_lists", row.list.slug),))


@rule(WARNING, "sources")
def read_after_publication(touched: Touched) -> Iterator[Found]:
    """A source is read on or after the day on which it was published."""
    near = touched.near(sources="slug")
    for row in Source.objects.filter(near, retrieved_on__lt=F("published_on_earliest")):
        message = f"{row.retrieved_on} is before its publication ({row.published_on})."
        yield Found(("sources", row.slug), "retrieved_on", message)


@rule(WARNING, "claims", "agreements", "events")
def agreeing_claim_agrees(touched: Touched) -> Iterator[Found]:
    """A claim about an agreement's status that is said to agree says what the registry says."""
    statuses = lifecycle.Status.values
    near = touched.near(claims="slug", agreements="subject")
    claims = list(
        Claim.objects.filter(
            near,
            subject_kind="agreement",
            property="status",
            value__in=statuses,
            stance=Claim.Stance.AGREES,
            as_of_latest__isnull=False,
        )
    )
    if not claims:
        return
    standing: dict[str, list[Standing]] = {}
    named = {claim.subject for claim in claims}
    if touched.many:
        named = Claim.objects.filter(subject_kind="agreement", property="status").values("subject")
    for row in Standing.objects.filter(superseded_in__isnull=True, agreement__in=named):
        standing.setdefault(row.agreement, []).append(row)
    for claim in claims:
        first = claim.as_of_earliest or claim.as_of_latest
        held = {
            row.status
            for row in standing.get(claim.subject, ())
            if row.possible_from <= claim.as_of_latest and row.possible_until > first
        }
        if claim.value not in held:
            ours = " or ".join(sorted(held)) or "none"
            yield Found(
                ("claims", claim.slug),
                "stance",
                f"It says {claim.value} as of {claim.as_of}, the registry {ours}.",
                (("agreements", claim.subject),),
            )


RULES = (
    evidence_is_about_something,
    count_of_a_list,
    list_without_its_principal,
    read_after_publication,
    agreeing_claim_agrees,
)
