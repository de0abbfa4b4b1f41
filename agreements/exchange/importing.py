"""Applies a plan: all of it in one revision, or nothing.

Rows are written in bulk, then judged together by the models' own rules while the transaction is
still open; one objection undoes everything. The same files twice change nothing and make no
revision.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from agreements.models import Event
from agreements.rules import Broken, Doubtful
from partners.models import Citation, Country
from sosa_registry.ledger import subjects
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import BATCH, Recorded, revision

from . import iso_countries
from .planning import ERROR, Plan, Planner, TablePlan, planned_citations
from .reading import ImportRefused, Package, Problem, Row, read
from .tables import BY_NAME, TABLES

MANY = 1000  # rows after which what PostgreSQL knows of its tables' sizes is no longer true


@dataclass
class Outcome:
    """What an import did, or would do: per table created, changed and unchanged; the revision."""

    plan: Plan = field(default_factory=Plan)
    revision: int | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        """How many rows of each table are created, changed, unchanged."""
        return {name: planned.counts for name, planned in self.plan.tables.items()}

    @property
    def changed_nothing(self) -> bool:
        """Whether the files held only what the registry said already."""
        return self.revision is None


class Changed(Exception):
    """The registry has changed since the plan was agreed on: it would now do something else."""


class _Undo(Exception):
    """Everything that was written is undone."""


def import_package(path: Path, **options) -> Outcome:
    """Read, plan and apply a folder, zip, workbook or CSV file: see `apply`."""
    return apply(read(path), **options)


def apply(
    package: Package,
    *,
    actor,
    reason: str,
    accept_warnings: bool = False,
    agreed: str = "",
    tell: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Write what was read, all of it in one revision, or nothing.

    `agreed` is the digest of the plan that somebody has seen. Raises Changed when the plan is
    another by now, ImportRefused with every problem; what the rules warn of is a problem, too,
    until `accept_warnings` says that it is so.
    """
    outcome = _tried(package, actor, reason, accept_warnings, tell, agreed=agreed, keep=True)
    if problems := [*outcome.problems, *outcome.warnings]:
        raise ImportRefused(problems)
    if sum(new + changed for new, changed, _ in outcome.counts.values()) >= MANY:
        _count_rows_for_planner()
    return outcome


