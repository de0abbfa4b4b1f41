"""Everything that bears on who may do what is one line of the security log, without a secret."""

import json
import logging

import pytest
from django.test import Client

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.logs import JSONLines
from tests.cast import account, just_authenticated

pytestmark = pytest.mark.django_db

PASSWORD = "four plain words here"
SECRET = "a-secret-that-somebody-typed"


@pytest.fixture
def lines(caplog):
    """The lines written so far, as a file would have them, read back."""
    caplog.set_level(logging.INFO, "registry.security")
    form = JSONLines()

    def read() -> list[dict]:
        kept = [record for record in caplog.records if record.name == "registry.security"]
        written = [form.format(record) for record in kept]
        assert not [one for one in written if "\n" in one or PASSWORD in one or SECRET in one]
        return [json.loads(one) for one in written]

    return read


def events(lines) -> list[str]:
    return [line["event"] for line in lines()]


def sign_in(client, password=PASSWORD):
    return client.post(f"/accounts/login/?x={SECRET}", {"login": "ada", "password": password})


def test_signing_in_and_out_and_failing_to(client, lines):
    account("ada", "editor", password=PASSWORD)
    sign_in(client, SECRET)
    sign_in(client)
    client.post("/accounts/logout/")
    assert events(lines) == ["sign-in refused", "authenticated", "signed in", "signed out"]
    assert {line["account"] for line in lines()} == {"ada"}


def test_a_refusal_names_who_and_where(client, lines):
    client.force_login(account("rea", "reader"))
    client.post("/api/v1/countries/", {"name": SECRET}, "application/json")
    told = lines()[-1]
    assert (told["event"], told["account"], told["status"]) == ("refused", "rea", 403)
    assert told["path"] == "/api/v1/countries/"


def test_tokens_are_named_by_their_beginning(client, lines):
    erika = account("erika", "editor")
    made = Token(owner=erika, name="A machine", scope="read")
    secret = tokens.make(made, actor=erika)
    tokens.revoke(made, actor=erika)
    client.get("/api/v1/countries/", headers={"Authorization": f"Token {secret}"})
    assert events(lines) == ["token made", "token revoked", "token refused", "refused"]
    assert secret not in str(lines())


def test_an_export_says_of_what_and_by_whom(client, world, lines):
    client.force_login(account("rea", "reader"))
    b"".join(client.get(f"/api/v1/countries/?format=csv&search={SECRET}"))
    told = lines()[-1]
    assert (told["event"], told["account"]) == ("exported", "rea")
    assert (told["table"], told["format"]) == ("countries", "csv")


def test_an_approval_names_the_approver_and_the_revision(client, world, lines):
    entry = {"country": "XQX", "alpha2": "XQ", "name": "Quuxland", "region": "Here"}
    client.force_login(account("anna", "analyst"))
    operation = {"op": "create", "resource": "countries", "data": entry}
    body = {"reason": "News", "operations": [operation]}
    number = client.post("/api/v1/proposals/", body, "application/json").json()["number"]
    client.post(f"/api/v1/proposals/{number}/submit/", {}, "application/json")
    bert = Client()
    just_authenticated(bert, account("bert", "approver"))
    done = bert.post(f"/api/v1/proposals/{number}/approve/", {}, "application/json")
    assert done.status_code == 200, done.content
    told = [line for line in lines() if line["event"] == "proposal approved"]
    assert [(line["account"], line["revision"]) for line in told] == [("bert", 2)]


def test_every_line_has_its_time_level_and_request(client, lines):
    account("ada", "editor", password=PASSWORD)
    sign_in(client)
    for line in lines():
        assert {"at", "level", "log", "event", "request_id", "address"} <= set(line)
        assert line["at"].endswith("+00:00")
