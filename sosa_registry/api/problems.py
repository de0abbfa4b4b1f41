"""Errors as RFC 9457 problem details: one shape for every refusal, never HTML, never a trace.

`problem_response` is the API's exception handler. A fault of ours is logged and announced the way
Django does it, then answered as a bare 500 in the same shape.
"""

import logging
import sqlite3
from collections.abc import Iterator

from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from sosa_registry.asking import BadParameter, BadQuery

from .refusals import Refused
from .renderers import JSONRenderer, as_json

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    428: "Precondition required",
    429: "Too many requests",
    500: "Our fault",
    503: "Not available now",
    507: "No room left",
}
DETAILS = {
    400: "The request cannot be read.",
    403: "This is not allowed to you.",
    404: "There is nothing at this address. All there is: /api/docs/.",
    405: "This address is for reading.",
    413: "The body is longer than is taken.",
    500: "Something went wrong on our side. It has been noted.",
    503: "The registry’s database does not answer. Nothing was changed. Try again in a moment.",
    507: "The disk of the registry’s database is full. Nothing was changed. Those who run it know.",
}
# A connection that is lost may have been lost after the last word was heard.
UNKNOWN = (
    "The registry’s database does not answer. Whether this was written is not known: "
    "read it before you send it again."
)
FULL = {"53100", sqlite3.SQLITE_FULL}  # as PostgreSQL and SQLite say it
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_AFTER = "5"  # seconds: how long a lost database is left alone
log = logging.getLogger("django.request")


class FaultSerializer(serializers.Serializer):
    """One thing that is wrong, and where."""

    parameter = serializers.CharField(required=False, help_text="The query parameter at fault.")
    pointer = serializers.CharField(
        required=False, help_text="JSON pointer to the member of the body at fault."
    )
    header = serializers.CharField(required=False, help_text="The request header at fault.")
    detail = serializers.CharField(help_text="What is wrong, and what is allowed.")


class ProblemSerializer(serializers.Serializer):
    """A refusal, as RFC 9457 problem details."""

    type = serializers.CharField(help_text="What sort of problem; about:blank: what status says.")
    title = serializers.CharField(help_text="The problem in a word or two.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="The problem in a sentence.")
    errors = FaultSerializer(many=True, help_text="Each thing that is wrong; often empty.")


def problem(code: int, detail: str, errors: list[dict] | None = None) -> dict:
    """The body of a problem."""
    return {
        "type": "about:blank",
        "title": TITLES.get(code, "Error"),
        "status": code,
        "detail": detail,
        "errors": errors or [],
    }


def code_of(fault: BaseException | None) -> int:
    """500 for a fault of ours; 503 where the database does not answer, 507 where it has no room."""
    told = getattr(fault, "__cause__", None)
    if {getattr(told, "pgcode", None), getattr(told, "sqlite_errorcode", None)} & FULL:
        return 507
    return 503 if isinstance(fault, OperationalError | InterfaceError) else 500


def bare_problem(code: int, method: str = "GET") -> HttpResponse:
    """A problem from outside the API's views, where no renderer was chosen."""
    body = as_json(problem(code, _detail(code, method)))
    headers = {"Retry-After": RETRY_AFTER} if code in (503, 507) else {}
    return HttpResponse(body, content_type=MEDIA_TYPE, status=code, headers=headers)


def _detail(code: int, method: str) -> str:
    return UNKNOWN if code == 503 and method not in SAFE else DETAILS[code]


def problem_response(exc: Exception, context: dict) -> Response:
    """The answer to an exception that a view raised."""
    set_rollback()
    body, headers = _described(exc, context)
    if request := context.get("request"):
        # A problem is JSON, whatever format was asked for.
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _described(exc: Exception, context: dict) -> tuple[dict, dict]:
    if isinstance(exc, BadParameter):
        exc = BadQuery([exc])
    if isinstance(exc, BadQuery):
        faults = [{"parameter": fault.name, "detail": fault.message} for fault in exc.faults]
        return problem(400, _summed(exc.faults), faults), {}
    if isinstance(exc, serializers.ValidationError):
        return problem(400, "The body is not valid.", list(pointers(exc.detail))), {}
    if isinstance(exc, Refused):
        told = problem(exc.status_code, str(exc.detail), exc.errors)
        return told | {"type": exc.kind}, exc.headers
    if isinstance(exc, RequestDataTooBig):
        return problem(413, DETAILS[413]), {}
    if isinstance(exc, Http404 | ObjectDoesNotExist):
        return problem(404, str(exc) or DETAILS[404]), {}
    if isinstance(exc, PermissionDenied):
        return problem(403, str(exc) or DETAILS[403]), {}
    if isinstance(exc, SuspiciousOperation | BadRequest):
        return problem(400, DETAILS[400]), {}
    if isinstance(exc, exceptions.APIException):
        return problem(exc.status_code, str(exc.detail)), _headers(exc)
    _announce(exc, context)
    code, method = code_of(exc), getattr(context.get("request"), "method", "GET")
    headers = {} if code == 500 else {"Retry-After": RETRY_AFTER}
    return problem(code, _detail(code, method)), headers


def _summed(faults: list[BadParameter]) -> str:
    if len(faults) == 1:
        return str(faults[0])
    return f"These parameters cannot be answered: {', '.join(fault.name for fault in faults)}."


def _headers(exc: exceptions.APIException) -> dict:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return headers


def _announce(exc: Exception, context: dict) -> None:
    """Log a fault of ours, and tell whoever listens to Django's signal (the test client does)."""
    request = getattr(context.get("request"), "_request", None)
    path = getattr(request, "path", "")
    log.error("Internal Server Error: %s", path, exc_info=exc, extra={"status_code": 500})
    got_request_exception.send(sender=None, request=request)


def pointers(detail, path: str = "") -> Iterator[dict]:
    """Every message of a serializer's nested errors, each with its JSON pointer (RFC 6901)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from pointers(inner, path if name == "non_field_errors" else f"{path}/{step}")
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for place, inner in enumerate(detail):
            yield from pointers(inner, f"{path}/{place}")
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"pointer": path, "detail": str(message)}
