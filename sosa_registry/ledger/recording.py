"""Records that insist on being recorded.

A `Recorded` model refuses to be saved or deleted, alone or in bulk, outside an open revision;
inside one, every change ends as a `Version` in the same transaction. A `Replayable` one keeps its
own past rows as well. The one thing to know: reading never opens a transaction, it pins a revision
number instead.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models

from .fields import _DayOf
from .models import Version
from .revising import BATCH, OpenRevision, batches, current, revision

__all__ = [
    "BATCH",
    "ClosedRow",
    "LiveManager",
    "OpenRevision",
    "Recorded",
    "RecordedQuerySet",
    "Replayable",
    "ReplayableQuerySet",
    "recorded_models",
    "revision",
]


class ClosedRow(RuntimeError):
    """A row that a revision has closed was to be written: a fault in the program, not in input."""


class RecordedQuerySet(models.QuerySet):
    """A queryset whose writes are recorded, and stay bulk: two statements a batch, not a row."""

    def with_keys(self):
        """With all that `state()` needs fetched in the same statement."""
        return (
            self.select_related(*self.model.state_relations) if self.model.state_relations else self
        )

    def bulk_create(self, objs, batch_size=None, **options):
        """Insert rows and record each; conflict options would hide a change and are refused."""
        if any(options.values()):
            raise TypeError("Recorded rows are inserted or refused, never merged on conflict.")
        objs, opened = list(objs), current()
        for obj in objs:
            obj.recorded_in = opened.number
        made = super().bulk_create(objs, batch_size=batch_size)
        for obj in objs:
            opened.record(obj.record_type, obj.key, Version.Operation.CREATED, obj.state())
        return made

    def bulk_update(self, objs, fields=None, batch_size=None):
        """Write the rows that differ from what is stored, and record each; returns how many."""
        objs, opened = list(objs), current()
        stored = {
            row.pk: row
            for batch in batches([obj.pk for obj in objs])
            for row in RecordedQuerySet(self.model).with_keys().filter(pk__in=batch).order_by("pk")
        }
        differing = [obj for obj in objs if obj.state() != stored[obj.pk].state()]
        if not differing:
            return 0
        for obj in differing:
            _refuse_renaming(stored[obj.pk], obj)
        self.model._keep_past([stored[obj.pk] for obj in differing], opened.number)
        for obj in differing:
            obj.recorded_in = opened.number
        columns = [f.name for f in self.model._meta.concrete_fields if not f.primary_key]
        models.QuerySet(self.model).bulk_create(
            differing,
            batch_size=batch_size or BATCH,
            update_conflicts=True,
            unique_fields=[self.model._meta.pk.name],
            update_fields=columns,
        )
        for obj in differing:
            _record_change(opened, stored[obj.pk], obj)
        return len(differing)

    bulk_update.alters_data = True

    def update(self, **values):
        """Set the same values on every row, each recorded."""
        rows = list(self)
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)
        return self.bulk_update(rows)

    update.alters_data = True

    def delete(self):
        """Delete every row, each recorded; a row that others rest on raises ProtectedError."""
        rows, opened = list(self.with_keys()), current()
        _refuse_if_needed(self.model, rows)
        counts = self.model._erase(rows, opened.number)
        for row in rows:
            opened.record(row.record_type, row.key, Version.Operation.DELETED, row.state())
        return sum(counts.values()), counts

    delete.alters_data = True
    delete.queryset_only = True


def _refuse_if_needed(model: type["Recorded"], rows: list) -> None:
    """What is closed instead of deleted, and keys without a constraint, protect by this check."""
    protecting = (models.DO_NOTHING, models.PROTECT)
    for relation in model._meta.related_objects:
        if relation.on_delete in protecting and issubclass(relation.related_model, Recorded):
            wanted = [getattr(row, relation.field.target_field.attname) for row in rows]
            held = relation.related_model.objects.filter(**{f"{relation.field.name}__in": wanted})
            if first := held.first():
                raise models.ProtectedError(f"Still needed by {first}.", {first})


def _refuse_renaming(before: "Recorded", after: "Recorded") -> None:
    """A key of its own is given once; one made of what a record says may follow what it says."""
    name = before.key_field
    if name != "key" and before.key != after.key:
        told = f"“{before.key}” keeps its name: rename it, so that the old one goes on working."
        raise ValidationError({name: told})


def _record_change(opened: OpenRevision, before: "Recorded", after: "Recorded") -> None:
    if before.key != after.key:
        opened.record(before.record_type, before.key, Version.Operation.DELETED, before.state())
        opened.record(after.record_type, after.key, Version.Operation.CREATED, after.state())
    else:
        opened.record(after.record_type, after.key, Version.Operation.CHANGED, after.state())


class Recorded(models.Model):
    """A registry record: written inside a revision only, its every state kept as a Version.

    A subclass names its table in the data package (`record_type`), itself as a subject of evidence
    (`record_kind`), the field that holds its natural key (`key_field`; "key" where it is made of
    several) and that key's column in the package (`key_column`).
    """

    record_type: str
    record_kind: str
    key_field = "slug"
    key_column = ""
    label_field = ""  # of the few that others go by: what to write beside their key
    state_relations: dict[
        str, str
    ] = {}  # foreign keys by row id, and the natural key they stand for

    recorded_in = models.PositiveBigIntegerField(
        editable=False, help_text="The revision that recorded this state."
    )

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # what Django writes with on its own: `agreement.events.add`

    @property
    def key(self) -> str:
        """The natural key: unique, public, never reused."""
        return str(getattr(self, self.key_field))

    @classmethod
    def lookup(cls, key: str) -> dict[str, str]:
        """What finds the record with a natural key. Raises ValueError, saying how keys look."""
        return {cls.key_field: key}

    def state(self) -> dict:
        """Every column of the record as the data package names it, references by natural key."""
        plain = {name: _plain(getattr(self, attname)) for name, attname in self._columns()}
        for name, natural in self.state_relations.items():
            plain[name] = getattr(getattr(self, name), natural)
        return plain

    @classmethod
    def _columns(cls) -> list[tuple[str, str]]:
        """Names in the package and attributes on the model, of all that makes up a state."""
        own = {"recorded_in", "superseded_in"}
        return [
            (cls.key_column if cls.key_column and f.name == cls.key_field else f.name, f.attname)
            for f in cls._meta.concrete_fields
            if not (f.primary_key or isinstance(f, _DayOf) or f.name in own)
        ]

    @classmethod
    def problems_of(cls, rows: list) -> Iterable[tuple["Recorded", str, str]]:
        """What is wrong with these rows beside others: row, field, sentence. Few statements.

        One rule for one row in a form and for thousands in an import.
        """
        return ()

    def clean(self):
        """Say beside its field what `problems_of` finds in this row."""
        found: dict[str, list[str]] = {}
        for _, name, sentence in self.problems_of([self]):
            found.setdefault(name, []).append(sentence)
        if found:
            raise ValidationError(found)

    def save(self, *args, renaming: bool = False, **kwargs):
        """Write and record the row; a save that changes nothing writes nothing.

        `renaming` is for the one verb that changes natural keys and keeps the old ones working.
        """
        opened = current()
        # By row id: the usual order may ask for a record that is being renamed.
        stored = models.QuerySet(type(self)).filter(pk=self.pk).order_by("pk")
        before = stored.first() if self.pk else None
        if before is None:
            self.recorded_in = opened.number
            super().save(*args, **kwargs)
            opened.record(self.record_type, self.key, Version.Operation.CREATED, self.state())
            return
        if before.state() == self.state():
            return
        if not renaming:
            _refuse_renaming(before, self)
        self._keep_past([before], opened.number)
        self.recorded_in = opened.number
        super().save(*args, **{**kwargs, "update_fields": None})
        _record_change(opened, before, self)

    def delete(self, *args, **kwargs):
        """Delete and record; a row that others rest on raises ProtectedError."""
        counts = type(self).objects.filter(pk=self.pk).delete()
        self.pk = None
        return counts

    @classmethod
    def _keep_past(cls, rows: list, number: int) -> None:
        """Nothing to do: the past of this record is in its versions."""

    @classmethod
    def _erase(cls, rows: list, number: int) -> dict[str, int]:
        _, counts = models.QuerySet(cls).filter(pk__in=[row.pk for row in rows]).delete()
        return counts


class ReplayableQuerySet(RecordedQuerySet):
    """Questions to rows that keep their own past."""

    def known_at(self, number: int):
        """The rows as they stood at a revision. Ask it of `ever`, which holds closed rows too."""
        later = models.Q(superseded_in__isnull=True) | models.Q(superseded_in__gt=number)
        return self.filter(later, recorded_in__lte=number)


class LiveManager(models.Manager.from_queryset(ReplayableQuerySet)):
    """The present rows only; `ever` has the closed ones too."""

    def get_queryset(self):
        """Rows that no revision has superseded."""
        return super().get_queryset().filter(superseded_in__isnull=True)


class Replayable(Recorded):
    """A record whose rows are closed, never changed or removed, so that SQL can ask the past.

    The live row keeps its primary key; what it said before stays beside it as a closed row with
    the revisions that recorded and superseded it. Unique constraints hold for live rows.
    """

    superseded_in = models.PositiveBigIntegerField(
        null=True, editable=False, help_text="The revision that replaced it; empty while it stands."
    )

    objects = LiveManager()
    ever = ReplayableQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "ever"

    @staticmethod
    def _refuse_closed(rows: list) -> None:
        if closed := next((row for row in rows if row.superseded_in is not None), None):
            told = f"“{closed}” was closed by revision {closed.superseded_in}"
            raise ClosedRow(f"{told}: what was once said is never written again.")

    @classmethod
    def _keep_past(cls, rows: list, number: int) -> None:
        cls._refuse_closed(rows)
        past = [row for row in rows if row.recorded_in != number]
        for row in past:
            # What is stored stays as the closed row; the caller writes the live one.
            row.pk, row._state.adding, row.superseded_in = None, True, number
        # The live row leaves the partial unique indexes only when it is rewritten, so the closed
        # copy is inserted already closed and never collides with it.
        models.QuerySet(cls).bulk_create(past, batch_size=BATCH)

    @classmethod
    def _erase(cls, rows: list, number: int) -> dict[str, int]:
        cls._refuse_closed(rows)
        # Closed, even when this very revision wrote it: other closed rows may name it by its key.
        models.QuerySet(cls).filter(pk__in=[row.pk for row in rows]).update(superseded_in=number)
        return {cls._meta.label: len(rows)}


def _plain(value):
    return value.isoformat() if isinstance(value, date | datetime) else value


def recorded_models() -> list[type[Recorded]]:
    """Every concrete model that records, in the order of definition."""

    def below(model):
        for child in model.__subclasses__():
            if not child._meta.abstract:
                yield child
            yield from below(child)

    return list(below(Recorded))
