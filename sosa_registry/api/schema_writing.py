"""What the OpenAPI document says of writing: headers, bodies, their examples, and what is answered.

The examples follow from those of reading: a record as it is read, without what is computed, is a
body that could be sent.
"""

from rest_framework.permissions import SAFE_METHODS

from .editing import Editable
from .schema_headers import ACCEPT_GIVEN, ETAG, IF_MATCH_GIVEN, KIND_GIVEN, LOCATION, REASON_GIVEN

READING = {
    400: "A parameter is unknown or its value is not allowed; each is named.",
    401: "The token is unknown, expired or revoked; or this registry asks readers to sign in.",
    403: "No role of the account allows it.",
    406: "No format that was asked for is offered.",
    429: "Too often. Retry-After says in how many seconds to try again.",
}
FOUND = {404: "There is nothing at this address, or no such page."}
WRITING = READING | {
    400: "Something in the request is wrong; each thing is named. Nothing was written.",
    401: "Nobody is signed in, or the token is unknown, expired or revoked.",
    409: "The key is taken, or other records rest on this one.",
}
WITH_BODY = {413: "The body is too long.", 415: "The body is of another type than is taken."}
OVERWRITING = {
    412: "The record was changed after the state that If-Match names. The ETag is the present one.",
    428: "If-Match is missing.",
}


def writes(view, method: str) -> bool:
    """Whether an operation writes a record."""
    return isinstance(view, Editable) and method not in SAFE_METHODS


def headers_of(method: str) -> list[dict]:
    """The headers that a write takes."""
    return [REASON_GIVEN, KIND_GIVEN, ACCEPT_GIVEN, *([] if method == "POST" else [IF_MATCH_GIVEN])]


def refusals_of(method: str) -> dict[int, str]:
    """What a write can be refused with."""
    told = dict(WRITING)
    if method != "DELETE":
        told |= WITH_BODY
    if method != "POST":
        told |= OVERWRITING | {404: "There is no such record."}
    return told


def described(operation: dict, method: str, read: dict, members: dict, parts: list[str]) -> None:
    """Add to a write what it answers and examples: `read` is the record as an example reads it.

    `members` are the properties that can be written; `parts` those to change in the example.
    """
    for code, response in operation["responses"].items():
        if code in ("200", "201"):
            response["description"] = "The record, as it is read at its address."
            response["headers"] = {"ETag": ETAG} | ({"Location": LOCATION} if code == "201" else {})
            for content in response["content"].values():
                content["examples"] = {"real": {"summary": "As it is read", "value": read}}
    if method == "DELETE":
        operation["responses"]["204"]["description"] = "It is gone; its history stays."
        return
    sent = {name: value for name, value in read.items() if name in members}
    if method == "PATCH":
        sent = {name: sent[name] for name in parts[:1]}
    for content in operation["requestBody"]["content"].values():
        content["examples"] = {"real": {"summary": "A body", "value": sent}}
