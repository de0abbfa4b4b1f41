"""What would follow from changes that are not made yet: before and after, field by field.

The changes are written in a transaction, every question is asked of the registry as it would then
be, and all of it is undone: nothing is left, and what is shown is what the real thing would show.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from agreements.lifecycle import Status
from agreements.models import Agreement, Standing
from sosa_registry.ledger import dates
from sosa_registry.ledger.history import RecordChange
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.reading import Pin, pin
from sosa_registry.ledger.refusing import REFUSALS, sentences_of
from sosa_registry.ledger.rehearsing import told
from sosa_registry.ledger.revising import rehearse

from .cells import CERTAIN, NOT_RECORDED, Cell
from .matrix import matrix
from .reciprocity import reciprocity
from .reconciliation import reconcile
from .reference import reference


@dataclass(frozen=True)
class Difference:
    """One answer, before and after. `about` says of what, `of` of which part of it."""

    about: str
    of: str
    before: str
    after: str


@dataclass
class WhatIf:
    """Everything that would follow; `problems` where it cannot be written at all."""

    as_of: date
    records: list[RecordChange] = field(default_factory=list)
    matrix: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    standing: list[Difference] = field(default_factory=list)
    reciprocity: list[Difference] = field(default_factory=list)
    lists: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def sections(self) -> list[tuple[str, str, str, list[Difference]]]:
        """Each answer that changes: its heading, what its two columns say, and its rows."""
        made = [
            ("The matrix", "Country", "Type", self.matrix),
            ("Standing", "Agreement", "Period", self.standing),
            ("Reciprocity", "Between", "Kind of promise", self.reciprocity),
            ("Conflicts with lists and claims", "Country", "Type", self.conflicts),
            ("Published lists", "List", "Of", self.lists),
        ]
        return [section for section in made if section[3]]


@dataclass
class _Snapshot:
    cells: dict[tuple[str, str], Cell]
    standing: dict[str, list[str]]
    promises: dict[tuple[str, str], str]
    verdicts: dict[tuple[str, str], str]


def what_if(write: Callable[[], None], *, actor, as_of: date) -> WhatIf:
    """Rehearse a write; what it would change, and what would follow as of a day."""
    found = WhatIf(as_of)
    try:
        versions, (touched, after) = rehearse(
            write, lambda: _look(as_of), actor=actor, reason="What if"
        )
    except REFUSALS as error:
        found.problems = sentences_of(error)
        return found
    pinned = pin()
    before = _snapshot(pinned, as_of, touched)
    known = reference(pinned)
    found.records = told(versions)
    for (country, kind), was, now in _differing(before.cells, after.cells):
        name = known.name(country)
        label = known.types[kind].abbreviation if kind in known.types else kind
        if _said(was) != _said(now):
            found.matrix.append(Difference(name, label, _said(was), _said(now)))
        if _conflicts(was) != _conflicts(now):
            found.conflicts.append(Difference(name, label, _conflicts(was), _conflicts(now)))
    for slug, was, now in _differing(before.standing, after.standing):
        for place in range(max(len(was or ()), len(now or ()))):
            rows = [(rows or [])[place : place + 1] for rows in (was, now)]
            texts = [row[0] if row else "" for row in rows]
            if texts[0] != texts[1]:
                found.standing.append(Difference(slug, str(place + 1), *texts))
    for (pair, kind), was, now in _differing(before.promises, after.promises):
        found.reciprocity.append(Difference(pair, kind, was or "none", now or "none"))
    for (slug, types), was, now in _differing(before.verdicts, after.verdicts):
        found.lists.append(Difference(slug, types, was or "", now or ""))
    return found


def _differing(before: dict, after: dict) -> Iterator[tuple]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _look(as_of: date) -> tuple[set[str], _Snapshot]:
    """Inside the rehearsal: which agreements were touched, and how things would be."""
    pinned = pin()
    touched = set()
    for version in Version.objects.filter(revision=pinned.revision):
        if version.record_type == "agreements":
            touched.add(version.key)
        elif agreement := version.state.get("agreement"):
            touched.add(agreement)
    return touched, _snapshot(pinned, as_of, touched)


def _snapshot(pinned: Pin, as_of: date, touched: set[str]) -> _Snapshot:
    made = matrix(pinned, as_of)
    cells = {(row.country, kind): cell for row in made.rows for kind, cell in row.cells.items()}
    standing: dict[str, list[str]] = {}
    rows = Standing.objects.known_at(pinned.revision).filter(agreement__in=touched)
    for row in rows.order_by("agreement", "possible_from", "certain_from", "pk"):
        until = f" until {dates.display(row.until)}" if row.until else ""
        said = f"{Status(row.status).label} since {dates.display(row.since) or 'an unknown day'}"
        standing.setdefault(row.agreement, []).append(said + until)
    verdicts = {
        (one.list, one.type or one.grouping): one.verdict.replace("_", " ")
        for one in reconcile(pinned)
    }
    return _Snapshot(cells, standing, _promises(pinned, as_of, touched), verdicts)


def _promises(pinned: Pin, as_of: date, touched: set[str]) -> dict[tuple[str, str], str]:
    """The label of each kind of promise between the parties of the agreements touched."""
    pairs = Agreement.objects.filter(slug__in=touched, partner__isnull=False)
    found = {}
    for a, b in sorted(set(pairs.order_by().values_list("principal_id", "partner_id"))):
        for kind in reciprocity(pinned, as_of, a, b).kinds:
            found[f"{a} and {b}", kind.kind.replace("_", " ")] = kind.label.replace("_", " ")
    return found


def _said(cell: Cell | None) -> str:
    """A cell in words."""
    if cell is None or cell.certainty == NOT_RECORDED:
        return "not recorded"
    status = cell.status.replace("_", " ")
    sure = "" if cell.certainty in (CERTAIN, "confirmed") else f" ({cell.certainty})"
    since = f" since {dates.display(cell.since)}" if cell.since else ""
    return f"{status}{sure}{since}"


def _conflicts(cell: Cell | None) -> str:
    count = cell.conflicts if cell else 0
    return f"{count} conflict{'' if count == 1 else 's'}"
