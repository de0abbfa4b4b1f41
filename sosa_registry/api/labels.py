"""Labels beside codes: `partner` is AUS, `partner_name` is Australia, `binding_label` Not binding.

A reference to a record whose model names its `label_field` (countries, types, groupings: few, and
known by their codes) has a column of names beside it; a value out of a fixed set has its words. The
names are the present ones, read once for each state of the registry.
"""

from collections.abc import Callable
from functools import cache, lru_cache

from django.db import models

from sosa_registry.ledger.reading import Pin
from sosa_registry.ledger.recording import Recorded


def label_of(each: models.Field) -> str | None:
    """The name of the column that spells out a field; None for a field that is no code."""
    if each.remote_field and getattr(each.related_model, "label_field", ""):
        return f"{each.name}_name"
    return f"{each.name}_label" if each.choices else None


@cache
def labels_of(model: type[Recorded]) -> dict[str, models.Field]:
    """The columns of labels of a model, each with the field that it spells out."""
    own = {each.name for each in model._meta.get_fields()}
    made = {label_of(each): each for each in model._meta.concrete_fields}
    return {name: each for name, each in made.items() if name and name not in own}


def help_of(each: models.Field) -> str:
    """What the column of labels holds, as a sentence."""
    if each.choices:
        return f"{each.name} in words."
    return f"Name of the {each.related_model._meta.verbose_name} in {each.name}; null for none."


def words(each: models.Field, state: Callable[[], Pin]) -> dict:
    """The label of every value. `state` pins the registry's present, where it must be read."""
    if each.choices:
        return dict(each.flatchoices)
    return _names(each.related_model, state().state)


@lru_cache(maxsize=8)
def _names(model: type[Recorded], state: str) -> dict[str, str]:
    return dict(model.objects.order_by().values_list(model.key_field, model.label_field))
