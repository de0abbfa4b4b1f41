"""Every operation of the API, asked by every role: the answer is what the permission table says."""

import pytest
from django.test import Client

from sosa_registry.accounts.roles import PERMISSIONS, Action, Role
from sosa_registry.api import docs
from sosa_registry.ledger.reading import pin
from tests.api.places import RECORDS
from tests.cast import account

# Operations that ask for more or less than READ to read and WRITE to write.
OTHERWISE = {
    "permalinks_create": Action.READ,
    "proposals_list": Action.CURATE,
    "proposals_create": Action.PROPOSE,
    "proposals_retrieve": Action.CURATE,
    "proposals_step_create": Action.CURATE,  # which step, the proposal itself asks
    "proposals_operations_create": Action.PROPOSE,
    "proposals_preview_create": Action.CURATE,
    "imports_create": Action.IMPORT,
    "imports_retrieve": Action.IMPORT,
    "imports_confirm_create": Action.IMPORT,
    "imports_rows_retrieve": Action.IMPORT,
}
KEYS = {place.partition("/")[0]: place.partition("/")[2] for place in RECORDS}
CALLERS = ["anonymous", *Role.values]


def operations() -> list[tuple[str, str, str]]:
    """Every operation of the document: id, method, address of something that is there."""
    made = []
    for path, methods in docs.document()["paths"].items():
        resource = path.removeprefix("/api/v1/").partition("/")[0]
        start, brace, rest = path.replace("{step}", "submit").partition("{")
        place = start + KEYS.get(resource, "1") + rest.partition("}")[2] if brace else path
        made += [(op["operationId"], method.upper(), place) for method, op in methods.items()]
    return made


def needed(name: str, method: str) -> Action:
    if name.startswith("webhooks"):
        return Action.MANAGE_SYSTEM
    usual = Action.READ if method == "GET" else Action.WRITE
    return OTHERWISE.get(name, usual)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_operation_answers_each_role_as_the_table_says(full, caller, settings):
    client = Client()
    if caller != "anonymous":
        client.force_login(account("somebody", caller))
    held = {Role.READER} if caller == "anonymous" else {Role(caller)}
    before, wrong = pin().revision, []
    for name, method, place in operations():
        # An empty body or a missing If-Match is refused after rights are: nothing is written.
        answer = client.generic(method, place, b"", "application/json")
        allowed = not PERMISSIONS[needed(name, method)].isdisjoint(held)
        refusal = 401 if caller == "anonymous" else 403
        if (answer.status_code == refusal) == allowed or answer.status_code >= 500:
            wrong.append((method, place, answer.status_code))
    assert wrong == []
    assert pin().revision == before


def test_without_anonymous_reading_every_operation_asks_who_is_calling(full, settings):
    settings.ANONYMOUS_READ = False
    client = Client()
    open_to_all = {"/api/v1/", "/api/v1/permalinks/"}
    answers = {
        (method, place): client.generic(method, place, b"", "application/json").status_code
        for _, method, place in operations()
        if place not in open_to_all
    }
    assert {asked: code for asked, code in answers.items() if code != 401} == {}


def test_there_are_as_many_operations_as_the_document_has():
    assert len(operations()) > 17 * 6
