"""How a body is read: JSON by orjson, which refuses what is nested too deep instead of failing.

No more of a body is taken than Django takes of a form.
"""

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from .refusals import Refused


class JSONParser(BaseParser):
    """application/json in UTF-8."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """The body as plain values. Raises ParseError, or Refused (413) for one too long."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(most + 1)
        if len(content) > most:
            raise Refused(413, f"The body is longer than the {most} bytes that are taken.")
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
