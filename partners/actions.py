"""Removing a record with its evidence, and keeping copies of sources.

It lives on this floor because citations do. A citation ties a source to a record and goes with it;
every other evidence about a record (a claim is one source's word) stays, so the record must too.
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from django.db.models import ProtectedError, QuerySet

from sosa_registry.ledger import actions
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import Recorded, recorded_models, revision
from sosa_registry.scanning import refuse_malware

from .models import ArchivedContent, ArchivedCopy, Citation, Source
from .models.archive import checked_type


def citations_of(record: Recorded) -> QuerySet[Citation]:
    """The citations for a record; none for one without a natural key of its own."""
    if record.key_field == "key":
        return Citation.objects.none()
    return Citation.objects.filter(subject_kind=record.record_kind, subject=record.key)


def rests_on(record: Recorded) -> Iterator[QuerySet]:
    """The records, kind by kind, for which this one cannot be removed. Kinds may be empty."""
    for relation in record._meta.related_objects:
        if issubclass(relation.related_model, Recorded):
            yield relation.related_model.objects.filter(**{relation.field.name: record})
    if record.key_field == "key":
        return
    for model in recorded_models():
        if model is not Citation and any(f.name == "subject_kind" for f in model._meta.fields):
            yield model.objects.filter(subject_kind=record.record_kind, subject=record.key)


def remove_with_citations(
    record: Recorded, *, actor, reason: str, kind: str = Revision.Kind.CORRECTION
) -> None:
    """Delete a record and its citations. Raises ProtectedError while others rest on it."""
    with revision(actor=actor, reason=reason, kind=kind):
        for rows in rests_on(record):
            if first := rows.first():
                what = f"{first._meta.verbose_name} {first.key}"
                raise ProtectedError(f"“{record}” is still needed by {what}.", {first})
        citations_of(record).delete()
        actions.remove(record, actor=actor, reason=reason, kind=kind)


def cite_as_whole(record: Recorded, sources: list[str]) -> None:
    """Have a record rest on just these documents, in this order, inside the open revision.

    Citations of a place in a document (with a locator) are not touched. Notes stay.
    """
    stored = {each.source_id: each for each in citations_of(record).filter(locator="")}
    for position, source in enumerate(sources):
        citation = stored.pop(source, None) or Citation(
            subject_kind=record.record_kind, subject=record.key, source_id=source
        )
        citation.position = position
        citation.save()
    for citation in stored.values():
        citation.delete()


def keep_copy(
    source: Source, *, name: str, content: bytes, actor, reason: str, on: date
) -> ArchivedCopy:
    """Keep the bytes of a source as read on a day. Raises ValidationError beside `file`."""
    copy = copy_of(source, name=name, content=content, on=on)
    with revision(actor=actor, reason=reason, kind=Revision.Kind.VERIFICATION):
        copy.full_clean()
        write_copy(copy, content)
    return copy


def copy_of(source: Source, *, name: str, content: bytes, on: date) -> ArchivedCopy:
    """The record of a copy, unwritten; its bytes are held to its type and to the antivirus."""
    media_type = checked_type(name, content)
    refuse_malware(content)
    return ArchivedCopy(
        source=source,
        name=name.replace("\\", "/").rpartition("/")[2][:200],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        archived_on=on,
    )


def write_copy(copy: ArchivedCopy, content: bytes) -> None:
    """Write a copy and its bytes, inside an open revision."""
    copy.save()
    ArchivedContent.objects.get_or_create(sha256=copy.sha256, defaults={"content": content})
