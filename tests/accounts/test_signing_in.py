"""Signing in and out: one door, lock-outs, no way to learn who has an account."""

import json
import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret, hotp_value
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sosa_registry.accounts import actions, adapters, sessions
from sosa_registry.accounts.roles import Action, may
from tests.cast import account

pytestmark = pytest.mark.django_db

PASSWORD = "four plain words here"
LOGIN = "/accounts/login/"


@pytest.fixture
def ada(db):
    return account("ada", "editor", password=PASSWORD)


@pytest.fixture
def noted(caplog):
    """The events of the security log, in order."""
    caplog.set_level(logging.INFO, "registry.security")
    return lambda: [one.getMessage() for one in caplog.records if one.name == "registry.security"]


def sign_in(client, name="ada", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password} | more)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["ada", "ada@registry.example", "ADA@registry.example"])
def test_one_signs_in_by_name_or_address_and_begins_where_the_work_is(client, ada, noted, name):
    answer = sign_in(client, name)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert signed_in(client)
    assert noted() == ["authenticated", "signed in"]


def test_a_reader_begins_on_the_first_page(client, db):
    account("rea", "reader", password=PASSWORD)
    assert sign_in(client, "rea")["Location"] == "/"


def test_the_session_is_a_new_one_after_signing_in_and_gone_after_signing_out(client, ada):
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    during = client.session.session_key
    assert before != during
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)
    client.cookies["sessionid"] = during
    assert client.get("/accounts/").status_code == 302


def test_the_admins_door_leads_to_the_one_door(client, ada):
    asked = client.get("/admin/partners/country/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=/admin/partners/country/"
    answer = client.post(LOGIN, {"login": "ada", "password": PASSWORD, "next": "/admin/"})
    assert answer["Location"] == "/admin/"


def test_one_without_a_curators_role_is_told_so(client, db):
    client.force_login(account("rea", "reader"))
    page = client.get("/admin/", follow=True)
    assert page.status_code == 403
    assert "no curator’s role" in page.text


@pytest.mark.parametrize(
    "onward",
    ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "/\\x.y"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, ada, onward):
    assert sign_in(client, next=onward)["Location"] == "/admin/"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, ada, noted):
    pages = [sign_in(client, name, "wrong").text for name in ("ada", "bob", "bob@nowhere.example")]
    said = [page[page.index('class="error"') :].splitlines()[0] for page in pages]
    assert len({one.replace("email address", "username") for one in said}) == 1
    assert noted() == ["sign-in refused"] * 3


@pytest.mark.parametrize("name", ["ada", "bob", "ada@registry.example", "bob@registry.example"])
def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(
    client, ada, settings, monkeypatch, name
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    ada.set_password(PASSWORD)
    ada.save()
    hashed, real = [], PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher, "encode", lambda *a, **kw: hashed.append(1) or real(*a, **kw)
    )
    sign_in(client, name, "wrong")
    assert len(hashed) == 1


def test_five_wrong_passwords_lock_the_account_against_the_right_one_too(client, ada, noted):
    for _ in range(5):
        sign_in(client, password="wrong")
    assert "Too many failed" in sign_in(client).text
    assert not signed_in(client)
    assert noted()[-1] == "locked out"


def test_an_unknown_name_is_locked_like_a_known_one(client, ada):
    for _ in range(5):
        sign_in(client, "bob", "wrong")
    assert "Too many failed" in sign_in(client, "bob", "wrong").text


