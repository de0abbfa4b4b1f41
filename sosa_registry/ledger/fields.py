"""Model fields for imprecise dates: the EDTF text, and its first and last day beside it.

A model declares three: the text, which people enter, and the two indexed columns that queries use.
The two are computed from the text whenever a row is written, in bulk as well, so they cannot drift.
"""

from django.core.exceptions import ValidationError
from django.db import models

from . import dates


class ImpreciseDateField(models.CharField):
    """EDTF text of a date as it is known; `span=True` also takes `A/B`. Empty means not known."""

    def __init__(self, *args, span=False, **kwargs):
        self.span = span
        kwargs.setdefault("max_length", dates.MAX_LENGTH)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        """Keep `span` in migrations, so that a model's history says what its field took."""
        name, path, args, kwargs = super().deconstruct()
        if self.span:
            kwargs["span"] = True
        return name, path, args, kwargs

    def to_python(self, value):
        """Text without surrounding white space; raises ValidationError for no EDTF form."""
        text = (super().to_python(value) or "").strip()
        try:
            return dates.parse(text, span=self.span).text
        except dates.NotADate as error:
            raise ValidationError(str(error), code="invalid_date") from error


class _DayOf(models.DateField):
    bound = ""

    def __init__(self, source, *args, **kwargs):
        self.source = source
        kwargs.update(null=True, blank=True, editable=False)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"], kwargs["null"], kwargs["blank"]
        return name, path, [self.source, *args], kwargs

    def pre_save(self, model_instance, add):
        """Computed from the text at the last moment, so that no writer can forget it."""
        text = getattr(model_instance, self.source) or ""
        value = getattr(dates.parse(text, span=True), self.bound)
        setattr(model_instance, self.attname, value)
        return value


class EarliestDay(_DayOf):
    """The first day that the date in `source` can be; null when that is open or not known."""

    bound = "earliest"


class LatestDay(_DayOf):
    """The last day that the date in `source` can be; null when nothing is known."""

    bound = "latest"
