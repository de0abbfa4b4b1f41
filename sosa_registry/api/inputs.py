"""Members of a body, read as strictly as the OpenAPI document types them.

The framework's own fields are kind: a number passes for a text, a text for a number. Here a member
is of its type or it is refused, because what is guessed at is written for ever.
"""

import re

from rest_framework import serializers

from sosa_registry import asking
from sosa_registry.asking import BadParameter
from sosa_registry.ledger import dates

from .filters import nearest_keys

MOST_NAMED = 20  # members that are no members, of a body that may have a hundred thousand
LARGEST_SMALL = 32_767  # what a small integer holds on every engine


class Text(serializers.CharField):
    """A text."""

    def to_internal_value(self, data):
        """The text without surrounding white space, which counts where a length is limited.

        Raises ValidationError for any other type.
        """
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class Several(serializers.ListField):
    """A list of so many at most, which are counted before any is looked at."""

    def to_internal_value(self, data):
        """The items. Raises ValidationError."""
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class ImpreciseDate(Text):
    """A date as it is known, in EDTF."""

    def __init__(self, *args, span=False, **kwargs):
        self.span = span
        super().__init__(*args, **kwargs)

    def to_internal_value(self, data):
        """The text in its settled form. Raises ValidationError, naming the forms."""
        text = super().to_internal_value(data)
        try:
            return dates.parse(text, span=self.span).text
        except dates.NotADate as error:
            raise serializers.ValidationError(str(error)) from error


class Address(serializers.URLField):
    """An http or https address."""

    def to_internal_value(self, data):
        """The address. Raises ValidationError for any other type."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of the values that there are."""

    default_error_messages = {"invalid_choice": "“{input}” is unknown. Allowed: {allowed}."}

    def to_internal_value(self, data):
        """The value. Raises ValidationError, naming the allowed ones."""
        if isinstance(data, str) and data in self.choices:
            return data
        if data == "" and self.allow_blank:
            return ""
        allowed = ", ".join(str(value) for value in self.choices)
        told = data[:60] if isinstance(data, str) else type(data).__name__
        self.fail("invalid_choice", input=told, allowed=allowed)


class Whole(serializers.IntegerField):
    """A whole number. JSON's 5.0 is one, "5" is not."""

    def to_internal_value(self, data):
        """The number. Raises ValidationError."""
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false, and nothing that only looks like it."""

    def to_internal_value(self, data):
        """The flag. Raises ValidationError."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """A calendar day, YYYY-MM-DD and in no other of ISO's forms."""

    def to_internal_value(self, data):
        """The day. Raises ValidationError."""
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a text. Allowed: YYYY-MM-DD.")
        try:
            return asking.read_day("", data)
        except BadParameter as fault:
            raise serializers.ValidationError(fault.message) from fault


class Reference(serializers.SlugRelatedField):
    """Another record, by its natural key; none is null, and an empty text is no key."""

    def run_validation(self, data=serializers.empty):
        """As for any field: the framework would take an empty text for null."""
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data):
        """The record. Raises ValidationError, naming the nearest keys."""
        if not isinstance(data, str) or "\0" in data:
            raise serializers.ValidationError("Not a natural key: those are texts.")
        rows = self.get_queryset()
        found = rows.filter(**{self.slug_field: data}).first()
        if found is None:
            refuse_key(rows.model, data)
        return found


def refuse_key(model, key: str) -> None:
    """Raise ValidationError for a key that no record has, with the nearest and the allowed ones."""
    said = f"No {model._meta.verbose_name} “{key[:60]}” in the registry."
    try:
        asking.one_of("", key, nearest_keys(model, key), fold=str)
    except BadParameter as fault:
        hint = re.search(r"Did you mean [^?]*\?", fault.message)
        said += f" {hint[0]}" if hint else ""
    raise serializers.ValidationError(said)


class Exact(serializers.Serializer):
    """Members that are declared, and no others."""

    def to_internal_value(self, data):
        """The members. Raises ValidationError naming each that is unknown."""
        written = [name for name, each in self.fields.items() if not each.read_only]
        if isinstance(data, dict) and (unknown := [n for n in data if n not in written]):
            told = [f"Unknown member. Allowed: {', '.join(written)}."]
            raise serializers.ValidationError({name[:60]: told for name in unknown[:MOST_NAMED]})
        return super().to_internal_value(data)
