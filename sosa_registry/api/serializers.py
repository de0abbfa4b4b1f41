"""Records as JSON: the columns of their table in the data package, typed by their models.

A serializer names its model and whatever it embeds; names, types, choices and help texts come from
the model. References are natural keys, which the rows hold themselves, so writing a row asks the
database nothing. What a list needs beside its rows is fetched once for all of them, in `prepare`.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter

from rest_framework import serializers

from sosa_registry.ledger.fields import EarliestDay, LatestDay
from sosa_registry.ledger.recording import Recorded

from .formats import CHUNK, chunked


class RecordListSerializer(serializers.ListSerializer):
    """Rows of one list, prepared together."""

    def to_representation(self, data):
        """Every row as a dict."""
        rows = list(data)
        self.child.prepare(rows)
        return [self.child.row(each) for each in rows]

    def streamed(self, queryset) -> Iterator[dict]:
        """Every row as a dict, read and prepared a chunk at a time: memory stays flat."""
        for chunk in chunked(queryset.iterator(chunk_size=CHUNK)):
            yield from self.to_representation(chunk)


class RecordSerializer(serializers.ModelSerializer):
    """One record by the columns of its table. Subclasses name `Meta.model`."""

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
        return {name: read(instance) for name, read in self._readers()}

    def _readers(self) -> list[tuple[str, Callable]]:
        if not hasattr(self, "_made_readers"):
            self._made_readers = [
                (name, self.reader(name, each)) for name, each in self.fields.items()
            ]
        return self._made_readers

    def reader(self, name: str, each) -> Callable:
        """How one member is read off a record: a method `read_<name>`, or the column."""
        own = getattr(self, f"read_{name}", None)
        if own:
            return own
        model = self.Meta.model
        if each.source in model.state_relations:
            return attrgetter(f"{each.source}.{model.state_relations[each.source]}")
        columns = {column.name: column.attname for column in model._meta.concrete_fields}
        return attrgetter(columns.get(each.source, each.source))

    def get_field_names(self, declared_fields, info):
        """Key first, then columns in the model's order, then what the serializer declares."""
        model = self.Meta.model
        names = [] if model.key_field != "key" else ["key"]
        for each in model._meta.concrete_fields:
            if each.primary_key or each.name in ("recorded_in", "superseded_in"):
                continue
            own = each.name == model.key_field and model.key_column
            names.append(model.key_column if own else each.name)
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
            return serializers.SlugRelatedField, {**options, "slug_field": natural}
        return made, options
