"""The OpenAPI document: valid, whole, typed, with a true example for every operation.

The examples are answers of the shipped dataset. When it or an answer changes on purpose, make them
again: `UPDATE_EXAMPLES=1 .venv/bin/python -m pytest tests/api/test_schema.py`, and read the diff.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sosa_registry.api import docs
from sosa_registry.api.schema import EXAMPLES
from tests.api.places import EVERYTHING, ask
from tests.api.records import NEW

VOLATILE = {"at": "2026-11-21T12:00:00Z", "hash": "c3…", "previous_hash": "9f…", "actor": "tests"}
UPDATE = os.environ.get("UPDATE_EXAMPLES")


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(json.dumps(docs.document()))


def operations(document):
    """Every operation with its path."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def resolved(schema: dict, document: dict) -> dict:
    """What a schema refers to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def undocumented(value, schema: dict, document: dict, path: str = ""):
    """Members of an answer that its schema does not type."""
    schema = resolved(schema, document)
    for part in schema.get("allOf", []):
        schema = {**resolved(part, document), **schema}
    if isinstance(value, list):
        for item in value:
            yield from undocumented(item, schema["items"], document, f"{path}[]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            typed = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if not typed:
                yield f"{path}.{name}"
            else:
                yield from undocumented(inner, typed, document, f"{path}.{name}")


def answer_body(operation: dict) -> dict:
    """The body of the answer when all is well."""
    code = min(operation["responses"])
    assert code.startswith("2")
    return operation["responses"][code]["content"]["application/json"]


def answer_schema(operation: dict) -> dict:
    return answer_body(operation)["schema"]


def test_the_document_is_made_without_a_warning(capsys, tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "schema.yaml")


def test_two_readers_at_once_wait_for_one_document(monkeypatch):
    at_work, most = [], []

    def slowly(self, request, public):
        at_work.append(self)
        most.append(len(at_work))
        time.sleep(0.05)
        at_work.remove(self)
        return {"made": len(most)}

    monkeypatch.setattr(docs.SchemaGenerator, "get_schema", slowly)
    docs._made.cache_clear()
    with ThreadPoolExecutor(4) as readers:
        told = list(readers.map(lambda _: docs.document(), range(4)))
    docs._made.cache_clear()

    assert (told, most) == ([{"made": 1}] * 4, [1])


def test_the_document_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1")
    validate(document)


def is_file(operation: dict) -> bool:
    """Whether the answer is a feed, a calendar or a zip, which have no JSON."""
    return "application/json" not in operation["responses"]["200"]["content"]


def examples_or_files(content: dict) -> bool:
    """Whether JSON comes with examples; a feed, a calendar and a zip are typed as what they are."""
    if "application/json" in content:
        return bool(content["application/json"]["examples"])
    return all(each["schema"]["type"] == "string" for each in content.values())


def test_every_operation_has_an_example_and_typed_refusals(document):
    for path, operation in operations(document):
        responses = operation["responses"]
        for code, response in responses.items():
            assert response["description"], (path, code)
            if code >= "400":
                problem = response["content"]["application/problem+json"]
                assert problem["schema"]["$ref"].endswith("/Problem")
                assert problem["examples"], (path, code)
            elif code not in ("204", "304"):
                assert examples_or_files(response["content"]), (path, code)
        assert {"400", "406"} <= set(responses), path
        assert operation["summary"] and operation["description"]


def test_every_example_of_a_write_is_one_that_could_be_sent(document):
    bodies = [
        (operation["operationId"], content)
        for _, operation in operations(document)
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    assert len(bodies) > 3 * len(NEW)
    for name, content in bodies:
        whole = {**content["schema"], "components": document["components"]}
        for example in content["examples"].values():
            errors = Draft202012Validator(whole).iter_errors(example["value"])
            assert [error.message for error in errors] == [], name
            assert example["value"], name


def test_every_parameter_and_every_member_says_what_it_is(document):
    for path, operation in operations(document):
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter["name"])
            assert parameter["schema"].get("type"), (path, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        for member, typed in schema.get("properties", {}).items():
            said = typed.get("description") or "$ref" in typed
            assert said, f"{name}.{member} has no description"
            assert typed.keys() & {"type", "$ref", "oneOf", "allOf", "anyOf"}, f"{name}.{member}"


@pytest.mark.parametrize("place", EVERYTHING)
def test_every_answer_is_what_the_document_says(client, full, document, place):
    path = f"/api/v1/{place.partition('?')[0].rstrip('/')}/".replace("//", "/")
    operation = next(
        methods["get"]
        for template, methods in sorted(document["paths"].items(), reverse=True)
        if matches(template, path)
    )
    answer, schema = ask(client, place), answer_schema(operation)

    whole = {**schema, "components": document["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(answer)]
    assert errors == []
    assert sorted(set(undocumented(answer, schema, document))) == []


def matches(template: str, path: str) -> bool:
    """Whether a path is one of a template's; keys of citations and commitments hold slashes."""
    if "{key}" in template:
        return path.startswith(template.split("{")[0]) and path != template.split("{")[0]
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part == other or part.startswith("{") for part, other in zip(parts, given, strict=True)
    )


def settled(value):
    """An answer without what differs from one import of the dataset to the next."""
    if isinstance(value, list):
        return [settled(item) for item in value]
    if isinstance(value, dict):
        return {
            name: VOLATILE[name] if name in VOLATILE and inner else settled(inner)
            for name, inner in value.items()
        }
    return value


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_true_answer(client, registry, document, path: Path):
    kept = json.loads(path.read_text())
    operation = next(op for _, op in operations(document) if op["operationId"] == path.stem)
    whole = {**answer_schema(operation), "components": document["components"]}
    if not kept.get("made_up"):
        response = client.get(kept["request"], headers={"Host": "127.0.0.1"})
        assert response.status_code == 200
        answer = settled(response.json())
        if UPDATE:
            kept["answer"] = answer
            path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        assert kept["answer"] == answer

    assert [
        error.message for error in Draft202012Validator(whole).iter_errors(kept["answer"])
    ] == []


def test_every_example_is_of_an_operation_and_the_reverse(document):
    reading = (methods["get"] for methods in document["paths"].values() if "get" in methods)
    # What is no part of the registry has its examples beside its code.
    ours = (each for each in reading if each["tags"] != ["webhooks"] and not is_file(each))
    named = {operation["operationId"] for operation in ours}

    assert {path.stem for path in EXAMPLES.glob("*.json")} == named


def test_the_document_is_served_as_json_and_as_yaml(client, db):
    as_json = client.get("/api/v1/schema/")
    as_yaml = client.get("/api/v1/schema/?format=yaml")

    assert as_json.json()["info"]["title"]
    assert as_yaml.content.startswith(b"openapi: 3.1")


def test_the_manual_shows_every_operation_without_a_script(client, db, document):
    page = client.get("/api/docs/").content.decode()

    for path, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in page, path
    assert "<style" not in page and "style=" not in page


def test_the_console_has_neither_script_nor_style_inside_its_page(client, db):
    page = client.get("/api/docs/try/").content.decode()
    script = client.get("/api/docs/try/?script=")

    assert "<style" not in page
    assert "SwaggerUIBundle" not in page
    assert b"SwaggerUIBundle" in script.content
    assert script["Content-Type"].startswith("application/javascript")
