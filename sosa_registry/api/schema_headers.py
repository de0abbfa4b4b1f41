"""The headers of writing, as the OpenAPI document describes them: those sent and those answered."""

from .editing import ACCEPT, IF_MATCH, KIND, KINDS, LONGEST_REASON, REASON

REASON_GIVEN = {
    "name": REASON,
    "in": "header",
    "description": "Why, in a sentence for readers of the history (UTF-8). Usual words if absent.",
    "schema": {"type": "string", "maxLength": LONGEST_REASON},
}
ACCEPT_GIVEN = {
    "name": ACCEPT,
    "in": "header",
    "description": "yes: what the registry's rules warn of is so, and is recorded. no if not said.",
    "schema": {"type": "string", "enum": ["yes", "no"]},
}
KIND_GIVEN = {
    "name": KIND,
    "in": "header",
    "description": (
        "What sort of change: the world changed (event; the usual one), the registry had been "
        "wrong (correction; usual for a deletion), or a source was checked again (verification)."
    ),
    "schema": {"type": "string", "enum": KINDS},
}
IF_MATCH_GIVEN = {
    "name": IF_MATCH,
    "in": "header",
    "required": True,
    "description": "The ETag of the state that was read; * for whatever it is.",
    "schema": {"type": "string", "minLength": 1},
}
ETAG = {
    "description": "Names the state: to send back in If-None-Match or If-Match.",
    "schema": {"type": "string"},
}
LOCATION = {
    "description": "Where the new record is.",
    "schema": {"type": "string", "format": "uri"},
}
