"""What cannot be left to an unattended screen asks again who it is, and then goes on."""

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from sosa_registry.accounts import reauthentication, sessions
from sosa_registry.ledger import review
from sosa_registry.urls import urlpatterns as ours
from tests.cast import account, source

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

PASSWORD = "four plain words here"
AGAIN = "/accounts/reauthenticate/"


@reauthentication.asked_again
def approve(request):
    """Something that asks."""
    return HttpResponse(f"{request.method} {request.POST.get('what', '')}")


urlpatterns = [path("approve/", approve), *ours]


@pytest.fixture
def ada(client):
    made = account("ada", "approver", password=PASSWORD)
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    return made


def test_looking_asks_nothing(client, ada):
    assert client.get("/approve/").text == "GET "


def test_doing_asks_and_then_does_what_was_begun(client, ada):
    asked = client.post("/approve/", {"what": "this"})
    assert asked["Location"] == f"{AGAIN}?next=%2Fapprove%2F"
    done = client.post(asked["Location"], {"password": PASSWORD, "next": "/approve/"})
    assert done.text == "POST this"
    assert client.post("/approve/", {"what": "that"}).text == "POST that"


def test_the_session_has_another_key_afterwards_and_the_one_before_holds_nothing(client, ada):
    before = client.session.session_key
    client.post(AGAIN, {"password": PASSWORD})
    during = client.session.session_key
    assert during != before
    assert "this one:" in client.get("/accounts/sessions/").text
    client.cookies["sessionid"] = before
    assert client.get("/accounts/").status_code == 302
    client.cookies["sessionid"] = during
    assert client.get("/accounts/").status_code == 200


def test_a_wrong_password_does_nothing(client, ada):
    client.post("/approve/", {"what": "this"})
    answer = client.post(AGAIN, {"password": "wrong", "next": "/approve/"})
    assert "Incorrect password" in answer.text
    assert client.post("/approve/").status_code == 302


def test_it_is_asked_again_after_five_minutes(client, ada, monkeypatch):
    client.post(AGAIN, {"password": PASSWORD})
    now = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + 290)
    assert client.post("/approve/").status_code == 200
    monkeypatch.setattr(sessions.time, "time", lambda: now + 310)
    assert client.post("/approve/").status_code == 302


def test_one_with_neither_password_nor_app_must_have_signed_in_just_now(client, db, monkeypatch):
    client.force_login(account("sso", "approver"))
    assert client.post("/approve/").status_code == 200
    now = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + 310)
    assert client.post("/approve/").status_code == 302


def test_making_a_token_asks(client, ada):
    form = {"name": "mirror", "scope": "read", "days": "30"}
    asked = client.post("/admin/accounts/token/add/", form)
    assert asked["Location"].startswith(AGAIN)
    made = client.post(AGAIN, {"password": PASSWORD, "next": "/admin/accounts/token/add/"})
    assert made.context["secret"]


def test_approving_a_proposal_asks(client, ada, world):
    anna = account("anna", "analyst")
    drafted = review.draft(source("note").save, author=anna, reason="Evidence", kind="correction")
    page = review.submit(drafted, author=anna).get_absolute_url()
    asked = client.post(page, {"_approve": "yes", "comment": "Good"})
    assert asked["Location"].startswith(AGAIN)
    drafted.refresh_from_db()
    assert drafted.status == "submitted"
    client.post(AGAIN, {"password": PASSWORD, "next": page})
    drafted.refresh_from_db()
    assert (drafted.status, drafted.approver) == ("approved", ada)


def test_one_who_is_not_signed_in_is_asked_to(client, db):
    assert client.post("/approve/")["Location"].startswith("/accounts/login/")


def test_the_question_can_be_asked_without_raising(client, ada):
    request = RequestFactory().post("/approve/")
    request.user, request.session = ada, client.session
    assert not reauthentication.recently_authenticated(request)
    with pytest.raises(ReauthenticationRequired):
        reauthentication.ask_again(request)
