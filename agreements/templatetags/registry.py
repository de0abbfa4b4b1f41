"""How templates show dates, statuses and glyphs. They format; they decide nothing."""

import re
from datetime import date
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join

from agreements.views.marks import status_words
from sosa_registry.ledger import dates

register = template.Library()
ISO_DATE = re.compile(r"(\d{4}-\d\d(?:-\d\d)?)")


def nowrap(text):
    """Text that stays on one line."""
    return format_html('<span class="nowrap">{}</span>', text)


@register.filter
def edtf(text):
    """An imprecise date in words, its EDTF text kept in the markup; a dash when not known."""
    if not text:
        return format_html('<span class="muted">{}</span>', "not known")
    if isinstance(text, date):
        return format_html('<time class="nowrap" datetime="{0}">{0}</time>', text.isoformat())
    said = dates.display(text)
    if said == text:
        return format_html('<time class="nowrap" datetime="{0}">{0}</time>', text)
    # A date is not broken at its hyphens, however narrow the column.
    parts = ISO_DATE.split(said)
    words = format_html_join(
        "",
        "{}",
        ((nowrap(part) if place % 2 else part,) for place, part in enumerate(parts)),
    )
    return format_html('<data value="{}" title="EDTF: {}">{}</data>', text, text, words)


@register.filter
def status_name(status):
    """A status as a reader says it."""
    return status_words(status)


@register.simple_tag
@lru_cache(maxsize=32)
def glyph(name):
    """A glyph from the page's sprite; words always stand beside it."""
    return format_html('<svg class="glyph" aria-hidden="true"><use href="#g-{}"></use></svg>', name)
