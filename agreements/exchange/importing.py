"""Applies a plan: all of it in one revision, or nothing.

Rows are written in bulk, then judged together by the models' own rules while the transaction is
still open; one objection undoes everything. The same files twice change nothing and make no
revision.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Event
from agreements.rules import Broken, Doubtful, Violation
from partners.models import Citation, Country
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import BATCH, Recorded, revision

from . import iso_countries
from .planning import Plan, Planner, TablePlan, planned_citations
from .reading import ImportRefused, Package, Problem, Row, read
from .tables import BY_NAME, TABLES


@dataclass
class Outcome:
    """What an import did: per table created, changed and unchanged, and the revision if any."""

    revision: int | None = None
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    @property
    def changed_nothing(self) -> bool:
        """Whether the files held only what the registry said already."""
        return self.revision is None


def import_package(
    path: Path,
    *,
    actor,
    reason: str,
    accept_warnings: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Read, plan and apply a folder or zip of tables. Raises ImportRefused with every problem.

    The first import into an empty registry brings the rest of ISO 3166-1's countries with it. What
    the rules warn of is a problem, too, until `accept_warnings` says that it is so.
    """
    package = read(path)
    if "countries" in package.rows and not Country.objects.exists():
        table = BY_NAME["countries"]
        named = {row.key[0] for row in package.rows["countries"]}
        package.rows["countries"] += [
            Row(table, 0, cells) for cells in iso_countries.rows() if cells["country"] not in named
        ]
    _refuse(package.problems)
    plans: list[Plan] = []
    says = {"actor": actor, "reason": reason, "kind": Revision.Kind.IMPORT}
    try:
        return _apply(package, plans, tell, accept_warnings=accept_warnings, **says)
    except (Broken, Doubtful) as refusal:
        _refuse([_problem(violation, plans[0]) for violation in refusal.violations])
        raise


def _problem(violation: Violation, plan: Plan) -> Problem:
    """What a rule found, at its line where the files have one."""
    for planned in plan.tables.values():
        for row in planned.by_object.values():
            if planned.table.model.record_type == violation.table and violation.key in row.key:
                return row.problem(violation.column, violation.message)
    return Problem("", 0, "", str(violation))


def _apply(package: Package, plans: list[Plan], tell: Callable[[str], None], **says) -> Outcome:
    outcome = Outcome()
    with revision(**says) as opened:
        plan = _plan(package)
        plans.append(plan)
        for table in TABLES:
            if planned := plan.tables.get(table.name):
                _write(planned, tell)
                outcome.counts[table.name] = (
                    len(planned.created),
                    len(planned.changed),
                    planned.unchanged,
                )
        _write_citations(plan)
        _refuse(list(_judged(plan)))
        if opened.versions():
            outcome.revision = opened.number
        tell("Deriving standing and closing the revision …")
    return outcome


def _plan(package: Package) -> Plan:
    plan = Planner(package).run()
    _refuse(plan.problems)
    return plan


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ImportRefused(sorted(problems, key=lambda p: (p.file, p.line, p.column)))


def _write(planned: TablePlan, tell: Callable[[str], None]) -> None:
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
        _refuse(list(_constraints(planned)))
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
