"""What rests on a source, and what would lose its only support were it withdrawn.

A record is supported by the documents it cites and by its own `source`, where it has one. Claims
and lists are a source's own words: they lose nothing but their speaker, and are shown apart.
"""

from collections import defaultdict
from dataclasses import dataclass

from agreements.models import Commitment, ProcedureFact, Signatory
from partners.models import Citation, Grouping, Membership
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
    own = _own(pinned, source)
    support: dict[tuple[str, str], set[str]] = defaultdict(set)
    keys = {key for _, key, _ in cited} | {key for _, key in own}
    for kind, key, document in rows.filter(subject__in=keys).values_list(
        "subject_kind", "subject", "source_id"
    ):
        support[kind, key].add(document)
    for kind, key in own:
        support[kind, key].add(source)
    found = [
        Resting(kind, key, locator, support[kind, key] == {source})
        for kind, key, locator in [*cited, *((kind, key, "") for kind, key in own)]
    ]
    return sorted(dict.fromkeys(found), key=lambda one: (one.kind, one.key, one.locator))


def _own(pinned: Pin, source: str) -> list[tuple[str, str]]:
    found = []
    for model in WITH_OWN_SOURCE:
        keeps_past = hasattr(model, "ever")
        rows = model.ever.known_at(pinned.revision) if keeps_past else model.objects
        found += [(model.record_kind, row.key) for row in rows.filter(source=source)]
    return found
