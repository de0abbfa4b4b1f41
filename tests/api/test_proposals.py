"""Proposals through the API: drafted, previewed, reviewed by another; for curators only."""

import pytest

from agreements.models import Event
from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.ledger.models import Proposal, Revision
from tests import cast
from tests.api.places import problem_of

pytestmark = pytest.mark.django_db

BASE = "/api/v1/proposals/"
ENTRY = {
    "op": "create",
    "resource": "events",
    "data": {"agreement": "sosa-xru", "event": "entered_into_force", "date": "2021-06-01"},
}
DRAFT = {"reason": "The gazette says so", "operations": [ENTRY]}


@pytest.fixture
def paper(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")


@pytest.fixture
def say(paper, client):
    """Posts as an account, made once by name, with a role."""
    accounts = {}

    def post(name, role, place, body):
        accounts[name] = accounts.get(name) or cast.account(name, role)
        cast.just_authenticated(client, accounts[name])
        return client.post(f"{BASE}{place}", body, content_type="application/json")

    return post


@pytest.fixture
def drafted(say):
    """Anna's draft, by its number."""
    answer = say("anna", "analyst", "", DRAFT)
    assert answer.status_code == 201, answer.content
    return answer.json()["number"]


def test_a_draft_says_what_it_would_change_and_writes_nothing(say, drafted, client):
    told = client.get(f"{BASE}{drafted}/").json()
    assert (told["status"], told["author"], told["records"]) == ("draft", "anna", 1)
    assert told["changes"][0]["key"] == "sosa-xru-e2"
    assert client.get("/api/v1/events/").json()["count"] == 1
    assert client.get("/api/v1/events/sosa-xru-e2/").status_code == 404


def test_the_preview_tells_what_would_follow_and_leaves_nothing(say, drafted):
    before = Revision.objects.count()
    told = say("anna", "analyst", f"{drafted}/preview/", {}).json()
    [cell] = told["matrix"]
    assert (cell["about"], cell["after"]) == ("Ruritania", "in force since 2021-06-01")
    assert told["problems"] == []
    assert (Revision.objects.count(), Event.objects.count()) == (before, 1)


def test_from_draft_to_approval(say, drafted):
    say("anna", "analyst", f"{drafted}/submit/", {})
    say("bert", "approver", f"{drafted}/reject/", {"comment": "Which note?"})
    more = {**ENTRY, "op": "patch", "key": "sosa-xru-e2", "data": {"note": "Note 7"}}
    amended = say("anna", "analyst", f"{drafted}/operations/", {"operations": [more]})
    assert amended.status_code == 200, amended.content
    say("anna", "analyst", f"{drafted}/submit/", {"comment": "Mended"})
    told = say("bert", "approver", f"{drafted}/approve/", {}).json()
    assert (told["status"], told["approver"]) == ("approved", "bert")
    assert Event.objects.get(slug="sosa-xru-e2").note == "Note 7"
    assert [each["text"] for each in told["remarks"] if each["text"]] == ["Which note?", "Mended"]


def test_a_session_is_asked_again_who_it_is_before_it_approves(say, drafted, client):
    say("anna", "analyst", f"{drafted}/submit/", {})
    client.force_login(cast.account("bert", "approver", password="a long enough secret"))
    answer = client.post(f"{BASE}{drafted}/approve/", {}, content_type="application/json")

    assert problem_of(answer, 403)["type"] == "/accounts/reauthenticate/"
    assert Proposal.objects.get(pk=drafted).status == "submitted"


def test_a_token_approves_without_being_asked_again(say, drafted, client):
    say("anna", "analyst", f"{drafted}/submit/", {})
    bert = cast.account("bert", "approver")
    secret = tokens.make(Token(owner=bert, name="desk", scope="all", days=1), actor=bert)
    client.logout()
    told = client.post(
        f"{BASE}{drafted}/approve/",
        {},
        content_type="application/json",
        headers={"Authorization": f"Token {secret}"},
    )

    assert (told.status_code, told.json()["status"]) == (200, "approved")


def test_nobody_approves_their_own(say):
    number = say("boss", "admin", "", DRAFT).json()["number"]
    say("boss", "admin", f"{number}/submit/", {})
    problem_of(say("boss", "admin", f"{number}/approve/", {}), 403)
    assert Proposal.objects.get().status == "submitted"


def test_what_could_not_be_written_cannot_be_drafted(say):
    wrong = {**ENTRY, "data": {**ENTRY["data"], "event": "resumed"}}
    told = problem_of(say("anna", "analyst", "", {**DRAFT, "operations": [wrong]}), 400)
    assert told["errors"][0]["pointer"] == "/operations/0/data/date"


def test_a_record_changed_meanwhile_is_shown_three_ways_and_rebased(say, paper):
    title = {"op": "patch", "resource": "agreements", "key": "sosa-xru", "data": {"title": "Mine"}}
    number = say("anna", "analyst", "", {**DRAFT, "operations": [title]}).json()["number"]
    say("anna", "analyst", f"{number}/submit/", {})
    record = Event.objects.get().agreement
    record.title = "Theirs"
    cast.keep(record, actor="Carla", reason="Theirs")
    problem_of(say("bert", "approver", f"{number}/approve/", {}), 409)
    problem_of(say("anna", "analyst", f"{number}/rebase/", {}), 409)
    told = say("anna", "analyst", f"{number}/comment/", {"comment": "I see"}).json()
    [field] = told["stale"][0]["fields_differing"]
    assert (field["base"], field["theirs"], field["mine"]) == ("Paper sosa-xru", "Theirs", "Mine")
    body = {"choices": {field["choice"]: "mine"}}
    assert say("anna", "analyst", f"{number}/rebase/", body).json()["stale"] == []


def test_proposals_are_for_curators(drafted, client):
    client.logout()
    problem_of(client.get(BASE), 401)
    problem_of(client.get(f"{BASE}{drafted}/"), 401)
    client.force_login(cast.account("rolf", "reader"))
    problem_of(client.get(BASE), 403)


def test_the_list_is_filtered_by_status(say, drafted, client):
    assert client.get(f"{BASE}?status=draft").json()["count"] == 1
    assert client.get(f"{BASE}?status=approved").json()["count"] == 0
    problem_of(client.get(f"{BASE}?status=lost"), 400)


def test_a_step_that_is_none_is_refused(say, drafted):
    problem_of(say("anna", "analyst", f"{drafted}/burn/", {}), 404)


def test_where_review_is_required_a_direct_write_says_how_to_propose(say, client, settings):
    settings.REVIEW_REQUIRED = ["sosa"]
    client.force_login(cast.account("ed", "editor"))
    answer = client.post("/api/v1/events/", ENTRY["data"], content_type="application/json")
    assert "/api/v1/proposals/" in problem_of(answer, 400)["detail"]
