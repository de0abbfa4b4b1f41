"""What the API says of itself: the index, the OpenAPI document, the manual and the console.

The manual is made from the document, so that the two cannot disagree; both are made once a process.
"""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from urllib.parse import urlsplit

from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .problems import bare_problem
from .renderers import as_json
from .schema import example
from .views import Strict

# The generator is not made for threads: a second reader waits for what the first one has made.
_one_at_a_time = Lock()


class IndexSerializer(serializers.Serializer):
    """Where everything is."""

    documentation = serializers.URLField(help_text="The manual, for people.")
    schema = serializers.URLField(help_text="The OpenAPI document, for programs.")
    endpoints = serializers.DictField(
        child=serializers.URLField(), help_text="Every resource and question, by name."
    )


class IndexView(Strict, APIView):
    """Where everything is: the manual, the OpenAPI document, every resource and question."""

    serializer_class = IndexSerializer
    permission_classes = [AllowAny]
    tags = ("index",)
    names: list[str] = []

    def get(self, request):
        """Absolute addresses, by name."""
        base = request.build_absolute_uri(reverse("api:index"))
        return Response(
            {
                "documentation": request.build_absolute_uri(reverse("api:docs")),
                "schema": request.build_absolute_uri(reverse("api:schema")),
                "endpoints": {name: f"{base}{name}/" for name in self.names},
            }
        )


def document() -> dict:
    """The OpenAPI document of everything under /api/v1/."""
    with _one_at_a_time:
        return _made()


@cache
def _made() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


class PlainJson(OpenApiJsonRenderer):
    """The document as application/json, for whoever asks for no more than that."""

    media_type = "application/json"

    def render(self, data, media_type=None, renderer_context=None):
        """The document as bytes."""
        return as_json(data)


class OpenApiJson(PlainJson):
    """The document under its own media type."""

    media_type = "application/vnd.oai.openapi+json"


class SchemaView(Strict, APIView):
    """The OpenAPI document: JSON, or YAML with `?format=yaml` or by `Accept`."""

    schema = None
    permission_classes = [AllowAny]
    renderer_classes = [PlainJson, OpenApiJson, OpenApiYamlRenderer]

    def get(self, request):
        """The document, made once a process."""
        return Response(document())


class TryView(SpectacularSwaggerSplitView):
    """The try-it console, without a word of script or style inside the page."""

    url_name = "api:schema"
    template_name = "api/try.html"
    http_method_names = ["get", "head"]
    permission_classes = [AllowAny]


@dataclass(frozen=True)
class Operation:
    """One operation as the manual shows it."""

    id: str
    method: str
    path: str
    short: str
    paragraphs: list[SafeString]
    parameters: list[dict]
    columns: list[dict]
    request: str
    sent: str
    answer: str
    made_up: bool


@method_decorator(csrf_exempt, name="dispatch")
class ManualView(View):
    """The manual: every operation with its parameters, the members of its answer, an example."""

    def get(self, request):
        """One page, readable without JavaScript."""
        address = urlsplit(request.build_absolute_uri("/"))
        context = {
            "chapters": chapters(),
            "base": f"{address.scheme}://{address.netloc}",
            "info": document()["info"],
            "section": "api",
        }
        return render(request, "api/docs.html", context)

    def http_method_not_allowed(self, request, *args, **kwargs):
        """Under /api/ a refusal is a problem, here too."""
        return bare_problem(405)


@cache
def chapters() -> dict[str, list[Operation]]:
    """Every operation by tag, questions first."""
    found: dict[str, list[Operation]] = {"analysis": []}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            made = _operation(path, method, operation)
            found.setdefault(operation["tags"][0], []).append(made)
    return found


def _operation(path: str, method: str, operation: dict) -> Operation:
    kept = example(operation["operationId"])
    body = _answered(operation)
    answer = kept.get("answer", _given(body))
    sent = _given(operation.get("requestBody", {}).get("content", {}).get("application/json", {}))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        short=path.removeprefix("/api/v1"),
        paragraphs=[_told(part) for part in operation["description"].split("\n\n")],
        parameters=[
            {**each, "type": _type(each["schema"]), "told": _told(each["description"])}
            for each in operation["parameters"]
        ],
        columns=list(_members(body.get("schema", {}))),
        request=kept.get("request", path),
        sent="" if sent is None else as_json(sent).decode(),
        answer="" if answer is None else as_json(answer, pretty=True).decode(),
        made_up=bool(kept.get("made_up")),
    )


def _answered(operation: dict) -> dict:
    """The body of the answer when all is well; empty where there is none."""
    for code, response in operation["responses"].items():
        if code.startswith("2"):
            return response.get("content", {}).get("application/json", {})
    return {}


def _given(body: dict):
    """The first example written beside a body."""
    return next((each["value"] for each in body.get("examples", {}).values()), None)


def _members(schema: dict, within: str = ""):
    """Members of an answer, those of what it holds indented below; records are not opened twice."""
    schema = _resolved(schema)
    for name, member in schema.get("properties", {}).items():
        yield {
            "name": within + name,
            "type": _type(member),
            "told": _told(member.get("description", "")),
        }
        inner = member.get("items") or member.get("additionalProperties") or member
        if isinstance(inner, dict) and within.count(".") < 2:
            mark = (
                ".*." if "additionalProperties" in member else "[]." if "items" in member else "."
            )
            yield from _members(inner, f"{within}{name}{mark}")


def _resolved(schema: dict) -> dict:
    for part in (schema, *schema.get("allOf", [])):
        if reference := part.get("$ref"):
            return document()["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return schema


def _type(schema: dict) -> str:
    """A schema in a word or two."""
    if variants := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(each) for each in variants))
    full = _resolved(schema)
    if values := full.get("enum"):
        return " | ".join("null" if value is None else str(value) or "“”" for value in values)
    if "items" in full:
        return f"list of {_type(full['items'])}"
    kind = full.get("type", "any")
    named = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{named} ({full['format']})" if "format" in full else named


def _told(text: str) -> SafeString:
    """Prose of the document as HTML: what stands between backticks is code."""
    parts = escape(text).split("`")
    return mark_safe("".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts)))
