"""One sees where one is signed in, and ends the others, one or all, after saying who one is."""

import logging

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from sosa_registry.accounts import actions, sessions
from sosa_registry.accounts.views import browser_of
from tests.cast import account

pytestmark = pytest.mark.django_db

PASSWORD = "four plain words here"
PAGE = "/accounts/sessions/"
AGAIN = "/accounts/reauthenticate/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"


@pytest.fixture
def ada(db):
    return account("ada", "editor", password=PASSWORD)


def signed_in(name="ada", browser=FIREFOX, address="192.0.2.1") -> Client:
    """Somebody's browser, signed in."""
    made = Client(headers={"User-Agent": browser}, REMOTE_ADDR=address)
    made.post("/accounts/login/", {"login": name, "password": PASSWORD})
    assert is_in(made)
    return made


def is_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


def confirmed(client) -> Client:
    client.post(AGAIN, {"password": PASSWORD})
    return client


def number_of(address: str) -> int:
    return UserSession.objects.get(ip=address).pk


def test_one_sees_where_one_is_signed_in(ada):
    here, _ = signed_in(), signed_in(browser=EDGE, address="198.51.100.7")
    page = here.get(PAGE)
    assert "Firefox on Linux" in page.text and "Edge on Windows" in page.text
    assert "198.51.100.7" in page.text
    assert page.text.count("this one:") == 1
    assert "no-store" in page["Cache-Control"]


def test_one_ends_another_session_at_once(ada):
    here, there = signed_in(), signed_in(address="198.51.100.7")
    third = signed_in(address="203.0.113.9")
    page = confirmed(here).post(PAGE, {"end": number_of("198.51.100.7")}, follow=True)
    assert "Signed out elsewhere: 1 ended." in page.text
    assert "198.51.100.7" not in page.text
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)


def test_one_ends_all_others_at_once(ada):
    here, others = signed_in(), [signed_in(address=f"198.51.100.{n}") for n in range(3)]
    page = confirmed(here).post(PAGE, {"end": "others"}, follow=True)
    assert "3 ended" in page.text
    assert is_in(here)
    assert not [other for other in others if is_in(other)]
    assert "End all others" not in here.get(PAGE).text


def test_ending_asks_again_who_it_is_and_then_does_it(ada):
    here, there = signed_in(), signed_in(address="198.51.100.7")
    asked = here.post(PAGE, {"end": "others"})
    assert asked["Location"].startswith(AGAIN)
    assert is_in(there)
    here.post(AGAIN, {"password": PASSWORD, "next": PAGE})
    assert not is_in(there)


def test_nobody_ends_or_sees_anothers(ada):
    account("eve", "admin", password=PASSWORD)
    hers, eve = signed_in(), confirmed(signed_in("eve", address="198.51.100.7"))
    for which in (number_of("192.0.2.1"), "others", "0", "-1", "x", "9" * 40, ""):
        assert eve.post(PAGE, {"end": which}).status_code == 302
    assert is_in(hers)
    assert "192.0.2.1" not in eve.get(PAGE).text


def test_who_is_not_signed_in_is_asked_to(client, db):
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert client.post(PAGE, {"end": "others"})["Location"].startswith("/accounts/login/")


def test_a_session_that_has_ended_is_not_shown(ada):
    here, there = signed_in(), signed_in(address="198.51.100.7")
    there.post("/accounts/logout/")
    assert "198.51.100.7" not in here.get(PAGE).text


def test_when_it_was_last_used_is_told_to_five_minutes(ada, monkeypatch):
    here = signed_in()
    before = UserSession.objects.get().last_seen_at
    here.get("/accounts/")
    assert UserSession.objects.get().last_seen_at == before
    now = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.WRITTEN_EVERY + 1)
    here.get("/accounts/")
    assert UserSession.objects.get().last_seen_at > before


def test_a_new_password_ends_the_others_and_they_are_not_shown(ada):
    here, there = confirmed(signed_in()), signed_in(address="198.51.100.7")
    new = "four other words now"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post("/accounts/password/change/", form)
    assert (is_in(here), is_in(there)) == (True, False)
    shown = here.get(PAGE).text
    assert "192.0.2.1" in shown and "198.51.100.7" not in shown


def test_an_admin_signs_somebody_out_everywhere(ada, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    account("chief", "admin", password=PASSWORD)
    hers, chief = signed_in(), signed_in("chief")
    form = {"action": "end_sessions", "_selected_action": ada.pk}
    assert chief.post(reverse("admin:auth_user_changelist"), form).status_code == 302
    assert (is_in(hers), is_in(chief)) == (False, True)
    [told] = [one for one in caplog.records if one.getMessage() == "session ended"]
    assert told.facts == {"account": "ada", "by": "chief"}


def test_leaving_leaves_no_session_behind(ada):
    hers = signed_in()
    actions.leave(ada, actor=account("chief", "admin"))
    assert not is_in(hers)
    assert not UserSession.objects.filter(user=ada).exists()


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("<script>", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_browser_is_named_in_words(said, named):
    assert browser_of(said) == named
