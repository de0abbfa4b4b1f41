"""Records as JSON: the columns of their table in the data package, typed by their models.

A serializer names its model and whatever it embeds; names, types, choices and help texts come from
the model. References are natural keys, which the rows hold themselves, so writing a row asks the
database nothing. What a list needs beside its rows is fetched once for all of them, in `prepare`.
The same columns are what a write may say (`to_internal_value`); `writing` applies it.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from operator import attrgetter

import orjson
from django.db import models
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import Recorded

from . import inputs
from .formats import CHUNK, chunked
from .labels import help_of, labels_of, words
from .renderers import as_json
from .rows import bare


class RecordListSerializer(serializers.ListSerializer):
    """Rows of one list, prepared together."""

    def to_representation(self, data):
        """Every row as a dict."""
        return self._written(list(self._bare(data)))

    def streamed(self, queryset) -> Iterator[dict]:
        """Every row as a dict, read and prepared a chunk at a time: memory stays flat."""
        for chunk in chunked(self._bare(queryset, whole=True)):
            yield from self._written(chunk)

    def _written(self, rows: list) -> list[dict]:
        self.child.prepare(rows)
        if rows and isinstance(rows[0], tuple):
            return self.child.bare_rows(rows)
        return [self.child.row(each) for each in rows]

    def _bare(self, data, whole: bool = False):
        """Rows without instances, where a queryset of records is given and the child takes them."""
        if not isinstance(data, models.QuerySet):
            return data
        if self.child.takes_bare_rows:
            return bare(data, whole=whole)
        return data.iterator(chunk_size=CHUNK) if whole else data


class RecordSerializer(serializers.ModelSerializer):
    """One record by the columns of its table. Subclasses name `Meta.model`.

    `parts` are members that are written as records of their own, by `write_parts`.
    """

    parts: tuple[str, ...] = ()
    serializer_choice_field = inputs.Choice
    serializer_related_to_field = inputs.Reference
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: inputs.Text,
        models.TextField: inputs.Text,
        models.URLField: inputs.Address,
        ImpreciseDateField: inputs.ImpreciseDate,
        models.DateField: inputs.Day,
        models.PositiveSmallIntegerField: inputs.Whole,
    }
    takes_bare_rows = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "Meta"):
            cls.Meta.list_serializer_class = RecordListSerializer

    def prepare(self, rows: list[Recorded]) -> None:
        """Fetch what these rows need beside their own columns: few statements, however many."""

    def to_representation(self, instance):
        """One record as a dict."""
        self.prepare([instance])
        return self.row(instance)

    def row(self, instance) -> dict:
        """A prepared record as a dict; dates stay dates, the renderer writes them."""
        return {name: read(instance) for name, read in self.readers()}

    def bare_rows(self, prepared: list[tuple]) -> list[dict]:
        """Prepared bare rows as dicts, read by the column: a call a row and member is dear."""
        stored = dict(zip(prepared[0]._fields, zip(*prepared, strict=True), strict=True))
        names, columns = [], []
        for name, read in self.readers():
            column, words = self._plain.get(name, ("", None))
            if column not in stored:
                columns.append([read(row) for row in prepared])
            elif words is None:
                columns.append(stored[column])
            else:
                columns.append([words.get(code) for code in stored[column]])
            names.append(name)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def readers(self) -> list[tuple[str, Callable]]:
        """Each member by name, and how it is read off a row."""
        if not hasattr(self, "_made_readers"):
            # What is a column of the table, or the words for one: its name, and the words.
            self._plain: dict[str, tuple[str, dict | None]] = {}
            self._made_readers = [
                (name, self.reader(name, source)) for name, source in self.members()
            ]
        return self._made_readers

    @classmethod
    @cache
    def members(cls) -> list[tuple[str, str]]:
        """Each member's name and the field it comes from. Making fields is dear: once a process."""
        return [(name, each.source) for name, each in cls().fields.items()]

    def reader(self, name: str, source: str) -> Callable:
        """How one member is read off a record: a method `read_<name>`, or the column."""
        own = getattr(self, f"read_{name}", None)
        if own:
            return own
        model = self.Meta.model
        if spelt := labels_of(model).get(name):
            read, known = attrgetter(spelt.attname), words(spelt, self._state)
            self._plain[name] = spelt.attname, known
            return lambda row: known.get(read(row))
        if source in model.state_relations:
            return self._by_relation(source, model.state_relations[source])
        columns = {column.name: column.attname for column in model._meta.concrete_fields}
        column = columns.get(source, source)
        self._plain[name] = column, None
        return attrgetter(column)

    def _state(self):
        """The registry's present, which a view has read already."""
        return self.context.get("present") or pin()

    @staticmethod
    def _by_relation(name: str, natural: str) -> Callable:
        """A reference by row id: its natural key, off an instance or a bare row."""

        def read(row):
            found = getattr(row, name)
            return found if isinstance(found, str) else getattr(found, natural)

        return read

    def build_field(self, field_name, info, model_class, nested_depth):
        """A column of labels is no field of the model."""
        if spelt := labels_of(model_class).get(field_name):
            options = {"read_only": True, "help_text": help_of(spelt), "allow_null": True}
            return serializers.CharField, options
        return super().build_field(field_name, info, model_class, nested_depth)

    def get_field_names(self, declared_fields, info):
        """Key first, columns in the model's order, labels beside codes; then what is declared."""
        model = self.Meta.model
        labels = {each.name: name for name, each in labels_of(model).items()}
        names = [] if model.key_field != "key" else ["key"]
        for each in model._meta.concrete_fields:
            if each.primary_key or each.name in ("recorded_in", "superseded_in"):
                continue
            own = each.name == model.key_field and model.key_column
            names.append(model.key_column if own else each.name)
            names += [labels[each.name]] if each.name in labels else []
        return [*names, *(name for name in declared_fields if name not in names)]

    def get_extra_kwargs(self):
        """The key goes by its column's name; the days of a date as known say what they are."""
        model = self.Meta.model
        own = {model.key_column: {"source": model.key_field}} if model.key_column else {}
        for each in model._meta.concrete_fields:
            if isinstance(each, EarliestDay):
                told = f"First day that {each.source} can be; null when open or not known."
                own[each.name] = {"help_text": told}
            elif isinstance(each, LatestDay):
                told = f"Last day that {each.source} can be; null when not known."
                own[each.name] = {"help_text": told}
        return {**super().get_extra_kwargs(), **own}

    def build_relational_field(self, field_name, relation_info):
        """References are natural keys, those by row id too."""
        made, options = super().build_relational_field(field_name, relation_info)
        natural = self.Meta.model.state_relations.get(field_name)
        if natural:
            return inputs.Reference, {**options, "slug_field": natural}
        return made, options

    def build_standard_field(self, field_name, model_field):
        """What has to be unique is judged by the model, once; bounds are those of every engine."""
        made, options = super().build_standard_field(field_name, model_field)
        if given := options.get("validators"):
            options["validators"] = [
                each for each in given if not isinstance(each, UniqueValidator)
            ]
        if isinstance(model_field, models.PositiveSmallIntegerField):
            options |= {"min_value": 0, "max_value": inputs.LARGEST_SMALL}
        if isinstance(model_field, ImpreciseDateField):
            options["span"] = model_field.span
        return made, options

    def get_uniqueness_extra_kwargs(self, field_names, declared_fields, extra_kwargs):
        """None: see `build_standard_field`."""
        return extra_kwargs, {}

    def get_validators(self):
        """None: see `build_standard_field`."""
        return []

    def to_internal_value(self, data):
        """The members as the model's values. Raises ValidationError naming each that is wrong."""
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **refused}) from error
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _refused(self, data: Mapping) -> dict[str, list[str]]:
        """Members that nobody can write. What is computed may be repeated as it was read."""
        written = [name for name, each in self.fields.items() if not each.read_only]
        computed = {name for name in data if name in self.fields and name not in written}
        said = self._said() if computed and self.instance is not None else {}
        refused = {}
        for name in data:
            if name in computed and (name not in said or said[name] != data[name]):
                refused[name] = ["It is computed: leave it out."]
            elif (
                name not in self.fields and len(refused) < inputs.MOST_NAMED
            ):  # it costs, and says it all
                near = get_close_matches(name[:60], written, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                refused[name[:60]] = [f"Unknown member.{hint} Allowed: {', '.join(written)}."]
        return refused

    def _said(self) -> dict:
        return orjson.loads(as_json(self.to_representation(self.instance)))

    def column_of(self, name: str) -> str:
        """A field of the model by the name it has here."""
        model = self.Meta.model
        return model.key_column if model.key_column and name == model.key_field else name

    def write_parts(self, record: Recorded, parts: dict) -> None:
        """Write what belongs to a record that has just been written, in the open revision."""

    def remove(self, record: Recorded) -> None:
        """Delete a record with what belongs to it, in the open revision. Raises ProtectedError."""
        record.delete()
