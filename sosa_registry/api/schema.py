"""The OpenAPI document: what the framework cannot see for itself.

Every operation gets its parameters, the refusals it can answer with, and an example. Examples are
real answers kept in `examples/`, one file an operation; a test asks each again of the dataset.
"""

from functools import cache
from pathlib import Path

import orjson
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc

from .formats import XLSXRenderer
from .inputs import Whole
from .parameters import AS_OF, EXPORTING, KNOWN_AT
from .problems import MEDIA_TYPE, TITLES, ProblemSerializer, problem
from .schema_headers import ETAG
from .schema_security import TokenScheme
from .schema_writing import (
    FOUND,
    OVERWRITING,
    READING,
    WITH_BODY,
    WRITING,
    described,
    headers_of,
    refusals_of,
    writes,
)
from .serializers import RecordSerializer

__all__ = ["RegistryAutoSchema", "TokenScheme", "example"]

EXAMPLES = Path(__file__).resolve().parent / "examples"
REFUSALS = WRITING | READING | FOUND | WITH_BODY | OVERWRITING

JSON = "application/json"
BYTES = (XLSXRenderer.media_type, "application/zip")  # files that are no text

ENGINES = (2**15 - 1, 2**31 - 1, 2**63 - 1)
_EMPTY = {"type": "string", "maxLength": 0}


@cache
def example(operation: str) -> dict:
    """The request and its answer kept for an operation; empty when there is none."""
    path = EXAMPLES / f"{operation}.json"
    return orjson.loads(path.read_bytes()) if path.exists() else {}


