"""From rows to a plan: which records would be created and changed, and what is wrong with them.

Reads the registry, writes nothing. References may point to the registry or to the same files; a
column that is absent leaves an existing record's value alone. What rows mean beside one another
(events in order, firms at home) is judged by the models' own `problems_of` once they are written,
inside the transaction that is undone when they object: see `importing`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.core.exceptions import ValidationError

from agreements.models import Event
from partners.models import Citation
from sosa_registry.ledger.recording import BATCH, Recorded

from .reading import Package, Problem, Row
from .tables import BY_NAME, SOURCES, TABLES, Table

HINTS = 200  # nearest names looked for in one import: each costs a walk through all names
CREATE, UPDATE, UNCHANGED, ERROR = "create", "update", "unchanged", "error"


@dataclass
class Line:
    """What an import would do with one row: column by column what is there and what would be."""

    row: Row
    action: str
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class TablePlan:
    """What an import would do to one table."""

    table: Table
    created: list[Recorded] = field(default_factory=list)
    changed: list[Recorded] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    by_object: dict[int, Row] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many rows are created, changed, unchanged."""
        actions = Counter(line.action for line in self.lines)
        return actions[CREATE], actions[UPDATE], actions[UNCHANGED]


@dataclass
class Plan:
    """What an import would do, table by table, and every problem found on the way."""

    tables: dict[str, TablePlan] = field(default_factory=dict)
    citations: dict[tuple[str, str], tuple[Row, list[str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """What would be done with every row, table by table."""
        for planned in self.tables.values():
            yield from planned.lines

    def digest(self) -> str:
        """SHA-256 of all that would be done: the same plan has the same."""
        done = [
            [line.row.table.name, line.row.key, line.action, line.changes]
            for line in self.lines()
            if line.action != UNCHANGED
        ]
        return hashlib.sha256(json.dumps(done, sort_keys=True).encode()).hexdigest()


class Planner:
    """Plans one package; `found` collects keys as tables are planned in order."""

    def __init__(self, package: Package):
        self.package = package
        self.plan = Plan(problems=list(package.problems))
        self.incoming = {
            name: {row.key[0] for row in rows}
            for name, rows in package.rows.items()
            if len(BY_NAME[name].key) == 1
        }
        self.faulty = {(problem.file, problem.line) for problem in package.problems}
        self.known: dict[type, set[str]] = {}
        self.names: dict[type, dict[str, tuple[str, str]]] = {}
        self.hints: dict[tuple[type, str], str] = {}
        self.taken: dict[tuple[type, str], dict[str, str]] = {}

    def run(self) -> Plan:
        """Plan every table that was read, in the order in which they can be written."""
        for table in TABLES:
            if rows := self.package.rows.get(table.name):
                self._table(table, rows)
        _mark_sources(self.plan)
        return self.plan

    def _table(self, table: Table, rows: list[Row]) -> None:
        planned = self.plan.tables[table.name] = TablePlan(table)
        _name_events(table, rows)
        stored = self._stored(table, rows)
        seen: dict[tuple[str, str], int] = {}
        lines: dict[tuple, int] = {}
        for row in rows:
            if (row.file, row.line) in self.faulty:
                planned.lines.append(Line(row, ERROR))
                continue
            before = len(self.plan.problems)
            values = self._values(table, row)
            self._unique(table, row, seen)
            if (first := lines.setdefault(row.key, row.line)) != row.line:
                self._object(row, table.key[0], f"The same record is on line {first} already.")
            if len(self.plan.problems) > before:
                planned.lines.append(Line(row, ERROR))
            else:
                planned.lines.append(self._line(row, values, stored.get(row.key), planned))

    def _line(self, row: Row, values: dict, existing: Recorded | None, planned) -> Line:
        """Plan one good row."""
        if existing is None:
            made = row.table.model()
            self._assign(made, values)
            planned.created.append(made)
            planned.by_object[id(made)] = row
            return Line(row, CREATE, {name: ("", cell) for name, cell in row.cells.items() if cell})
        before = existing.state()
        self._assign(existing, {name: v for name, v in values.items() if before[name] != v})
        after = existing.state()
        if before == after:
            return Line(row, UNCHANGED)
        planned.changed.append(existing)
        planned.by_object[id(existing)] = row
        changes = {
            name: (_shown(before[name]), _shown(after[name]))
            for name in after
            if before[name] != after[name]
        }
        return Line(row, UPDATE, changes)

    def _stored(self, table: Table, rows: list[Row]) -> dict[tuple, Recorded]:
        """The registry's own rows with the keys of these."""
        first = table.fields[table.key[0]]
        by_row_id = first.name in table.model.state_relations
        lookup = f"{first.name}__slug" if by_row_id else first.attname
        wanted, found = sorted({row.key[0] for row in rows}), {}
        for start in range(0, len(wanted), BATCH):
            query = table.model.objects.with_keys().filter(
                **{f"{lookup}__in": wanted[start : start + BATCH]}
            )
            for stored in query:
                state = stored.state()
                if not table.only or state[table.only]:
                    found[tuple(state[column] or "" for column in table.key)] = stored
        return found

    def _values(self, table: Table, row: Row) -> dict:
        """The row's cells as the model's values; what is wrong with one is a problem."""
        values = {}
        for column, cell in row.cells.items():
            if column == SOURCES:
                self._cite(table, row, cell)
            else:
                values[column] = self._value(table, row, column, cell)
        return values

    def _value(self, table: Table, row: Row, column: str, cell: str):
        model_field = table.fields[column]
        if not cell:
            if column in table.required:
                self._object(row, column, "Empty, and needed.")
            empty = None if model_field.null else ""
            return model_field.get_default() if model_field.has_default() and empty == "" else empty
        if model_field.remote_field:
            self._refer(row, column, cell, model_field.related_model)
            return cell
        try:
            return model_field.clean(cell, None)
        except ValidationError as error:
            allowed = [str(value) for value, _ in model_field.choices or ()]
            hint = f" Allowed: {', '.join(allowed)}." if allowed else ""
            hint = _nearest(cell, allowed) + hint
            self._object(row, column, f"“{cell[:60]}”: {' '.join(error.messages)}{hint}")
        return None

    def _refer(self, row: Row, column: str, key: str, model: type[Recorded]) -> None:
        if key in self._keys(model):
            return
        if (model, key) not in self.hints and len(self.hints) < HINTS:
            hint = _nearest(key, self._keys(model)) or self._by_name(model, key)
            self.hints[model, key] = hint
        hint = self.hints.get((model, key), "")
        self._object(row, column, f"No {model._meta.verbose_name} “{key[:60]}”.{hint}")

    def _by_name(self, model: type[Recorded], name: str) -> str:
        """For somebody who wrote “Japan” where JPN is meant."""
        if not any(each.name == "name" for each in model._meta.fields):
            return ""
        if model not in self.names:
            rows = model.objects.values_list("name", model.key_field)
            self.names[model] = {called.casefold(): (called, key) for called, key in rows}
        near = get_close_matches(name.casefold(), self.names[model], n=1, cutoff=0.8)
        if not near:
            return ""
        called, key = self.names[model][near[0]]
        return f" Did you mean {key} ({called})?"

    def _keys(self, model: type[Recorded]) -> set[str]:
        """The natural keys of a model, in the registry and in the files."""
        if model not in self.known:
            stored = set(model.objects.values_list(model.key_field, flat=True))
            self.known[model] = stored | self.incoming.get(model.record_type, set())
        return self.known[model]

    def _cite(self, table: Table, row: Row, cell: str) -> None:
        slugs = [slug.strip() for slug in cell.split(";") if slug.strip()]
        for slug in slugs:
            self._refer(row, SOURCES, slug, BY_NAME["sources"].model)
        if len(set(slugs)) < len(slugs):
            self._object(row, SOURCES, "A source is named twice.")
        self.plan.citations[table.model.record_kind, row.key[0]] = (row, slugs)

    def _unique(self, table: Table, row: Row, seen: dict) -> None:
        for column, model_field in table.fields.items():
            value = row.cells.get(column)
            if value and model_field.unique and (column,) != table.key:
                first = seen.setdefault((column, value), row.line)
                if first != row.line:
                    self._object(row, column, f"“{value}” is on line {first} already.")
                owner = self._owners(table.model, model_field.attname).get(value, row.key[0])
                if owner != row.key[0] and owner not in self.incoming[table.name]:
                    self._object(row, column, f"“{value}” is {owner}'s already.")

    def _owners(self, model: type[Recorded], attribute: str) -> dict[str, str]:
        """Whose each value of a column is that two records cannot share."""
        if (model, attribute) not in self.taken:
            rows = model.objects.values_list(attribute, model.key_field)
            self.taken[model, attribute] = {str(value): key for value, key in rows}
        return self.taken[model, attribute]

    @staticmethod
    def _assign(record: Recorded, values: dict) -> None:
        own = record.key_column
        for column, value in values.items():
            model_field = record._meta.get_field(record.key_field if column == own else column)
            if column in record.state_relations:
                # Named only; found when the table it refers to has been written.
                setattr(record, column, model_field.related_model(slug=value))
            else:
                setattr(record, model_field.attname, value)

    def _object(self, row: Row, column: str, message: str) -> None:
        self.plan.problems.append(row.problem(column, message))


def _shown(value) -> str:
    return "" if value is None else str(value)


def _nearest(asked: str, allowed) -> str:
    near = get_close_matches(asked, allowed, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _name_events(table: Table, rows: list[Row]) -> None:
    """An event without an id is that of its agreement with the same kind and date, or a new one."""
    nameless = [row for row in rows if table.model is Event and not row.cells.get("id")]
    if not nameless:
        return
    agreements = {row.cells["agreement"] for row in nameless}
    stored = {
        (event.agreement_id, event.event, event.date): event.slug
        for event in Event.objects.filter(agreement__in=agreements)
    }
    used, given = {row.cells.get("id") for row in rows}, dict.fromkeys(agreements, 0)
    for row in nameless:
        agreement = row.cells["agreement"]
        told = (agreement, row.cells["event"], row.cells["date"])
        while told not in stored:
            name = Event.next_id(agreement, given[agreement])
            given[agreement] += 1
            if name not in used:
                stored[told] = name
        row.cells["id"] = stored[told]


def _cited(plan: Plan) -> dict[tuple[str, str], dict[str, Citation]]:
    """The documents that the planned records cite now, in order, each by its source."""
    subjects = list(plan.citations)
    stored: dict[tuple[str, str], dict[str, Citation]] = {}
    for start in range(0, len(subjects), BATCH):
        keys = [key for _, key in subjects[start : start + BATCH]]
        cited = Citation.objects.filter(subject__in=keys, locator="")
        for citation in cited.order_by("position", "source"):
            subject = (citation.subject_kind, citation.subject)
            stored.setdefault(subject, {})[citation.source_id] = citation
    return stored


def _mark_sources(plan: Plan) -> None:
    """A row whose sources alone differ changes its record, too."""
    stored, by_row = _cited(plan), {id(line.row): line for line in plan.lines()}
    for subject, (row, slugs) in plan.citations.items():
        line, before = by_row[id(row)], list(stored.get(subject, ()))
        if line.action in (UNCHANGED, UPDATE) and before != slugs:
            line.action = UPDATE
            line.changes[SOURCES] = (";".join(before), ";".join(slugs))


def planned_citations(plan: Plan) -> tuple[list[Citation], list[Citation], list[int]]:
    """Citations to make, to move and to remove, so that each record cites just what its row lists.

    Citations with a locator are not touched: a row's `sources` are documents cited as a whole.
    """
    made, moved, gone = [], [], []
    stored = _cited(plan)
    for (kind, key), (_, slugs) in plan.citations.items():
        there = stored.get((kind, key), {})
        for slug, position in _places(slugs, there):
            if citation := there.pop(slug, None):
                if citation.position != position:
                    citation.position = position
                    moved.append(citation)
            else:
                made.append(
                    Citation(subject_kind=kind, subject=key, source_id=slug, position=position)
                )
        gone += [citation.pk for citation in there.values()]
    return made, moved, gone


def _places(slugs: list[str], stored: dict[str, Citation]) -> list[tuple[str, int]]:
    """A position for each source, so that they come in this order and stored ones stay put."""
    found, last = [], (-1, "\uffff")
    own = [(stored[slug].position, slug) for slug in slugs if slug in stored]
    for number, slug in enumerate(slugs):
        kept = [own.pop(0)[0]] if slug in stored else []
        fits = [p for p in (*kept, number, last[0], last[0] + 1) if (p, slug) > last]
        # Between the one before and every stored one after; where none fits, these move on.
        between = [p for p in fits if not own or (p, slug) < min(own)]
        last = ((between or fits[-1:])[0], slug)
        found.append((slug, last[0]))
    return found
