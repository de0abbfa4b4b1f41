"""How an answer is written, and how the format is chosen: `Accept`, or `?format=`.

orjson writes dates, times and dataclasses itself, so views hand it plain values. A format that is
not offered is refused by name, never replaced by another.
"""

import orjson
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from sosa_registry import asking

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def as_json(data, *, pretty: bool = False) -> bytes:
    """UTF-8 JSON. Lazy texts and the like are written as text."""
    options = _OPTIONS | orjson.OPT_INDENT_2 if pretty else _OPTIONS
    return orjson.dumps(data, default=str, option=options)


def as_line(data) -> bytes:
    """The same, as a line of its own."""
    return orjson.dumps(data, default=str, option=_OPTIONS | orjson.OPT_APPEND_NEWLINE)


class JSONRenderer(BaseRenderer):
    """application/json, the default."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """The answer as bytes; nothing for an answer without a body."""
        return b"" if data is None else as_json(data)


class StrictNegotiation(DefaultContentNegotiation):
    """Like the framework's, but an unknown `?format=` is a 400 that names the allowed ones."""

    def filter_renderers(self, renderers, format):
        """The renderers of that format. Raises BadParameter."""
        formats = {renderer.format for renderer in renderers}
        chosen = asking.one_of("format", format, formats)
        return [renderer for renderer in renderers if renderer.format == chosen]

    def select_renderer(self, request, renderers, format_suffix=None):
        """The renderer for a request. Raises NotAcceptable, naming what is offered."""
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable as error:
            offered = ", ".join(dict.fromkeys(renderer.media_type for renderer in renderers))
            told = f"None of the asked types is offered. Offered: {offered}."
            raise NotAcceptable(told) from error