class RegistryAutoSchema(AutoSchema):
    """The framework's, with strict parameters, problems and examples."""

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        """The operation, whole."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        operation["summary"] = _first_sentence(operation["description"])
        given = [*operation.get("parameters", []), *self._own_parameters()]
        operation["parameters"] = [*given, *getattr(self.view, "headers_taken", ())]
        for each in operation["parameters"]:
            typed = each["schema"].keys() & {"format", "enum"} or each["schema"]["type"] != "string"
            if each["in"] == "query" and typed and not each.get("required"):
                each["allowEmptyValue"] = True  # an empty parameter is one that was not given
        responses = operation["responses"]
        self._describe_files(responses)
        for response in responses.values():
            response["description"] = response["description"] or "The answer."
        refusals = self._refusals()
        refusals |= {int(code): REFUSALS.get(int(code)) for code in responses if code >= "4"}
        for code in sorted(refusals):
            responses[str(code)] = self._refusal(code, refusals[code])
        if writes(self.view, self.method):
            self._describe_write(operation)
        elif self.method == "GET":
            self._describe_read(operation["operationId"], responses)
        return operation

    def _describe_read(self, operation: str, responses: dict) -> None:
        if made := example(operation):
            body = responses["200"]["content"][JSON]
            body["examples"] = {"real": {"summary": made["request"], "value": made["answer"]}}
        if getattr(self.view, "is_of_the_ledger", False):
            responses["200"]["headers"] = {"ETag": ETAG}
            responses["304"] = {"description": "The state that If-None-Match names is present."}

    def _describe_write(self, operation: dict) -> None:
        operation["parameters"] += headers_of(self.method)
        read = example(f"{self.view.basename.replace('-', '_')}_retrieve").get("answer", {})
        fields = self.get_request_serializer()().fields
        written = [name for name, each in fields.items() if not each.read_only]
        texts = [name for name in ("note", "description", "account", "aliases") if name in written]
        described(operation, self.method, read, written, texts)

    def get_request_serializer(self):
        """What a write takes: the record's own columns."""
        if writes(self.view, self.method):
            return self.view.writing_serializer_class or self.view.serializer_class
        return super().get_request_serializer()

    def get_auth(self):
        """By token or session; what anybody may read, also by nobody, where the setting says so."""
        given, needs = super().get_auth(), getattr(self.view, "needs", {})
        return given if self.method != "GET" or "GET" in needs or {} in given else [*given, {}]

    def _map_basic_serializer(self, serializer, direction):
        """A body is taken with no other member; a record is answered with every one."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            schema["additionalProperties"] = False
        elif isinstance(serializer, RecordSerializer):
            schema["required"] = sorted(schema["properties"])
        return schema

    def _insert_field_validators(self, field, schema):
        """A text that may be empty is of one form or empty; an empty one may well be both."""
        super()._insert_field_validators(field, schema)
        if schema.get("maximum") in ENGINES and not isinstance(field, Whole):
            # What a column holds is another number on each engine, and no promise.
            del schema["maximum"]
            schema.pop("format", None)
        if _EMPTY in schema.get("oneOf", ()):
            schema["anyOf"] = schema.pop("oneOf")

    def _own_parameters(self) -> list[dict]:
        if not hasattr(self.view, "allowed_parameters"):
            return []  # not one of our strict views: it describes itself
        declared = [each.document() for each in self.view.parameters]
        named = {each["name"] for each in declared}
        allowed = self.view.allowed_parameters() if self.method == "GET" else []
        for each in (AS_OF, KNOWN_AT, *EXPORTING):
            if each.name in allowed and each.name not in named:
                declared.append(each.document())
        formats = sorted({renderer.format for renderer in self.view.get_renderers()})
        usual = "json" if "json" in formats else formats[0]
        schema = {"type": "string", "enum": formats, "default": usual}
        told = "Format of the answer, in place of the Accept header."
        return [*declared, {"name": "format", "in": "query", "description": told, "schema": schema}]

    def _get_format_parameters(self):
        return []

    def _describe_files(self, responses: dict) -> None:
        """What is not JSON is a file of every row: text, or a spreadsheet's bytes."""
        for response in responses.values():
            content = response.get("content", {})
            for media_type in content:
                if media_type in BYTES:
                    content[media_type] = {"schema": {"type": "string", "format": "binary"}}
                elif media_type != JSON:
                    content[media_type] = {"schema": {"type": "string"}}

    def _refusals(self) -> dict[int, str]:
        if writes(self.view, self.method):
            return refusals_of(self.method)
        found_by_address = self._is_list_view() or "{" in self.path
        refusals = READING | (FOUND if found_by_address else {})
        refusals |= WITH_BODY if self._takes_a_body() else {}
        guarded = bool(self.view.authentication_classes)
        return {code: told for code, told in refusals.items() if guarded or code not in (401, 403)}

    def _takes_a_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH") and bool(self.get_request_serializer())

    def _refusal(self, code: int, told_of: str | None) -> dict:
        errors = [{"parameter": "as_off", "detail": "Unknown parameter. Did you mean as_of?"}]
        told = {400: "as_off: Unknown parameter.", 404: "No country “XYZ” in the registry."}
        title = TITLES.get(code, "Refused")
        value = problem(code, told.get(code, f"{title}."), errors if code == 400 else [])
        return {
            "description": told_of or f"{title}.",
            "content": {
                MEDIA_TYPE: {
                    "schema": self.resolve_serializer(ProblemSerializer, "response").ref,
                    "examples": {"refused": {"value": value}},
                }
            },
        }

    def get_description(self):
        """The view's own words; of one record of a list, the record's."""
        action = getattr(self.view, "action", "")
        if writes(self.view, self.method):
            return f"{get_doc(getattr(type(self.view), action))} {get_doc(self.view.__class__)}"
        if action == "retrieve":
            own = get_doc(self.view.retrieve)
            return own or f"{get_doc(self._get_serializer().__class__)} By its natural key."
        return get_doc(self.view.__class__)

    def get_tags(self):
        """One tag a resource; questions are together."""
        return list(getattr(self.view, "tags", None) or super().get_tags())

    def _resolve_path_parameters(self, variables):
        """Keys in addresses are texts (or the number of a revision), described by their models."""
        made = []
        for name in variables:
            number = name == "number"
            schema = {"type": "integer", "minimum": 1} if number else {"type": "string"}
            told = "The revision's number." if number else f"The natural key of the {name}."
            made.append(
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": told,
                    "schema": schema,
                }
            )
        return made


def _first_sentence(text: str) -> str:
    line = " ".join(text.split("\n\n")[0].split())
    return line.split(". ")[0].rstrip(".").removesuffix(":")
