"""Imports step by step: a file is uploaded, read and tried; then confirmed and written.

More than `AT_ONCE` rows are the worker's, both times, and so is reading a large file. A preview is
tried in a transaction that is undone; a confirmation plans anew and, where the registry has changed
so that the plan is another, shows that one instead of writing. Both look first at what is done
already: a task begun twice does no harm.
"""

from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django_tasks import task

from agreements.models import ImportJob
from agreements.models.imports import KEPT_FOR
from sosa_registry.ledger import clock

from .importing import Changed, Outcome, apply, rehearse
from .limits import weight
from .planning import ERROR
from .reading import ImportRefused, Package, Problem, read_upload
from .tables import BY_NAME

AT_ONCE = 1_000  # rows; more of them are the worker's
READ_AT_ONCE = 1_000_000  # bytes, unpacked
MAX_BYTES = 20 * 1024 * 1024
State = ImportJob.State


class NotNow(ValueError):
    """What was asked of an import cannot be done in its state; the message says why."""


def upload(*, name: str, content: bytes, user, reason: str, table: str = "") -> ImportJob:
    """Take a file and preview it, at once or in the worker. Raises ValidationError."""
    if not content:
        raise ValidationError({"file": "The file is empty."})
    if len(content) > MAX_BYTES:
        raise ValidationError({"file": f"{len(content)} bytes. Allowed: {MAX_BYTES}."})
    if table and table not in BY_NAME:
        raise ValidationError({"table": f"“{table[:40]}” is none. Allowed: {', '.join(BY_NAME)}."})
    if not reason.strip():
        raise ValidationError({"reason": "Say why: every change carries a reason."})
    ImportJob.objects.filter(made_at__lt=clock.now() - KEPT_FOR).delete()
    job = ImportJob(
        name=name[-200:], table=table, content=content, user=user, reason=reason.strip()
    )
    if weight(content) > READ_AT_ONCE:
        _leave(job, State.WAITING, "The file waits for the worker.", preview_in_worker)
        return job
    package = read_upload(job.name, content, table)
    job.rows = package.size
    if package.size > AT_ONCE:
        _leave(job, State.WAITING, f"{package.size} rows wait for the worker.", preview_in_worker)
    else:
        _preview(job, package)
    return job


def confirm(job: ImportJob, *, user, accept_warnings: bool = False) -> ImportJob:
    """Write what the preview shows, at once or in the worker. Raises NotNow."""
    if job.state != State.PREVIEWED:
        raise NotNow(f"This import cannot be confirmed: {job.get_state_display().lower()}.")
    if job.warnings and not accept_warnings:
        raise NotNow("The rules warn of something in it: accept the warnings, or mend the file.")
    job.user, job.accept_warnings = user, accept_warnings
    if job.rows > AT_ONCE:
        _leave(job, State.CONFIRMED, f"{job.rows} rows wait for the worker.", apply_in_worker)
    else:
        _apply(job)
    return job


@task()
def preview_in_worker(pk: int) -> None:
    """Preview an import that is too large to wait for."""
    job = ImportJob.objects.filter(pk=pk, state__in=(State.WAITING, State.READING)).first()
    if job:
        _say(job, State.READING, "Step 1 of 2: reading the file.")
        package = read_upload(job.name, bytes(job.content), job.table)
        job.rows = package.size
        said = f"Step 2 of 2: comparing {package.size} rows with the registry, and trying them."
        _say(job, State.READING, said)
        _carefully(job, lambda: _preview(job, package))


@task()
def apply_in_worker(pk: int) -> None:
    """Write an import that is too large to wait for."""
    job = ImportJob.objects.filter(pk=pk, state__in=(State.CONFIRMED, State.APPLYING)).first()
    if job:
        _say(job, State.APPLYING, f"Writing {job.rows} rows, all of them in one revision.")
        _carefully(job, lambda: _apply(job))


@transaction.atomic
def _leave(job: ImportJob, state: str, progress: str, work) -> None:
    """Leave it to the worker: both or neither, or what waits would wait for nobody."""
    _say(job, state, progress)
    work.enqueue(job.pk)


def _carefully(job: ImportJob, work) -> None:
    """Leave no import “at work” for ever when something in us breaks."""
    try:
        work()
    except Exception:
        _say(job, State.FAILED, "A fault of ours; nothing was written. The operators can see it.")
        raise


def _preview(job: ImportJob, package: Package) -> None:
    _show(job, rehearse(package, actor=job.user or "import", reason=job.reason))


def _show(job: ImportJob, outcome: Outcome, said: str = "") -> None:
    """Keep what a rehearsal found, for the page and the API."""
    job.problems = [asdict(problem) for problem in outcome.problems]
    job.warnings = [asdict(problem) for problem in outcome.warnings]
    job.counts = {name: list(counts) for name, counts in outcome.counts.items()}
    job.digest = outcome.plan.digest()
    job.lines = list(_lines(outcome))
    changes = any(created or changed for created, changed, _ in outcome.counts.values())
    if job.problems:
        _say(job, State.REFUSED, said or "Mend the file and upload it again; nothing was written.")
    elif changes:
        _say(job, State.PREVIEWED, said)
    else:
        _say(job, State.UNCHANGED, said)


def _lines(outcome: Outcome):
    at: dict[tuple[str, int], list[Problem]] = {}
    for problem in outcome.problems:
        at.setdefault((problem.file, problem.line), []).append(problem)
    for line in outcome.plan.lines():
        row = line.row
        faulty = at.get((row.file, row.line))
        yield {
            "table": row.table.name,
            "line": row.line,
            "key": " ".join(row.key),
            "action": ERROR if faulty else line.action,
            "changes": {} if faulty else {k: list(pair) for k, pair in line.changes.items()},
            **({"cells": row.cells} if faulty else {}),
        }


def _apply(job: ImportJob) -> None:
    """Write the file, if it still does what was agreed on; otherwise show what it would do now."""
    package = read_upload(job.name, bytes(job.content), job.table)
    says = {"actor": job.user or "import", "reason": job.reason}
    try:
        with transaction.atomic():
            outcome = apply(package, agreed=job.digest, accept_warnings=job.accept_warnings, **says)
            job.revision = outcome.revision
            _say(job, State.APPLIED, f"Revision {outcome.revision}.")
    except (Changed, ImportRefused):
        again = rehearse(read_upload(job.name, bytes(job.content), job.table), **says)
        said = "The registry has changed since the preview. This is what the import would do now."
        _show(job, again, said)


def _say(job: ImportJob, state: str, progress: str) -> None:
    job.state, job.progress = state, progress
    job.save()
