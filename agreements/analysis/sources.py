"""What rests on a source, and what would lose its only support were it withdrawn.

A record is supported by the documents it cites and by its own `source`, where it has one. Claims
and lists are a source's own words: they lose nothing but their speaker, and are shown apart.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from agreements.models import Commitment, ProcedureFact, Signatory
from partners.models import Citation, Grouping, Membership
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin

# Records that name one document in a column of their own.
WITH_OWN_SOURCE = (Membership, Grouping, Commitment, Signatory, ProcedureFact)


@dataclass(frozen=True)
class Resting:
    """One record that rests on a source, and whether on nothing else."""

    kind: str
    key: str
    locator: str
    only: bool


def resting_on(pinned: Pin, source: str) -> list[Resting]:
    """Every record that rests on a source, by kind and key. Seven statements at most."""
    rows = Citation.ever.known_at(pinned.revision)
    cited = list(
        rows.filter(source=source)
        .order_by("subject_kind", "subject", "locator")
        .values_list("subject_kind", "subject", "locator")
    )
    named = _own(pinned, source, {key for _, key, _ in cited})
    own = [(kind, key) for kind, key, document in named if document == source]
    support: dict[tuple[str, str], set[str]] = defaultdict(set)
    keys = {key for _, key, _ in cited} | {key for _, key in own}
    for kind, key, document in rows.filter(subject__in=keys).values_list(
        "subject_kind", "subject", "source_id"
    ):
        support[kind, key].add(document)
    for kind, key, document in named:
        support[kind, key].add(document)
    found = [
        Resting(kind, key, locator, support[kind, key] == {source})
        for kind, key, locator in [*cited, *((kind, key, "") for kind, key in own)]
    ]
    return sorted(dict.fromkeys(found), key=lambda one: (one.kind, one.key, one.locator))


def _own(pinned: Pin, source: str, keys: set[str]) -> list[tuple[str, str, str]]:
    """Kind, key and own document of the records that name this one, or that have these keys."""
    found = []
    for model in WITH_OWN_SOURCE:
        stood = Version.objects.known_at(pinned.revision).filter(record_type=model.record_type)
        rows = stood.filter(Q(state__source=source) | Q(key__in=keys)).exclude(state__source=None)
        rows = rows.order_by()  # ordered, SQLite would walk the whole ledger
        columns = ("key", "state__source")
        found += [(model.record_kind, *row) for row in rows.values_list(*columns)]
    return found
