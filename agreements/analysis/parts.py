"""All that makes up an agreement in the ledger: for its entity tag, and for its history.

Each part is a queryset that one index answers. A condition that joined them by “or” would be
answered by reading every version there is.
"""

from django.db.models import CharField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from agreements.models import Commitment, Event
from partners.models import Citation
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.together import Given


def agreement_parts(slug: Given) -> list[QuerySet]:
    """Versions of the agreement and its events, and its commitments and citations, past ones too.

    Of events that were deleted, the version that says so.
    """
    events = Event.objects.filter(agreement=slug).order_by().values("slug")
    gone = Version.objects.filter(operation=Version.Operation.DELETED, record_type="events")
    told = Cast(KeyTextTransform("agreement", "state"), CharField())  # `Given` is no JSON
    return [
        Version.objects.of("agreements", slug),
        Version.objects.filter(record_type="events", key__in=events),
        gone.alias(of=told).filter(of=slug),
        Commitment.ever.filter(agreement=slug),
        Citation.ever.filter(subject_kind="agreement", subject=slug),
        Citation.ever.filter(subject_kind="event", subject__in=events),
    ]


def agreement_versions(slug: str) -> QuerySet:
    """Every version of the agreement and of its events, commitments and citations.

    The keys are asked for first, so that the versions are found by key whatever their number.
    """
    events = set(Event.objects.filter(agreement=slug).values_list("slug", flat=True))
    gone = Version.objects.filter(operation=Version.Operation.DELETED, record_type="events")
    events |= set(gone.filter(state__agreement=slug).values_list("key", flat=True))
    cited = Q(subject_kind="agreement", subject=slug) | Q(subject_kind="event", subject__in=events)
    keys = {
        "agreements": {slug},
        "events": events,
        "commitments": {row.key for row in Commitment.ever.filter(agreement=slug)},
        "citations": {row.key for row in Citation.ever.filter(cited)},
    }
    parts = Q()
    for record_type, own in keys.items():
        if own:
            parts |= Q(record_type=record_type, key__in=own)
    return Version.objects.filter(parts).select_related("revision")