def test_ten_failures_lock_an_address_whatever_the_name(client, ada):
    for n in range(10):
        sign_in(client, f"name{n}", "wrong")
    assert "Too many failed" in sign_in(client).text
    elsewhere = client.post(LOGIN, {"login": "ada", "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 302


def test_success_does_not_wipe_the_failures_of_an_address(client, ada):
    for n in range(9):
        sign_in(client, f"name{n}", "wrong")
    sign_in(client)
    client.logout()
    sign_in(client, "name", "wrong")
    assert "Too many failed" in sign_in(client).text


def test_the_log_names_accounts_and_never_what_was_typed(client, ada, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    sign_in(client, "my secret typed into the wrong field", "another secret")
    sign_in(client, "ada", "a third secret")
    lines = [
        logging.getLogger("registry.security").handlers[0].formatter.format(one)
        for one in caplog.records
        if one.name == "registry.security"
    ]
    assert [json.loads(line).get("account") for line in lines] == [None, "ada"]
    assert "secret" not in "".join(lines)


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/sso/signup/"])
def test_nobody_can_register(client, db, address):
    form = {"username": "eve", "email": "eve@x.example", "password1": PASSWORD}
    answer = client.post(address, form | {"password2": PASSWORD}, follow=True)
    assert "by invitation" in answer.text


@pytest.mark.parametrize(
    "address",
    ["/accounts/email/", "/accounts/3rdparty/", "/accounts/2fa/recovery-codes/download/"],
)
def test_what_is_not_wanted_of_the_library_has_no_address(admin_client, address):
    assert admin_client.get(address).status_code == 404


def test_a_session_left_alone_for_an_hour_ends(client, ada, monkeypatch):
    sign_in(client)
    now = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.IDLE - 60)
    assert client.get("/accounts/").status_code == 200
    monkeypatch.setattr(sessions.time, "time", lambda: now + 2 * sessions.IDLE - 30)
    assert client.get("/accounts/").status_code == 302


def test_a_session_ends_after_ten_hours_however_busy(client, ada, monkeypatch, noted):
    sign_in(client)
    now, page = sessions.time.time(), None
    for half_hours in range(1, 22):
        monkeypatch.setattr(sessions.time, "time", lambda at=half_hours: now + at * 1800)
        page = client.get("/accounts/").status_code
        assert page == (200 if half_hours <= 20 else 302)
    assert noted()[-2:] == ["session ended", "signed out"]


def test_reading_asks_nothing_about_accounts_or_counters(client, world):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/agreements/").status_code == 200
    told = " ".join(one["sql"] for one in asked)
    assert told
    assert not [t for t in ("django_session", "auth_user", "accounts_counter") if t in told]


# The second factor


def code_of(secret: str, steps: int = 0) -> str:
    return f"{hotp_value(secret, int(sessions.time.time()) // 30 + steps):06}"


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def with_app(ada):
    """Ada's secret, with the app set up."""
    secret = generate_totp_secret()
    kept = adapters.SecondFactorAdapter().encrypt(secret)
    Authenticator.objects.create(user=ada, type="totp", data={"secret": kept})
    return secret


def test_a_writing_role_waits_for_its_second_factor_whatever_the_door(client, ada, required):
    assert not may(ada, Action.WRITE)
    assert may(ada, Action.READ)
    sign_in(client)
    assert (
        client.get("/admin/", follow=True)
        .redirect_chain[-1][0]
        .startswith("/accounts/reauthenticate/")
    )
    assert "come into force" in client.get("/accounts/").text


def test_setting_the_app_up_brings_the_roles_into_force(client, ada, required):
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get("/admin/").status_code == 200
    assert len(client.get(done["Location"]).context["codes"]) == 10
    kept = Authenticator.objects.get(user=ada, type="totp").data["secret"]
    assert secret not in kept


def test_a_code_is_asked_and_is_good_once(client, ada, with_app, noted):
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code" in wrong.text
    code = code_of(with_app)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert signed_in(client)
    assert "second factor refused" in noted()
    client.post("/accounts/logout/")
    sign_in(client)
    assert "Incorrect code" in client.post(reverse("mfa_authenticate"), {"code": code}).text


def test_codes_cannot_be_guessed_on_and_on(client, ada, with_app):
    sign_in(client)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})
    assert "Too many failed" in answer.text
    assert not signed_in(client)


def test_a_required_second_factor_cannot_be_put_away(client, ada, with_app, required):
    client.force_login(ada)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(with_app)})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=ada).exists()


def test_secrets_are_read_after_the_servers_secret_was_rotated(settings, with_app):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    kept = Authenticator.objects.get().data["secret"]
    assert adapters.SecondFactorAdapter().decrypt(kept) == with_app


# Leaving


def test_leaving_ends_every_session_at_once_and_for_good(client, ada, noted):
    sign_in(client)
    assert client.get("/admin/").status_code == 200
    actions.leave(ada, actor=account("chief", "admin"))
    assert client.get("/admin/").status_code == 302
    assert noted()[-1] == "account switched off"
    ada.is_active = True
    ada.save()
    assert client.get("/accounts/").status_code == 302
    assert not signed_in(client) or not may(AnonymousUser(), Action.CURATE)
    assert "not correct" in sign_in(client).text


def test_an_admin_switches_an_account_off_with_a_tick(admin_client, client, ada):
    form = {"username": "ada", "email": ada.email, "groups": ada.groups.get().pk}
    page = reverse("admin:auth_user_change", args=[ada.pk])
    assert admin_client.post(page, form).status_code == 302
    ada.refresh_from_db()
    assert not ada.is_active
    assert not ada.has_usable_password()
