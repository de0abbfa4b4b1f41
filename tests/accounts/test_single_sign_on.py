"""Single sign-on by OpenID Connect, against a small identity provider run beside the tests."""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from sosa_registry.accounts import actions, adapters
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, running
from tests.cast import account

pytestmark = pytest.mark.django_db

BEGIN = "/accounts/sso/oidc/login/"
ADA = {"sub": "ada-1815", "email": "ada@registry.example", "email_verified": True, "name": "Ada"}


@pytest.fixture
def provider(settings):
    with running() as made:
        made.person = dict(ADA)
        app = {
            "provider_id": "oidc",
            "name": "Ministry",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": made.url},
        }
        kept = {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": kept}
        yield made


@pytest.fixture
def ada(db):
    return account("ada", "editor")


def come_back(client, provider):
    """Go to the provider and come back with what it gives."""
    asked = client.get(BEGIN)
    assert asked["Location"].startswith(provider.url)
    back = urlsplit(provider.authorize(asked["Location"]))
    return client.get(f"{back.path}?{back.query}", follow=True)


def signed_in(client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return pk and User.objects.get(pk=pk).username


def test_the_page_offers_the_provider_by_name_and_only_when_there_is_one(
    client, provider, settings
):
    assert 'href="/accounts/sso/oidc/login/' in client.get("/accounts/login/").text
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "sso" not in client.get("/accounts/login/").text
    assert client.get(BEGIN).status_code == 404


def test_an_account_is_found_by_the_address_that_the_provider_verified(client, provider, ada):
    come_back(client, provider)
    assert signed_in(client) == "ada"


def test_afterwards_it_is_known_by_the_providers_own_key(client, provider, ada):
    come_back(client, provider)
    client.logout()
    provider.person["email"] = "lovelace@registry.example"
    come_back(client, provider)
    assert signed_in(client) == "ada"


def test_an_address_that_was_not_verified_opens_nothing(client, provider, ada):
    provider.person["email_verified"] = False
    assert "by invitation" in come_back(client, provider).text
    assert signed_in(client) is None


def test_who_has_no_account_gets_none(client, provider, db):
    assert "by invitation" in come_back(client, provider).text
    assert not User.objects.exists()


def test_one_who_left_does_not_come_in_this_way_either(client, provider, ada):
    come_back(client, provider)
    client.logout()
    actions.leave(ada, actor=account("chief", "admin"))
    come_back(client, provider)
    assert signed_in(client) is None


def test_the_second_factor_is_asked_here_too(client, provider, ada):
    secret = adapters.SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=ada, type="totp", data={"secret": secret})
    assert come_back(client, provider).redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert signed_in(client) is None


def test_an_answer_that_was_not_asked_for_is_refused(client, provider, ada):
    back = urlsplit(provider.authorize(client.get(BEGIN)["Location"]))
    client.cookies.clear()
    answer = client.get(f"{back.path}?{back.query}")
    assert "did not work" in answer.text
    assert signed_in(client) is None


def test_a_code_is_good_once(client, provider, ada):
    asked = client.get(BEGIN)["Location"]
    back = urlsplit(provider.authorize(asked))
    client.get(f"{back.path}?{back.query}")
    client.logout()
    assert "did not work" in client.get(f"{back.path}?{back.query}").text
    assert signed_in(client) is None


def test_a_token_made_out_to_somebody_else_is_refused(client, provider, ada):
    provider.audience = "another client"
    assert "did not work" in come_back(client, provider).text
    assert signed_in(client) is None
