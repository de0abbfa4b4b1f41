"""From rows to a plan: which records would be created and changed, and what is wrong with them.

Reads the registry, writes nothing. References may point to the registry or to the same files; a
column that is absent leaves an existing record's value alone. What rows mean beside one another
(events in order, firms at home) is judged by the models' own `problems_of` once they are written,
inside the transaction that is undone when they object: see `importing`.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches

from django.core.exceptions import ValidationError

from agreements.models import Event
from partners.models import Citation
from sosa_registry.ledger.recording import BATCH, Recorded

from .reading import Package, Problem, Row
from .tables import BY_NAME, SOURCES, TABLES, Table


@dataclass
class TablePlan:
    """What an import would do to one table."""

    table: Table
    created: list[Recorded] = field(default_factory=list)
    changed: list[Recorded] = field(default_factory=list)
    unchanged: int = 0
    by_object: dict[int, Row] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would do, table by table, and every problem found on the way."""

    tables: dict[str, TablePlan] = field(default_factory=dict)
    citations: dict[tuple[str, str], tuple[Row, list[str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


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
        self.known: dict[type, dict[str, str]] = {}

    def run(self) -> Plan:
        """Plan every table that was read, in the order in which they can be written."""
        for table in TABLES:
            if rows := self.package.rows.get(table.name):
                self._table(table, rows)
        return self.plan

    def _table(self, table: Table, rows: list[Row]) -> None:
        planned = self.plan.tables[table.name] = TablePlan(table)
        _name_events(table, rows)
        stored = self._stored(table, rows)
        seen: dict[tuple[str, str], int] = {}
        lines: dict[tuple, int] = {}
        for row in rows:
            values = self._values(table, row, planned)
            self._unique(table, row, seen)
            if (first := lines.setdefault(row.key, row.line)) != row.line:
                self._object(row, table.key[0], f"The same record is on line {first} already.")
            if values is None:
                continue
            existing = stored.get(row.key)
            if existing is None:
                planned.created.append(self._made(table, row, values, planned))
            elif self._differs(existing, values):
                planned.changed.append(existing)
                planned.by_object[id(existing)] = row
            else:
                planned.unchanged += 1

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

    def _values(self, table: Table, row: Row, planned: TablePlan) -> dict | None:
        """The row's cells as the model's values; None when one of them is wrong."""
        values, before = {}, len(self.plan.problems)
        for column, cell in row.cells.items():
            if column == SOURCES:
                self._cite(table, row, cell)
            else:
                values[column] = self._value(table, row, column, cell)
        return values if len(self.plan.problems) == before else None

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
            self._object(row, column, f"“{cell[:60]}”: {' '.join(error.messages)}{hint}")
        return None

    def _refer(self, row: Row, column: str, key: str, model: type[Recorded]) -> None:
        if key in self._keys(model):
            return
        near = get_close_matches(key, self._keys(model), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        self._object(row, column, f"No {model._meta.verbose_name} “{key[:60]}”.{hint}")

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

    def _made(self, table: Table, row: Row, values: dict, planned: TablePlan) -> Recorded:
        made = table.model()
        self._assign(made, values)
        planned.by_object[id(made)] = row
        return made

    def _differs(self, existing: Recorded, values: dict) -> bool:
        before = existing.state()
        values = {name: value for name, value in values.items() if before[name] != value}
        self._assign(existing, values)
        return existing.state() != before

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


def planned_citations(plan: Plan) -> tuple[list[Citation], list[Citation], list[int]]:
    """Citations to make, to move and to remove, so that each record cites just what its row lists.

    Citations with a locator are not touched: a row's `sources` are documents cited as a whole.
    """
    made, moved, gone = [], [], []
    subjects = list(plan.citations)
    stored: dict[tuple[str, str], dict[str, Citation]] = {}
    for start in range(0, len(subjects), BATCH):
        keys = [key for _, key in subjects[start : start + BATCH]]
        for citation in Citation.objects.filter(subject__in=keys, locator=""):
            subject = (citation.subject_kind, citation.subject)
            stored.setdefault(subject, {})[citation.source_id] = citation
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
