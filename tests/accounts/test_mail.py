"""Invitations, forgotten passwords and notices: sent by the worker, linked to SITE_URL alone."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail, signing
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from sosa_registry.accounts import actions, invitations
from tests.cast import account

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "four plain words here"
NEW = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    from_cache_table = call_command  # the table of counters outlives a transactional test
    from_cache_table("createcachetable", verbosity=0)


def delivered() -> list:
    """What the worker sends."""
    call_command("run_worker", "--once", verbosity=0)
    return mail.outbox


def link_in(message) -> str:
    """The path of the one link to the registry."""
    [path] = re.findall(r"http://127\.0\.0\.1:8000(/accounts/\S+)", message.body)
    return path


@pytest.fixture
def chief(client):
    made = account("chief", "admin")
    client.force_login(made)
    return made


@pytest.fixture
def invited(client, chief):
    """Ada, invited through the admin; the link she was sent."""
    role, _ = Group.objects.get_or_create(name="editor")
    form = {"username": "ada", "email": "ada@registry.example", "groups": role.pk}
    assert client.post(reverse("admin:auth_user_add"), form).status_code == 302
    client.logout()
    [message] = delivered()
    assert message.to == ["ada@registry.example"]
    return link_in(message)


def test_an_admin_invites_and_the_invited_chooses_a_password(client, invited):
    page = client.get(invited, follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/invitation/chosen/"
    assert "<b>ada</b>" in page.text
    assert client.post("/accounts/invitation/chosen/", NEW)["Location"] == "/accounts/login/"
    answer = client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert answer["Location"] == "/admin/"


def test_an_invitation_is_good_once(client, invited):
    client.get(invited)
    client.post("/accounts/invitation/chosen/", NEW)
    assert client.get(invited, follow=True).status_code == 410


def test_an_invitation_expires_after_seven_days(client, invited, monkeypatch):
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 7 * 24 * 3600 - 60)
    assert client.get(invited, follow=True).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 7 * 24 * 3600 + 60)
    assert client.get(invited, follow=True).status_code == 410


def test_a_forged_invitation_and_none_are_refused(client, invited):
    forged = invited[:-8] + "abcdefg/"
    assert client.get(forged, follow=True).status_code == 410
    client.session.flush()
    assert client.post("/accounts/invitation/chosen/", NEW).status_code == 410


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short", "at least 12"),
        ("adaadaadaada", "too similar"),
        ("123456789012", "entirely"),
        ("correcthorsebatterystaple", "known from breaches"),
        ("Iloveyou1234", "known from breaches"),
        ("Defence-Registry-2026!", "about this registry"),
    ],
)
def test_a_poor_password_is_refused_with_the_rule(client, invited, password, told):
    User.objects.filter(username="ada").update(first_name="adaadaada")
    client.get(invited)
    form = {"new_password1": password, "new_password2": password}
    page = client.post("/accounts/invitation/chosen/", form)
    assert page.status_code == 400
    assert told in page.text


def test_inviting_again_or_switching_off_makes_the_link_void(client, invited, chief):
    ada = User.objects.get(username="ada")
    actions.invite(ada, actor=chief)
    assert client.get(invited, follow=True).status_code == 410
    ada.refresh_from_db()
    again = invitations.invitation_path(ada)
    assert client.get(again, follow=True).status_code == 200
    actions.leave(ada, actor=chief)
    assert client.get(again, follow=True).status_code == 410


def test_one_who_lost_everything_is_begun_anew(client, chief):
    ada = account("ada", "editor", password=PASSWORD)
    form = {"action": "begin_anew", "_selected_action": ada.pk}
    assert client.post(reverse("admin:auth_user_changelist"), form).status_code == 302
    ada.refresh_from_db()
    assert not ada.has_usable_password()
    assert "/accounts/invitation/" in link_in(delivered()[-1])


def test_no_admin_types_anothers_password(client, chief):
    ada = account("ada", "editor")
    page = reverse("admin:auth_user_password_change", args=[ada.pk])
    assert client.get(page).status_code == 403


def forget(client, address: str, **more):
    return client.post("/accounts/password/reset/", {"email": address}, **more)


def test_a_forgotten_password_is_chosen_anew_by_a_link(client):
    account("ada", "editor", password="the old plain words")
    forget(client, "Ada@registry.example")
    [message] = delivered()
    page = client.get(link_in(message), follow=True)
    here = page.redirect_chain[-1][0]
    done = client.post(here, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "The password is changed" in done.text
    assert User.objects.get(username="ada").check_password(PASSWORD)
    assert "wrong, too old" in client.get(link_in(message), follow=True).text
    assert "If it was not you" in delivered()[-1].body


def test_nothing_tells_whether_an_address_has_an_account(client):
    account("ada", "editor", password=PASSWORD)
    pages, statements = [], []
    for address in ("ada@registry.example", "eve@registry.example"):
        with CaptureQueriesContext(connection) as asked:
            answer = forget(client, address)
        pages.append((answer.status_code, answer["Location"], len(answer.content)))
        statements.append(len(asked))
    assert pages[0] == pages[1]
    assert statements[0] == statements[1]
    assert len(delivered()) == 1


def test_a_link_names_the_site_whatever_the_host_header_says(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    account("ada", password=PASSWORD)
    forget(client, "ada@registry.example", headers={"host": "evil.example"})
    [message] = delivered()
    assert "evil.example" not in message.body
    assert link_in(message)


def test_no_secret_waits_in_the_queue(client, invited):
    forget(client, "ada@registry.example")
    waiting = str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))
    assert invited.split("/")[-2] not in waiting
    assert "password/reset" not in waiting
