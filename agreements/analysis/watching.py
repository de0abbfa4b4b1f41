"""Which revisions concern a country, a type or an agreement: what somebody watching it will hear.

Rows that keep their past carry the revisions that recorded and superseded them; agreements and
events have their versions. Either way the past of what was removed since is still found. Every
condition is a subquery, so a feed is one statement, however much it looks at.
"""

from django.db.models import Q

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


def latest(about: Q | None = None, kind: str = "") -> list[Revision]:
    """The latest revisions, newest first: about one thing, of one kind, or all."""
    found = Revision.objects.order_by("-number")
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
