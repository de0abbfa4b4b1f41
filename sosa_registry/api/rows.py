"""Rows without instances: what a list of records is written from.

A row is a bare tuple with an instance's names for its columns and its `key`, so that the readers of
a serializer read both, and a row of a list and a record cannot disagree.
"""

from collections import namedtuple
from functools import cache
from operator import itemgetter

from django.db.models import QuerySet

from sosa_registry.ledger.recording import Recorded
from sosa_registry.ledger.together import Compiled

from .formats import CHUNK


@cache
def kind_of(model: type[Recorded]) -> tuple[list[str], type]:
    """What to ask `values_list` for, and the type of row to make of each tuple of it.

    Where a reference goes by row id, the row holds the record's natural key under its plain name.
    """
    related = {
        f"{name}_id": (name, f"{name}__{key}") for name, key in model.state_relations.items()
    }
    names = [each.attname for each in model._meta.concrete_fields if not each.primary_key]
    asked = [related.get(name, (name, name)) for name in names]
    place = names.index(model.key_field) if model.key_field in names else 0
    key = model.__dict__.get("key") or property(itemgetter(place))
    columns = namedtuple("Columns", [name for name, _ in asked])
    made = type(model.__name__, (columns,), {"__slots__": (), "key": key})
    return [lookup for _, lookup in asked], made


class Pages:
    """The pages of a list in bare rows, compiled once for all of them."""

    def __init__(self, queryset: QuerySet):
        asked, self._made = kind_of(queryset.model)
        self._compiled = Compiled(queryset.select_related(None).values_list(*asked))

    def between(self, first: int, beyond: int) -> list:
        """The rows from a place in the list (from 0) to the one before another."""
        return list(map(self._made._make, self._compiled.rows(first, beyond)))


def bare(queryset: QuerySet, *, whole: bool = False):
    """The rows of a queryset of records; `whole`: a chunk at a time, so that memory stays flat."""
    asked, made = kind_of(queryset.model)
    rows = queryset.select_related(None).values_list(*asked)
    return map(made._make, rows.iterator(chunk_size=CHUNK) if whole else rows)
