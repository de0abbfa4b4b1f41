"""Recovery codes: shown once, kept as hashes, each good once, long enough not to be guessed."""

import re
from math import log2

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from sosa_registry.accounts import adapters, recovery
from tests.cast import account, just_authenticated

pytestmark = pytest.mark.django_db

PASSWORD = "four plain words here"
PAGE = "/accounts/2fa/recovery-codes/"
CODE = "/accounts/2fa/authenticate/"


@pytest.fixture
def ada(client):
    """Ada, with an app and codes that nobody has seen, who has just said who she is."""
    made = account("ada", "editor", password=PASSWORD)
    secret = adapters.SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=made, type="totp", data={"secret": secret})
    RecoveryCodes.activate(made)
    just_authenticated(client, made)
    return made


def shown(client) -> list[str]:
    return client.get(PAGE).context["codes"]


def kept() -> str:
    return str(Authenticator.objects.get(type="recovery_codes").data)


def lets_in(client, code) -> bool:
    """Sign in with the password and this code."""
    client.logout()
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    client.post(CODE, {"code": code})
    return "_auth_user_id" in client.session


def test_ten_are_shown_once(client, ada):
    first = client.get(PAGE)
    assert len(set(first.context["codes"])) == 10
    assert all(code in first.text for code in first.context["codes"])
    again = client.get(PAGE)
    assert again.context["codes"] == []
    assert "10 of 10 are left" in again.text
    assert "no-store" in first["Cache-Control"]


def test_only_hashes_are_kept(client, ada):
    codes = shown(client)
    assert not [code for code in codes if code in kept() or code.replace("-", "") in kept()]
    assert len(re.findall(r"sha256:[0-9a-f]{64}", kept())) == 10
    assert "seed" not in kept()


def test_each_has_chance_enough_for_a_plain_hash(client, ada):
    for code in shown(client):
        assert len(code.replace("-", "")) * log2(len(recovery.SIGNS)) >= 112


def test_each_lets_in_once(client, ada):
    first, second, *_ = shown(client)
    assert lets_in(client, first)
    assert not lets_in(client, first)
    assert lets_in(client, second.upper().replace("-", " "))
    assert len(re.findall("sha256:", kept())) == 8


@pytest.mark.parametrize("code", ["", "-", "000000", "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", "sha256:"])
def test_what_is_no_code_lets_nobody_in(client, ada, code):
    shown(client)
    assert not lets_in(client, code)


def test_what_is_kept_is_not_what_lets_in(client, ada):
    shown(client)
    [digest, *_] = Authenticator.objects.get(type="recovery_codes").data["migrated_codes"]
    assert not lets_in(client, digest)
    assert not lets_in(client, digest.removeprefix(recovery.MARK))


def test_new_ones_make_the_old_ones_void(client, ada):
    old, new = shown(client), None
    client.post("/accounts/2fa/recovery-codes/generate/")
    new = shown(client)
    assert len(new) == 10 and not set(new) & set(old)
    assert not lets_in(client, old[0])
    assert lets_in(client, new[0])


def test_looking_asks_again_who_it_is(client, ada):
    client.logout()
    client.force_login(ada)
    asked = client.get(PAGE)
    assert (asked.status_code, "reauthenticate" in asked["Location"]) == (302, True)
    assert "seed" in kept()


def test_who_has_no_app_has_no_codes(client, db):
    just_authenticated(client, account("bob", "reader", password=PASSWORD))
    assert client.get(PAGE).status_code == 404
