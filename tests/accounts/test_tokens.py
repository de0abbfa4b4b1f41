"""Tokens: shown once, held to their scope and their owner's roles, ending by themselves."""

import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from sosa_registry.ledger import clock
from tests.api.places import problem_of
from tests.cast import account

pytestmark = pytest.mark.usefixtures("world")
WHO = "/api/v1/countries/"
FRANCE = {"country": "FRA", "alpha2": "FR", "name": "France", "region": "Europe"}


@pytest.fixture
def erika(db):
    return account("erika", "editor")


def token(owner, scope="write", **values) -> str:
    """A new token's secret."""
    return tokens.make(Token(owner=owner, name="mirror", scope=scope, **values), actor=owner)


def ask(client, secret, **values):
    return client.get(WHO, headers={"Authorization": f"Token {secret}"}, **values)


def write(client, secret, body=FRANCE):
    return client.post(
        WHO, body, content_type="application/json", headers={"Authorization": f"Token {secret}"}
    )


def test_a_token_reads_and_writes_under_its_owners_name(client, erika):
    secret = token(erika)

    assert ask(client, secret).status_code == 200
    assert write(client, secret).status_code == 201
    assert client.get("/api/v1/revisions/2/").json()["actor"] == "erika"


def test_only_the_sha256_is_kept(erika):
    secret = token(erika)

    kept = str(Token.objects.values().get())
    assert secret not in kept and secret[12:] not in kept
    assert tokens.digest(secret) in kept


@pytest.mark.parametrize(
    "scope, role, status",
    [
        ("read", "editor", 403),
        ("propose", "editor", 403),
        ("write", "editor", 201),
        ("all", "editor", 201),
        ("write", "analyst", 403),
        ("all", "reader", 403),
    ],
)
def test_a_token_may_what_its_scope_says_and_its_owners_roles_allow(client, scope, role, status):
    secret = token(account("somebody", role), scope)

    assert ask(client, secret).status_code == 200
    assert write(client, secret).status_code == status


def test_a_token_that_is_not_taken_is_refused_even_for_what_anybody_may_read(client, erika):
    run_out = token(erika, days=1)
    Token.objects.update(made_at=clock.now() - timedelta(days=1))
    revoked = token(erika)
    tokens.revoke(Token.objects.latest("made_at"), actor=erika)
    gone = token(account("gone", "editor", is_active=False))

    for secret in (run_out, revoked, gone, "sosa_" + "x" * 43, "x", "", "sosa_\u00e9", "a b c"):
        for answer in (ask(client, secret), write(client, secret)):
            problem_of(answer, 401)
            assert answer["WWW-Authenticate"] == 'Token realm="registry"'
    assert "run out" in ask(client, run_out).json()["detail"]


def test_the_last_use_is_noted_now_and_then(client, erika, django_assert_num_queries):
    secret = token(erika)
    ask(client, secret)
    first = Token.objects.get().last_used_at
    assert first is not None

    ask(client, secret)
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=first - timedelta(minutes=6))
    ask(client, secret)
    assert Token.objects.get().last_used_at > first - timedelta(minutes=1)


def test_a_write_by_session_needs_the_csrf_token_and_one_by_token_does_not(erika, client):
    client.handler.enforce_csrf_checks = True
    secret = token(erika)
    assert write(client, secret).status_code == 201
    client.force_login(erika)
    problem_of(client.post(WHO, FRANCE, content_type="application/json"), 403)


def test_the_command_prints_a_token(client, erika):
    printed = StringIO()
    call_command("create_token", "erika", name="mirror", scope="write", days=3, stdout=printed)

    assert write(client, printed.getvalue().strip()).status_code == 201
    made = Token.objects.get()
    assert (made.name, made.days) == ("mirror", 3)


@pytest.mark.parametrize("name, days", [("nobody", 3), ("erika", 0), ("erika", 366)])
def test_the_command_says_what_is_wrong(erika, name, days):
    with pytest.raises(CommandError):
        call_command("create_token", name, name="mirror", days=days)
    assert not Token.objects.exists()


FORM = {"name": "mirror", "scope": "read", "days": "30"}


def test_a_curator_makes_a_token_in_the_admin_and_sees_it_once(client, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    ana = account("ana", "analyst")
    client.force_login(ana)

    page = client.post(reverse("admin:accounts_token_add"), FORM)

    secret = page.context["secret"]
    assert secret in page.content.decode() and "no-store" in page["Cache-Control"]
    client.logout()
    assert ask(client, secret).status_code == 200
    client.force_login(ana)
    made = Token.objects.get()
    assert made.owner == ana
    for name, args in (("changelist", []), ("change", [made.pk])):
        shown = client.get(reverse(f"admin:accounts_token_{name}", args=args))
        assert shown.status_code == 200
        assert secret not in shown.content.decode()
    assert "token made" in caplog.text and secret not in caplog.text


def test_a_curator_sees_and_revokes_their_own_and_an_admin_everybodys(client, erika):
    secret = token(erika)
    chosen = {"action": "revoke", "_selected_action": [Token.objects.get().pk]}
    client.force_login(account("ana", "analyst"))
    client.post(reverse("admin:accounts_token_changelist"), chosen)
    other = reverse("admin:accounts_token_change", args=[Token.objects.get().pk])
    assert client.get(other).status_code == 302
    client.logout()
    assert ask(client, secret).status_code == 200

    client.force_login(account("chief", "admin"))
    client.post(reverse("admin:accounts_token_changelist"), chosen)
    client.logout()
    problem_of(ask(client, secret), 401)


def test_an_admin_makes_a_token_for_another(client, erika):
    client.force_login(account("chief", "admin"))
    client.post(reverse("admin:accounts_token_add"), FORM | {"owner": erika.pk})
    assert Token.objects.get().owner == erika


def test_a_curator_cannot_make_one_for_another(client, erika):
    ana = account("ana", "analyst")
    client.force_login(ana)
    client.post(reverse("admin:accounts_token_add"), FORM | {"owner": erika.pk})
    assert Token.objects.get().owner == ana


def test_a_reader_has_no_door_to_tokens(client):
    client.force_login(account("rea", "reader"))
    assert client.get(reverse("admin:accounts_token_add")).status_code == 302
