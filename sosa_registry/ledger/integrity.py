"""Is the ledger whole? The chain recomputed, the guards present, live rows equal to open versions.

`problems()` walks everything once, oldest first, and yields a sentence for each fault it finds, so
the first one names the first bad row. It repairs nothing.
"""

from collections.abc import Callable, Iterator

from django.db import connection

from . import chain, triggers
from .models import Head, Revision, Version
from .recording import recorded_models

AT_HAND = 1000  # versions that are hashed anew to see whether the last revision is whole
_further: list[Callable[[], Iterator[str]]] = []


def also_check(function: Callable[[], Iterator[str]]) -> None:
    """Have a higher floor's derived tables checked too."""
    if function not in _further:
        _further.append(function)


def problems() -> Iterator[str]:
    """Every fault, in order: guards, chain, head, live rows, derived tables."""
    for name in triggers.missing(connection):
        yield f"Trigger {name} is missing: the database would let the ledger be rewritten."
    yield from _chain()
    yield from _live_rows()
    for check in _further:
        yield from check()


def head_number() -> int:
    """The number of the last revision; 0 when there is none."""
    return Head.objects.filter(id=1).values_list("number", flat=True).first() or 0


def faults_at_hand() -> list[str]:
    """What can be told at once, in a few statements: the guards, and the last link of the chain."""
    found = [f"Trigger {name} is missing." for name in triggers.missing(connection)]
    last, before = [*Revision.objects.order_by("-number")[:2], None, None][:2]
    head = Head.objects.filter(id=1).first()
    told = (head.number, head.hash) if head else (0, "")
    if told != ((last.number, last.hash) if last else (0, "")):
        found.append(f"The head says revision {told[0]}, the chain does not end with it.")
    if last and last.previous_hash != (before.hash if before else ""):
        found.append(f"Revision {last.number} does not follow the one before it.")
    if last and last.changes <= AT_HAND:
        digests = list(last.versions.order_by("position").values_list("digest", flat=True))
        if chain.revision_hash(last, digests) != last.hash:
            found.append(f"Revision {last.number} was changed after it was written.")
    return found


def _chain() -> Iterator[str]:
    expected, previous, last_at = 1, "", None
    versions = _by_revision()
    number, rows = next(versions, (None, []))
    for revision in Revision.objects.order_by("number").iterator(chunk_size=500):
        if revision.number != expected:
            yield f"Revision {expected} is missing: the next one present is {revision.number}."
            expected = revision.number
        while number is not None and number < revision.number:
            yield f"Versions of revision {number} are there without it."
            number, rows = next(versions, (None, []))
        mine = rows if number == revision.number else []
        if number == revision.number:
            number, rows = next(versions, (None, []))
        yield from _revision(revision, mine, previous)
        if last_at and revision.at < last_at:
            yield f"Revision {revision.number} is dated before the one it follows."
        previous, expected, last_at = revision.hash, expected + 1, revision.at
    while number is not None:
        yield f"Versions of revision {number} are there without it."
        number, rows = next(versions, (None, []))
    head = Head.objects.filter(id=1).first()
    if (head.number, head.hash) != (expected - 1, previous) if head else previous:
        told = head.number if head else 0
        yield f"The head says revision {told}, the chain ends with revision {expected - 1}."


def _revision(revision: Revision, versions: list[Version], previous: str) -> Iterator[str]:
    name = f"Revision {revision.number}"
    for position, version in enumerate(versions, start=1):
        where = f"{name}, version {version.position} ({version.record_type} {version.key})"
        if version.position != position:
            yield f"{name}: version {position} is missing."
            break
        found = chain.version_digest(
            version.record_type, version.key, version.operation, version.state
        )
        if found != version.digest:
            yield f"{where} was changed after it was written."
        if version.superseded_by is not None and version.superseded_by <= revision.number:
            yield f"{where} was closed by revision {version.superseded_by}, before it was made."
    if len(versions) != revision.changes:
        yield f"{name} counts {revision.changes} changes, {len(versions)} versions are there."
    for role in ("actor", "approver"):
        told = [getattr(revision, f"{role}{part}") for part in ("", "_salt", "_digest")]
        if not _is_named(*told):
            yield f"{name}: the {role}'s name was changed after it was written."
    if revision.previous_hash != previous:
        yield f"{name} does not follow the hash of the revision before it."
    if chain.revision_hash(revision, [version.digest for version in versions]) != revision.hash:
        yield f"{name} was changed after it was written."


def _is_named(person: str, salt: str, digest: str) -> bool:
    """Whether this is the name that was written, or what an erasure leaves of it."""
    if not digest:
        return not person
    return person == chain.erased(digest) or chain.person_digest(person, salt) == digest


def _by_revision() -> Iterator[tuple[int, list[Version]]]:
    number, rows = None, []
    ordered = Version.objects.order_by("revision_id", "position")
    for version in ordered.iterator(chunk_size=2000):
        if version.revision_id != number:
            if rows:
                yield number, rows
            number, rows = version.revision_id, []
        rows.append(version)
    if rows:
        yield number, rows


def _live_rows() -> Iterator[str]:
    for model in recorded_models():
        stood = dict(
            Version.objects.open()
            .filter(record_type=model.record_type)
            .values_list("key", "state")
            .iterator(chunk_size=2000)
        )
        for row in model.objects.with_keys().iterator(chunk_size=2000):
            if row.state() != stood.pop(row.key, None):
                yield f"{model.record_type} {row.key} differs from its open version."
        for key in stood:
            yield f"{model.record_type} {key} is gone though its last version stands."