def _count_rows_for_planner() -> None:
    """Have the database look at its tables: PostgreSQL would a minute later, SQLite never.

    Until then it plans for empty tables, and a page with facets can take minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rehearse(package: Package, *, actor, reason: str, tell=lambda line: None) -> Outcome:
    """What `apply` would do, every problem and warning; tried in a transaction that is undone."""
    outcome = _tried(package, actor, reason, False, tell)
    outcome.revision = None
    return outcome


def _tried(package, actor, reason, accept_warnings, tell, agreed="", keep=False) -> Outcome:
    """Write everything and judge it; undo it unless it is to be kept and nothing is wrong.

    The first import into an empty registry brings the rest of ISO 3166-1's countries with it.
    """
    outcome = Outcome(problems=list(package.problems))
    if package.unread:  # what refers to a table that could not be read cannot be judged
        return outcome
    says = {"actor": actor, "reason": reason, "kind": Revision.Kind.IMPORT}
    try:
        with transaction.atomic():
            with revision(accept_warnings=accept_warnings, **says) as opened:
                outcome.plan = plan = Planner(_with_every_country(package)).run()
                if agreed and plan.digest() != agreed:
                    raise Changed
                outcome.problems = plan.problems
                _write_all(plan, tell)
                outcome.problems += _judged(plan)
                tell("Deriving standing and closing the revision …")
            if opened.versions():
                outcome.revision = opened.number
            if outcome.problems or not keep:
                raise _Undo
    except _Undo:
        pass
    except Broken as broken:
        outcome.problems += _problems(broken, plan, outcome.problems)
    except Doubtful as doubtful:
        outcome.warnings = _problems(doubtful, plan, [])
    except ValidationError as error:
        # Standing cannot be derived: said beside its rows already, as a rule.
        if not outcome.problems:
            outcome.problems.append(Problem("", 0, "", " ".join(error.messages)))
    except IntegrityError as error:
        if not outcome.problems:
            raise
        del error  # follows from what is said already
    for found in (outcome.problems, outcome.warnings):
        found.sort(key=lambda p: (p.file, p.line, p.column))
    return outcome


def _with_every_country(package: Package) -> Package:
    if "countries" in package.rows and not Country.objects.exists():
        table = BY_NAME["countries"]
        named = {row.key[0] for row in package.rows["countries"]}
        package.rows["countries"] += [
            Row(table, 0, cells) for cells in iso_countries.rows() if cells["country"] not in named
        ]
    return package


def _problems(refusal: Broken | Doubtful, plan: Plan, told: list[Problem]) -> list[Problem]:
    """What the rules found, each at its line where the files have one and it is not told yet."""
    rows = {}
    for planned in plan.tables.values():
        for record in [*planned.created, *planned.changed]:
            rows[record.record_type, record.key] = planned.by_object[id(record)]
    at = {(problem.file, problem.line) for problem in told}
    found = []
    for violation in refusal.violations:
        row = rows.get((violation.table, violation.key))
        if row is None:
            found.append(Problem("", 0, "", str(violation)))
            continue
        made = row.problem(violation.column, f"{violation.message} [{violation.rule}]")
        if (made.file, made.line) not in at:
            found.append(made)
    return found


def _write_all(plan: Plan, tell: Callable[[str], None]) -> None:
    """Write every good row that does not rest on a bad one: such a one cannot be judged yet."""
    missing = {
        (line.row.table.model, line.row.key[0]) for line in plan.lines() if line.action == ERROR
    }
    for table in TABLES:
        if planned := plan.tables.get(table.name):
            if missing:
                missing |= _leave_out(planned, missing)
            _write(planned, plan, tell)
    if not missing:
        _write_citations(plan)


def _leave_out(planned: TablePlan, missing: set) -> set[tuple[type, str]]:
    """Leave out what names a missing record, or is of a history with a bad event; who that is."""
    table, kinds = planned.table, subjects.kinds()
    related = {name: f.related_model for name, f in table.fields.items() if f.remote_field}
    bad = [line.row.cells for line in planned.lines if line.action == ERROR]
    clouded = {cells.get("agreement") for cells in bad} if table.model is Event else set()

    def rests_on_bad(record) -> bool:
        cells = planned.by_object[id(record)].cells
        about = (kinds.get(cells.get("subject_kind")), cells.get("subject"))
        named = {(model, cells.get(name)) for name, model in related.items()} | {about}
        return bool(named & missing) or cells.get("agreement") in clouded

    left = [r for r in [*planned.created, *planned.changed] if rests_on_bad(r)]
    identities = {id(record) for record in left}
    planned.created = [r for r in planned.created if id(r) not in identities]
    planned.changed = [r for r in planned.changed if id(r) not in identities]
    return {(table.model, planned.by_object[id(record)].key[0]) for record in left}


def _write(planned: TablePlan, plan: Plan, tell: Callable[[str], None]) -> None:
    model, written = planned.table.model, [*planned.created, *planned.changed]
    if not written:
        return
    tell(f"{planned.table.name}: {len(planned.created)} new, {len(planned.changed)} changed")
    for name, natural in model.state_relations.items():
        target = model._meta.get_field(name).related_model
        stored = {getattr(row, natural): row for row in target.objects.all()}
        for row in written:
            setattr(row, name, stored[getattr(getattr(row, name), natural)])
    # Frameworks refer to rows of the same table; the database checks keys when it commits.
    try:
        with transaction.atomic():
            model.objects.bulk_create(planned.created, batch_size=BATCH)
            model.objects.bulk_update(planned.changed)
    except IntegrityError:
        found = list(_constraints(planned))
        plan.problems += found
        if not found:
            raise


def _constraints(planned: TablePlan) -> Iterator[Problem]:
    """After the database refused a table: which rows break which rule, asked one by one."""
    for record in [*planned.created, *planned.changed]:
        for constraint in record._meta.constraints:
            if not hasattr(constraint, "condition") or getattr(constraint, "fields", ()):
                continue
            try:
                constraint.validate(type(record), record)
            except ValidationError as error:
                yield planned.by_object[id(record)].problem("", " ".join(error.messages))


def _write_citations(plan: Plan) -> None:
    made, moved, gone = planned_citations(plan)
    Citation.objects.bulk_create(made, batch_size=BATCH)
    if moved:
        Citation.objects.bulk_update(moved)
    for start in range(0, len(gone), BATCH):
        Citation.objects.filter(pk__in=gone[start : start + BATCH]).delete()


def _judged(plan: Plan) -> Iterator[Problem]:
    """What the models' rules say of the rows just written, beside all others."""
    for name, planned in plan.tables.items():
        written: list[Recorded] = [*planned.created, *planned.changed]
        if not written:
            continue
        for record, column, sentence in BY_NAME[name].model.problems_of(written):
            if row := planned.by_object.get(id(record)):
                yield row.problem(column, sentence)
            else:
                yield Problem(f"{name}.csv", 0, column, f"{record.key}: {sentence}")


def is_empty() -> bool:
    """Whether the registry holds nothing yet."""
    return not (Country.objects.exists() or Event.objects.exists())
