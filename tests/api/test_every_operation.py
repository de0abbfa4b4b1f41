"""What the document does not say is refused, of every operation in it: nothing is written.

The operations and their parameters come from the OpenAPI document, so that a new one is asked
without being named here. Bodies have `test_bad_bodies`.
"""

import re
from datetime import timedelta

import pytest

from agreements.models import ImportJob
from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.api import docs
from sosa_registry.ledger import clock
from sosa_registry.ledger.models import Permalink, Proposal
from sosa_registry.ledger.reading import pin
from sosa_registry.webhooks.models import Webhook
from tests.api.places import filled, parameters_of, problem_of
from tests.cast import account

pytestmark = pytest.mark.django_db

PATHS = docs.document()["paths"]
OPERATIONS = sorted((method, path) for path, methods in PATHS.items() for method in methods)
METHODS = ("get", "post", "put", "patch", "delete")
# Sent by no client of ours: one of HTTP's own, and one of nobody's.
STRANGE = ("TRACE", "SING")


def queried(name: str = "") -> list[tuple[str, str, dict]]:
    """Method, path and parameter of everything that can be asked in a query; all or one name's."""
    return [
        (method, path, each)
        for method, path in OPERATIONS
        for each in PATHS[path][method].get("parameters", ())
        if each["in"] == "query" and name in ("", each["name"])
    ]


# A citation is what anybody would see: who asks is not even looked at.
KNOWING = [each for each in OPERATIONS if PATHS[each[1]][each[0]].get("security") != [{}]]
LISTS = sorted({path for _, path, _ in queried("page")})
ASKED = sorted({(method, path) for method, path, _ in queried()})
BAD_PAGES = {
    "page": ("0", "-1", "1.5", "last", "1e3", "９", "9" * 40),
    "page_size": ("0", "-1", "501", "2.5", "many", "9" * 40),
}
NO_TEXT = {"a NUL": "%00", "no UTF-8": "%FF%FE", "half a letter": "%ED%A0%80", "cut": "a%C3"}


@pytest.fixture
def boss(dataset, db):
    """Somebody who may do everything."""
    return account("boss", "editor", "approver", "admin")


@pytest.fixture
def send(boss, client):
    """Sends a request to an operation of the document, as the boss, by a token."""
    secret = tokens.make(Token(owner=boss, name="all", scope="all", days=1), actor=boss)

    def sent(method, path, query="", **headers):
        headers = {"Authorization": f"Token {secret}", "If-Match": "*"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        address = f"{filled(path)}?{query}" if query else filled(path)
        return client.generic(method.upper(), address, b"{}", "application/json", headers=headers)

    return sent


@pytest.fixture
def nothing_written(boss):
    """Fails a test that leaves anything behind."""

    def count():
        kept = [each.objects.count() for each in (Permalink, Proposal, Webhook, ImportJob)]
        return [pin().revision, *kept]

    before = count()
    yield
    assert count() == before


def test_every_operation_is_asked():
    assert len(OPERATIONS) > 140 and len(LISTS) > 20 and len(queried()) > 400
    assert set(OPERATIONS) - set(KNOWING) == {("post", "/api/v1/permalinks/")}


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_the_document_does_not_have_is_refused(send, nothing_written, path):
    has = {method.upper() for method in PATHS[path]}
    for method in {method.upper() for method in METHODS} - has | set(STRANGE):
        answer = send(method, path)
        assert method in problem_of(answer, 405)["detail"]
        allowed = set(re.split(r",\s*", answer["Allow"]))
        assert allowed - {"HEAD", "OPTIONS"} == has, answer["Allow"]


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_a_type_that_an_operation_does_not_answer_in_is_refused(
    send, nothing_written, method, path
):
    for accept in ("image/png", "text/html, video/*;q=0.5"):
        problem_of(send(method, path, Accept=accept), 406)


@pytest.mark.parametrize("method, path", KNOWING)
def test_a_token_that_is_not_taken_is_refused(send, boss, nothing_written, method, path):
    ended = tokens.make(Token(owner=boss, name="ended", scope="all", days=1), actor=boss)
    Token.objects.filter(name="ended").update(made_at=clock.now() - timedelta(days=2))
    revoked = tokens.make(Token(owner=boss, name="revoked", scope="all", days=1), actor=boss)
    tokens.revoke(Token.objects.get(name="revoked"), actor=boss)
    for secret in (ended, revoked, "sosa_nobody", "", "two words", "sosa_\u00e9"):
        answer = send(method, path, Authorization=f"Token {secret}")
        problem_of(answer, 401)
        assert answer["WWW-Authenticate"] == 'Token realm="registry"'


@pytest.mark.parametrize("path", LISTS)
def test_a_page_that_is_none_is_refused_by_name(send, path):
    for name, values in BAD_PAGES.items():
        for value in values:
            answer = send("get", path, f"{name}={value}")
            if answer.status_code == 404:  # nothing at this address has such pages
                assert missing(path) or (name, value) == ("page", "9" * 40)
                problem_of(answer, 404)
            else:
                assert parameters_of(problem_of(answer, 400)) == {name}


def missing(path: str) -> bool:
    """Whether the shipped dataset has no record at the path."""
    return any(word in path for word in ("{number}", "{id}", "{key}"))


@pytest.mark.parametrize("method, path", ASKED)
def test_a_parameter_given_twice_is_refused_by_name(send, nothing_written, method, path):
    for _, _, each in [one for one in queried() if one[:2] == (method, path)]:
        answer = send(method, path, f"{each['name']}=json&{each['name']}=json")
        if answer.status_code == 404:
            assert missing(path)
        assert each["name"] in parameters_of(problem_of(answer, 400))


@pytest.mark.parametrize("method, path", ASKED)
def test_what_is_no_text_is_refused_by_name(send, nothing_written, method, path):
    for _, _, each in [one for one in queried() if one[:2] == (method, path)]:
        for what, sent in NO_TEXT.items():
            answer = send(method, path, f"{each['name']}={sent}")
            named = parameters_of(problem_of(answer, 400))
            assert each["name"] in named, (each["name"], what)


@pytest.mark.parametrize(
    "path", sorted({p for _, p, e in queried() if e["name"].endswith("_after")})
)
def test_bounds_the_wrong_way_round_are_refused_by_both_names(send, path):
    for _, _, each in [one for one in queried() if one[:2] == ("get", path)]:
        if each["name"].endswith("_after"):
            before = each["name"].replace("_after", "_before")
            query = f"{each['name']}=2021-01-02&{before}=2021-01-01"
            assert parameters_of(problem_of(send("get", path, query), 400)) == {
                each["name"],
                before,
            }
            assert send("get", path, query.replace("-02", "-01")).status_code == 200
