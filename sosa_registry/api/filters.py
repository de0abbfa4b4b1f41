"""Filters of lists: by key, by choice, by day; search; order. Pages and API use the same classes.

Every value is checked against what exists, because a mistyped filter must never return everything,
nor an empty list that looks like an answer. Several values of one filter are separated by commas.
"""

from collections import defaultdict
from collections.abc import Container, Iterable

import django_filters
from django import forms
from django.db import models
from django.db.models import F, Q
from rest_framework.filters import BaseFilterBackend

from sosa_registry import asking
from sosa_registry.asking import BadParameter, BadQuery, Clocks
from sosa_registry.ledger.fields import ImpreciseDateField

from .parameters import DAY

LONGEST = 200
MOST_NAMED = 400  # beyond so many keys, a refusal names the nearest and not all of them


def nearest_keys(model, value: str) -> list[str]:
    """The keys to name beside one that does not exist: all of them, or those that begin alike."""
    keys = model.objects.order_by().values_list(model.key_field, flat=True)
    named = sorted(keys[: MOST_NAMED + 1])
    if len(named) <= MOST_NAMED:
        return named
    return sorted(keys.filter(**{f"{model.key_field}__istartswith": value[:3]})[:MOST_NAMED])


class ValuesField(forms.Field):
    """Comma-separated values, each one of those that `allowed` gives."""

    def __init__(self, *args, allowed, **kwargs):
        self.allowed = allowed
        super().__init__(*args, **kwargs)

    def clean(self, value):
        """The values as stored. Raises ValidationError with the nearest and the allowed ones."""
        text = (value or "").strip()
        if not text:
            return []
        try:
            found = asking.some_of("", text, self.allowed())
        except BadParameter as fault:
            raise forms.ValidationError(fault.message) from fault
        if not found:
            raise forms.ValidationError("Nothing between the commas.")
        return found


class KeysField(forms.Field):
    """Comma-separated natural keys of records that exist. One statement; more when one does not."""

    def __init__(self, *args, model, **kwargs):
        self.model = model
        super().__init__(*args, **kwargs)

    def clean(self, value):
        """The keys as stored. Raises ValidationError with the nearest and the allowed ones."""
        parts = [part.strip() for part in (value or "").split(",") if part.strip()]
        if not parts:
            if (value or "").strip():
                raise forms.ValidationError("Nothing between the commas.")
            return []
        spelt = {spelling for part in parts for spelling in (part, part.upper(), part.lower())}
        spelt = {spelling for spelling in spelt if "\0" not in spelling}
        name = self.model.key_field
        stored = self.model.objects.filter(**{f"{name}__in": spelt}).order_by()
        by_fold = {key.lower(): key for key in stored.values_list(name, flat=True)}
        for part in parts:
            if part.lower() not in by_fold:
                self._refuse(part)
        return list(dict.fromkeys(by_fold[part.lower()] for part in parts))

    def _refuse(self, part: str):
        clean = part.replace("\0", "")
        try:
            asking.one_of("", clean, nearest_keys(self.model, clean))
        except BadParameter as fault:
            raise forms.ValidationError(fault.message) from fault
        raise forms.ValidationError("It holds a character that no key has.")


class DayField(forms.Field):
    """A calendar day."""

    def clean(self, value):
        """The day, or None. Raises ValidationError."""
        try:
            return asking.read_day("", value.strip()) if value else None
        except BadParameter as fault:
            raise forms.ValidationError(fault.message) from fault


