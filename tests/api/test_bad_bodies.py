"""Bodies that are none, sent to every operation of the document that takes one: nothing is written.

The operations come from the OpenAPI document, so that a new one is asked without being named here.
"""

import json

import pytest

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.api import docs
from sosa_registry.ledger.reading import pin
from tests.api.places import filled, problem_of
from tests.cast import account

OPERATIONS = sorted(
    (method, path)
    for path, methods in docs.document()["paths"].items()
    for method, operation in methods.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
)
DEEP = b"[" * 100_000 + b"]" * 100_000
NO_JSON = {
    "a half": b'{"a": ',
    "two": b"{} {}",
    "not UTF-8": b'{"note": "\xff\xfe"}',
    "half a letter": b'{"note": "\xed\xa0\x80"}',
    "a NUL": b'{"note": "a\x00b"}',
    "no number": b'{"order": NaN}',
    "deep": DEEP,
    "deep within": b'{"note": ' + DEEP + b"}",
}
WRONG = {
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"1",
    "null": b"null",
    "an unknown member": b'{"no_such_member": 1}',
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(dataset, db, client):
    """Sends a body to an operation, as somebody who may do everything."""
    boss = account("boss", "editor", "approver", "admin")
    secret = tokens.make(Token(owner=boss, name="all", scope="all", days=1), actor=boss)

    def sent(method, path, body, content_type="application/json", **headers):
        headers = {"Authorization": f"Token {secret}", "If-Match": "*", **headers}
        return client.generic(method.upper(), filled(path), body, content_type, headers=headers)

    return sent


def test_every_writable_operation_is_asked():
    assert len(OPERATIONS) > 50


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_what_is_no_json_is_refused(send, method, path):
    before = pin().revision
    for name, body in NO_JSON.items():
        answer = send(method, path, body)
        assert answer.status_code in (400, 404), (name, answer.content[:300])
        problem_of(answer, answer.status_code)
    assert pin().revision == before


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_what_is_no_such_object_is_refused(send, method, path):
    before = pin().revision
    for name, body in WRONG.items():
        answer = send(method, path, body)
        assert answer.status_code in (400, 404), (name, answer.content[:300])
        problem = problem_of(answer, answer.status_code)
        if name == "an unknown member" and answer.status_code == 400:
            assert "/no_such_member" in json.dumps(problem["errors"])
    assert pin().revision == before


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_what_is_too_long_or_of_another_type_is_refused(send, method, path):
    before = pin().revision
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
        answer = send(method, path, b"{}", kind)
        assert answer.status_code in (404, 415), answer.content[:300]
        problem_of(answer, answer.status_code)
    long = send(method, path, b'{"note": "' + b"a" * 3_000_000 + b'"}')
    assert long.status_code in (404, 413), long.content[:300]
    assert pin().revision == before
