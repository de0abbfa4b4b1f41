"""The OpenAPI document is the one that is committed, and never breaks who relies on it.

After a change on purpose: `UPDATE_OPENAPI=1 .venv/bin/python -m pytest tests/api/test_contract.py`.
It refuses a change that breaks callers unless the version is another one.
"""

import copy
import json
import os
from pathlib import Path

import pytest

from sosa_registry.api import docs
from tests.api.breaking import breaks

COMMITTED = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi.json"


def promised(value):
    """The document without its examples, which are true of the data and not a promise."""
    if isinstance(value, list):
        return [promised(item) for item in value]
    if isinstance(value, dict):
        return {name: promised(each) for name, each in value.items() if name != "examples"}
    return value


@pytest.fixture(scope="module")
def document() -> dict:
    return promised(json.loads(json.dumps(docs.document(), default=str)))


def test_the_document_is_the_committed_one_and_breaks_nobody(document):
    kept = json.loads(COMMITTED.read_text()) if COMMITTED.exists() else document
    if kept["info"]["version"] == document["info"]["version"]:
        assert breaks(kept, document) == []
    if os.environ.get("UPDATE_OPENAPI"):
        COMMITTED.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    assert json.loads(COMMITTED.read_text()) == document


def test_what_only_adds_breaks_nobody(document):
    more = copy.deepcopy(document)
    more["paths"]["/api/v1/new/"] = {}
    more["components"]["schemas"]["Event"]["properties"]["more"] = {"type": "string"}
    listed = more["paths"]["/api/v1/events/"]["get"]
    listed["parameters"].append({"in": "query", "name": "more", "schema": {"type": "string"}})

    assert breaks(document, more) == []


def without_a_path(new):
    del new["paths"]["/api/v1/matrix/"]


def without_a_method(new):
    del new["paths"]["/api/v1/events/"]["post"]


def without_a_parameter(new):
    del new["paths"]["/api/v1/matrix/"]["get"]["parameters"][0]


def with_a_parameter_that_is_needed(new):
    needed = {"in": "query", "name": "x", "required": True, "schema": {"type": "string"}}
    new["paths"]["/api/v1/matrix/"]["get"]["parameters"].append(needed)


def without_a_member(new):
    del new["components"]["schemas"]["Event"]["properties"]["date"]


def with_a_member_that_may_be_missing(new):
    new["components"]["schemas"]["Event"]["required"].remove("date")


def with_a_member_that_may_be_null(new):
    new["components"]["schemas"]["Event"]["properties"]["date"]["type"] = ["string", "null"]


def with_a_body_that_needs_more(new):
    new["components"]["schemas"]["EventRequest"]["required"].append("note")


def with_a_body_that_takes_less(new):
    del new["components"]["schemas"]["EventRequest"]["properties"]["note"]


def with_fewer_words(new):
    new["components"]["schemas"]["SourceKind"]["enum"].pop()


@pytest.mark.parametrize(
    "change",
    [
        without_a_path,
        without_a_method,
        without_a_parameter,
        with_a_parameter_that_is_needed,
        without_a_member,
        with_a_member_that_may_be_missing,
        with_a_member_that_may_be_null,
        with_a_body_that_needs_more,
        with_a_body_that_takes_less,
        with_fewer_words,
    ],
)
def test_what_breaks_a_caller_is_found(document, change):
    new = copy.deepcopy(document)
    change(new)
    assert breaks(document, new)