class TextField(forms.CharField):
    """A short text without control characters that a database would refuse."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=LONGEST, **kwargs)


class Documented:
    """A filter that says what it takes in the OpenAPI document."""

    schema: dict = {"type": "string"}
    sentence = ""

    def document(self, name: str, model) -> dict:
        """The filter as a parameter."""
        said = self.extra.get("help_text") or self._field_help(model)
        text = f"{said} {self.sentence}".strip()
        return {"name": name, "in": "query", "description": text, "schema": self.schema}

    def _field_help(self, model) -> str:
        for step in self.field_name.split("__"):
            step = model._meta.get_field(step)
            model = step.related_model or model
        return str(getattr(step, "help_text", ""))


class KeyFilter(Documented, django_filters.Filter):
    """Records that refer to one of these records, by natural key."""

    field_class = KeysField
    sentence = "Natural keys, separated by commas."

    def __init__(self, model, field_name=None, **extra):
        super().__init__(field_name=field_name, lookup_expr="in", model=model, **extra)


class ValueFilter(Documented, django_filters.Filter):
    """Records whose field has one of the values that the field has anywhere."""

    field_class = ValuesField
    sentence = "Values, separated by commas."

    def __init__(self, model, stored, field_name=None, **extra):
        def allowed() -> Iterable[str]:
            values = model.objects.order_by().values_list(stored, flat=True).distinct()
            return [str(value) for value in values if value]

        super().__init__(field_name=field_name, lookup_expr="in", allowed=allowed, **extra)


class ChoiceFilter(Documented, django_filters.Filter):
    """Records whose field has one of its choices."""

    field_class = ValuesField

    def __init__(self, choices, field_name=None, **extra):
        values = [value for value, _ in choices.choices]
        self.sentence = f"Any of {', '.join(values)}; several separated by commas."
        super().__init__(field_name=field_name, lookup_expr="in", allowed=lambda: values, **extra)


class DayFilter(Documented, django_filters.Filter):
    """A bound on a date as it is known: what may lie on or after, or on or before, a day."""

    field_class = DayField
    schema = DAY

    def __init__(self, field_name, *, after: bool, **extra):
        self.column = f"{field_name}_{'latest' if after else 'earliest'}"
        self.bound = f"{self.column}__{'gte' if after else 'lte'}"
        self.sentence = f"Only what may lie on or {'after' if after else 'before'} this day."
        self.open_start = not after
        super().__init__(field_name=field_name, **extra)

    def filter(self, qs, value):
        """A date whose first day is open may always lie earlier."""
        if value is None:
            return qs
        within = Q(**{self.bound: value})
        if self.open_start:
            within |= Q(**{f"{self.column}__isnull": True, f"{self.field_name}__startswith": "[.."})
        return qs.filter(within)


class RecordFilters(django_filters.FilterSet):
    """Base of every list's filters. `clocks`: when, for filters that ask about a day.

    `many`: that many rows are known to fit, so that looking each up in the list's order finds a
    page of them sooner than finding all of them first.
    """

    clocks: Clocks | None = None
    many = False

    def narrowed(self, *, but: Container[str] = ()):
        """The rows that every filter leaves, or every one but those of these names. Once valid."""
        rows = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name not in but:
                rows = self.filters[name].filter(rows, value)
        return rows

    def refuse_errors(self) -> None:
        """Raise BadQuery naming every filter whose value is not allowed, or that contradict."""
        if not self.is_valid():
            raise BadQuery(
                [
                    BadParameter(name, " ".join(messages))
                    for name, messages in self.form.errors.items()
                ]
            )
        if faults := list(self._contradictions()):
            raise BadQuery(faults)

    def _contradictions(self) -> Iterable[BadParameter]:
        """Bounds the wrong way round: a slip, though a date known badly may lie on both sides."""
        asked = self.form.cleaned_data
        for after in (name for name in asked if name.endswith("_after")):
            before = after.replace("_after", "_before")
            first, last = asked[after], asked.get(before)
            if first and last and first > last:
                yield BadParameter(after, f"{first} lies after {before}, {last}.")
                yield BadParameter(before, f"{last} lies before {after}, {first}.")


class StrictFilterBackend(BaseFilterBackend):
    """Filters, search and order of a list, by what its view declares."""

    def filter_queryset(self, request, queryset, view):
        """The list as asked for. Raises BadQuery."""
        filters = view.filterset_class(request.query_params, queryset=queryset, request=request)
        filters.refuse_errors()
        filters.clocks = getattr(view, "clocks", None)
        queryset = filters.narrowed()
        if text := request.query_params.get("search", "").strip():
            queryset = searched(queryset, text, view.search_fields)
        return ordered(queryset, request.query_params.get("ordering", ""), view.ordering_columns())

    def get_schema_operation_parameters(self, view):
        """Every filter, and search and order, as parameters of the OpenAPI document."""
        model = view.filterset_class._meta.model
        made = [
            each.document(name, model) for name, each in view.filterset_class.base_filters.items()
        ]
        if view.search_fields:
            sentence = f"Only what holds every one of these words ({LONGEST} characters at most)."
            schema = {"type": "string", "maxLength": LONGEST}
            made.append(
                {"name": "search", "in": "query", "description": sentence, "schema": schema}
            )
        if columns := view.ordering_columns():
            sentence = f"Columns separated by commas, - for descending: {', '.join(columns)}."
            made.append(
                {
                    "name": "ordering",
                    "in": "query",
                    "description": sentence,
                    "schema": {"type": "string"},
                }
            )
        return made


def searched(queryset, text: str, fields: Iterable[str]):
    """Rows in which every word is found in one of the fields. Raises BadParameter."""
    if len(text) > LONGEST or "\0" in text:
        raise BadParameter("search", f"At most {LONGEST} characters, none of them NUL.")
    for word in text.split():
        queryset = queryset.filter(_holds(queryset.model, fields, word))
    return queryset


def _holds(model, fields: Iterable[str], word: str) -> Q:
    """Rows with the word in one of the fields; those of a referred record by its key.

    The keys are read first, unless they are many: then an index finds the rows, as for a key asked
    for by name; through a join every row would be looked at.
    """
    held, beyond = Q(pk__in=()), defaultdict(Q)
    for name in fields:
        step, _, column = name.partition("__")
        target = getattr(model._meta.get_field(step), "target_field", None)
        if target is None or column == target.name:
            held |= Q(**{f"{name}__icontains": word})
        else:
            beyond[step] |= Q(**{f"{column}__icontains": word})
    for step, found in beyond.items():
        related = model._meta.get_field(step)
        rows = related.related_model._base_manager.filter(found).order_by()
        keys = rows.values_list(related.target_field.name, flat=True)
        first = list(keys[: MOST_NAMED + 1])
        held |= Q(**{f"{step}__in": first if len(first) <= MOST_NAMED else keys})
    return held


def sortable(model) -> dict[str, str]:
    """Columns that a list can be ordered by, and the attribute that orders; texts are left out."""
    columns = {}
    for each in model._meta.concrete_fields:
        of_ledger = each.primary_key or each.name in ("recorded_in", "superseded_in")
        if of_ledger or isinstance(each, models.TextField) or each.name in model.state_relations:
            continue
        name = model.key_column if model.key_column and each.name == model.key_field else each.name
        # A date as it is known is ordered by the last day it can be.
        columns[name] = (
            f"{each.name}_latest" if isinstance(each, ImpreciseDateField) else each.attname
        )
    return columns


def ordered(queryset, text: str, columns: dict[str, str]):
    """The list in the asked order, or in its lasting one. Raises BadParameter.

    Ties of an asked order go by what is unique, in the same direction: one index over both gives
    the order and its reverse.
    """
    meta, asked, down = queryset.model._meta, [], False
    for part in (part.strip() for part in text.split(",")):
        if part:
            name = asking.one_of("ordering", part.removeprefix("-"), columns)
            down = part.startswith("-")
            asked.append(_by(meta, columns[name], down=down))
    if text.strip() and not asked:
        raise BadParameter("ordering", "Nothing between the commas.")
    unique = _unique(queryset.model)
    if asked:
        return queryset.order_by(*asked, f"-{unique}" if down else unique)
    usual = []
    for name in queryset.query.order_by or meta.ordering:
        # By the key itself: by the record behind it would be a join, and drop what it lost.
        plain = name.removeprefix("-")
        usual.append(name.replace(plain, meta.get_field(plain).attname))
    # After what is unique nothing is left to tell apart; an index that ends there gives the order.
    is_settled = any(meta.get_field(name.removeprefix("-")).unique for name in usual)
    return queryset.order_by(*usual, *([] if is_settled else ["pk"]))


def _unique(model) -> str:
    """The column that tells a model's rows apart: its natural key, where one column is that."""
    name = getattr(model, "key_field", "")
    stored = {each.attname: each for each in model._meta.concrete_fields}
    return name if name in stored and stored[name].unique else "pk"


def _by(meta, name: str, *, down: bool):
    """Both engines alike: what is not known comes first, or last when descending.

    Where nothing can be unknown that is not said, so that a plain index gives the order.
    """
    may_lack = "__" in name or meta.get_field(name).null
    by, options = F(name), {"nulls_last" if down else "nulls_first": True} if may_lack else {}
    return by.desc(**options) if down else by.asc(**options)
