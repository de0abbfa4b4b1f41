"""Renaming a record and merging two: the one place where a natural key may change.

Every live reference moves along in the same revision, and a redirect keeps the old name working.
What the registry said before, it said of the old name: versions and closed rows are not touched,
so answers as known then stay the same.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.recording import Recorded, recorded_models, revision

from .actions import remove_with_citations
from .models import Citation, Country, Firm, Organization, Redirect

MERGEABLE = (Firm, Organization)
FILLED = ("cage_code", "url", "note")  # what the one that stays takes over where it has nothing


def refuse_renaming(record: Recorded) -> None:
    """Raise ValidationError for a record whose key is not ours to change."""
    if record.key_field == "key":
        raise ValidationError("Its key is made of what it says: change that instead.")
    if isinstance(record, Country):
        raise ValidationError("Countries go by ISO 3166-1, which is not ours to change.")
    if record.record_kind == "agreement_type":
        raise ValidationError("Rules and published lists name types: a type keeps its short name.")


def rename(record: Recorded, *, to: str, actor, reason: str) -> Recorded:
    """Give a record another natural key; the old one goes on working. Raises ValidationError."""
    refuse_renaming(record)
    old, kind, column = record.key, record.record_kind, record.key_field
    if to == old:
        raise ValidationError({column: "That is its name already."})
    with revision(actor=actor, reason=reason, kind=Revision.Kind.CORRECTION):
        back = Redirect.objects.filter(kind=kind, old=to, new=old)
        if not back and Version.objects.of(record.record_type, to).exists():
            raise ValidationError({column: f"“{to}” was the name of another: none is used twice."})
        back.delete()
        named = _copied(record, to) if _held_by_row(record) else _rekeyed(record, to)
        _move(record, old, named)
        if named is not record:
            record.delete()
        _redirect(kind, old, to)
    return named


def merge(gone: Recorded, *, into: Recorded, actor, reason: str) -> Recorded:
    """Make two records of one thing one: all that refers to `gone` then refers to `into`."""
    if type(gone) is not type(into) or not isinstance(into, MERGEABLE):
        raise ValidationError("Two firms, or two organizations, can be merged.")
    if gone.pk == into.pk:
        raise ValidationError("It cannot be merged with itself.")
    with revision(actor=actor, reason=reason, kind=Revision.Kind.CORRECTION):
        names = [*_listed(into.aliases), gone.name, *_listed(gone.aliases)]
        into.aliases = ";".join(dict.fromkeys(name for name in names if name != into.name))
        for name in FILLED:
            if hasattr(into, name) and not getattr(into, name):
                setattr(into, name, getattr(gone, name))
        into.full_clean()
        into.save()
        old = gone.key
        _move(gone, old, into)
        remove_with_citations(gone, actor=actor, reason=reason)
        _redirect(into.record_kind, old, into.key)
    return into


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(";") if name.strip()]


def _redirect(kind: str, old: str, new: str) -> None:
    made = Redirect(kind=kind, old=old, new=new)
    made.full_clean()
    made.save()


def _held_by_row(record: Recorded) -> bool:
    """Whether records refer to it by row id: their closed rows must go on naming the old one."""
    return any(
        relation.field.name in relation.related_model.state_relations
        for relation in _references(record)
    )


def _references(record: Recorded) -> Iterator:
    """The relations by which records refer to it."""
    for relation in record._meta.related_objects:
        if issubclass(relation.related_model, Recorded):
            yield relation


def _rekeyed(record: Recorded, to: str) -> Recorded:
    setattr(record, record.key_field, to)
    record.full_clean()
    record.save(renaming=True)
    return record


def _copied(record: Recorded, to: str) -> Recorded:
    own = {"id", "recorded_in", "superseded_in", record.key_field}
    fields = [field for field in record._meta.concrete_fields if field.name not in own]
    values = {field.attname: getattr(record, field.attname) for field in fields}
    made = type(record)(**values, **{record.key_field: to})
    made.full_clean()
    made.save()
    return made


def _move(record: Recorded, old: str, to: Recorded) -> None:
    """Let every live reference to a record name another; one that would say the same twice goes."""
    for relation in _references(record):
        model, field = relation.related_model, relation.field
        by_row = field.name in model.state_relations
        wanted = record.pk if by_row else old
        # By row id: the usual order asks for the record's key, which some rows have yet to learn.
        rows = model.objects.with_keys().filter(**{field.attname: wanted}).order_by("pk")
        for row in rows:
            before = row.key
            if by_row:
                setattr(row, field.name, to)
            else:
                setattr(row, field.attname, to.key)
            _keep_or_drop(row, before)
    for model in recorded_models():
        if any(field.name == "subject_kind" for field in model._meta.fields):
            for row in model.objects.filter(subject_kind=record.record_kind, subject=old).order_by(
                "pk"
            ):
                before, row.subject = row.key, to.key
                _keep_or_drop(row, before)


def _keep_or_drop(row: Recorded, before: str) -> None:
    """Write a moved row, unless another says the same already."""
    if row.key != before and type(row) is Citation:
        same = Citation.objects.filter(
            subject_kind=row.subject_kind,
            subject=row.subject,
            source=row.source_id,
            locator=row.locator,
        )
        if same.exists():
            Citation.objects.filter(pk=row.pk).delete()
            return
    row.save()
