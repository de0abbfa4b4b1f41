"""Which revisions concern a country, a type, an agreement or a view: what its follower will hear.

Rows that keep their past carry the revisions that recorded and superseded them; agreements and
events have their versions. Either way the past of what was removed since is still found. Every
condition is a subquery, so a feed is one statement, however much it looks at.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from agreements.models import (
    Agreement,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    ListEntry,
    PublishedList,
    Standing,
)
from partners.models import Citation, Membership
from sosa_registry.ledger.models import Revision, Version

MOST = 100  # entries of a feed


def latest(
    about: Q | None = None, kind: str = "", *, after: int = 0, until: int | None = None
) -> list[Revision]:
    """The latest revisions, newest first: about one thing, of one kind, or all.

    `after` and `until`: only those between two numbers, the second included. One statement.
    """
    found = Revision.objects.after(after).order_by("-number")
    if until is not None:
        found = found.filter(number__lte=until)
    if about is not None:
        found = found.filter(about)
    if kind:
        found = found.filter(kind=kind)
    return list(found[:MOST])


def about_country(code: str) -> Q:
    """What touched a country: its agreements as a partner, memberships, codes, claims, listings."""
    return (
        _about_agreements(Q(partner=code))
        | _touching(CodeOfConduct.ever.filter(country=code))
        | _touching(Membership.ever.filter(country=code))
        | _touching(ListEntry.ever.filter(country=code))
        | _about_record("country", "countries", code)
    )


def about_type(slug: str) -> Q:
    """What touched a type: its agreements, its commitments, its published lists."""
    return (
        _about_agreements(Q(type=slug))
        | _touching(Commitment.ever.filter(type=slug))
        | _touching(PublishedList.ever.filter(type=slug))
        | _about_record("agreement_type", "agreement_types", slug)
    )


def about_agreement(slug: str) -> Q:
    """What touched one agreement, its events, commitments, code and evidence."""
    # The agreement's own name for itself differs from that in its rows of standing.
    return _about_agreements(Q(agreement=slug), Q(slug=slug))


def about_agreements(keys: Iterable[QuerySet]) -> Q:
    """What touched agreements, each a row of one of these lists of short names."""
    keys = list(keys)
    return _about_agreements(_among("agreement", keys), _among("slug", keys))


def about_records(kind: str, record_type: str, keys: Iterable[QuerySet]) -> Q:
    """What touched records of one kind, by their keys: themselves, and what is said of them."""
    keys = list(keys)
    said = Q(subject_kind=kind) & _among("subject", keys)
    return (
        _touching(Claim.ever.filter(said))
        | _touching(Citation.ever.filter(said))
        | _versions(Q(record_type=record_type) & _among("key", keys))
    )


def about_cells(
    *,
    principal: str,
    types: list[str] | None = None,
    countries: Iterable[str] | QuerySet | None = None,
    grouping: str = "",
) -> Q:
    """What touched cells of the matrix, shown now or once. None and empty: all of them.

    That is agreements of these types with these countries or with a grouping that any of them was
    ever in, memberships that decide who is asked about or bound, lists of these types, and claims.
    """
    standing, lists, listed = Q(principal=principal), Q(principal=principal), Q()
    claims, member = Q(subject_kind="country"), Q()
    if types is not None:
        standing &= Q(type__in=types)
        lists &= _any(_lists_type(kind) for kind in types)
        claims &= Q(property__in=[f"has_{kind.replace('-', '_')}" for kind in types])
    if grouping:
        countries = Membership.ever.filter(grouping=grouping).order_by().values("country")
    if countries is not None:
        bound = Membership.ever.filter(country__in=countries).order_by().values("grouping")
        standing &= Q(partner__in=countries) | Q(partner_grouping__in=bound)
        member, listed = Q(country__in=countries), Q(country__in=countries)
        claims &= Q(subject__in=countries)
    through = Standing.objects.filter(standing).exclude(partner_grouping="").order_by()
    named = PublishedList.ever.filter(lists).order_by()
    asked = Q(grouping=grouping) if grouping else Q(pk__in=())
    return (
        _about_agreements(standing)
        | _touching(Membership.ever.filter(member, grouping__in=through.values("partner_grouping")))
        | _touching(Membership.ever.filter(asked))
        | _touching(named)
        | _touching(ListEntry.ever.filter(listed, list__in=named.values("pk")))
        | _touching(Claim.ever.filter(claims))
    )


def about_grouping(slug: str, principal: str) -> Q:
    """What touched a grouping: itself, who belongs to it, and what its members have."""
    return about_cells(principal=principal, grouping=slug) | _about_record(
        "grouping", "groupings", slug
    )


def _among(name: str, keys: list[QuerySet]) -> Q:
    """Rows whose column is among any of these."""
    return _any(Q(**{f"{name}__in": some}) for some in keys)


def _any(conditions: Iterable[Q]) -> Q:
    made = Q(pk__in=())
    for condition in conditions:
        made |= condition
    return made


def _lists_type(slug: str) -> Q:
    """A list of several types has them separated by semicolons."""
    alone, first = Q(type=slug), Q(type__startswith=f"{slug};")
    return alone | first | Q(type__endswith=f";{slug}") | Q(type__contains=f";{slug};")


def _about_agreements(standing: Q, live: Q | None = None) -> Q:
    """What touched agreements, found by their standing, past and present, or by themselves."""
    stood = Standing.objects.filter(standing).order_by()
    present = Agreement.objects.filter(standing if live is None else live).order_by()
    here, gone = present.values("slug"), stood.values("agreement")
    held = Q(agreement__in=here) | Q(agreement__in=gone)
    subjects = Q(subject_kind="agreement") & (Q(subject__in=here) | Q(subject__in=gone))
    events = Event.objects.filter(agreement__in=here).order_by().values("slug")
    of_events = Q(subject_kind="event") & (
        Q(subject__in=events) | Q(subject__in=stood.values("event"))
    )
    versions = Q(record_type="agreements") & (Q(key__in=here) | Q(key__in=gone))
    versions |= Q(record_type="events") & (Q(key__in=events) | Q(key__in=stood.values("event")))
    return (
        _touching(Standing.objects.filter(standing))
        | _touching(Commitment.ever.filter(held))
        | _touching(CodeOfConduct.ever.filter(held))
        | _touching(Claim.ever.filter(subjects | of_events))
        | _touching(Citation.ever.filter(subjects | of_events))
        | _versions(versions)
    )


def _about_record(kind: str, record_type: str, key: str) -> Q:
    """What touched one record itself, and what is said of it."""
    said = {"subject_kind": kind, "subject": key}
    return (
        _touching(Claim.ever.filter(**said))
        | _touching(Citation.ever.filter(**said))
        | _versions(Q(record_type=record_type, key=key))
    )


def _touching(rows) -> Q:
    """The revisions that recorded or superseded some rows."""
    rows = rows.order_by()
    closed = rows.filter(superseded_in__isnull=False)
    return Q(number__in=rows.values("recorded_in")) | Q(number__in=closed.values("superseded_in"))


def _versions(wanted: Q) -> Q:
    return Q(number__in=Version.objects.filter(wanted).order_by().values("revision"))
