"""Single sign-on by OpenID Connect, against a small identity provider run beside the tests."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from sosa_registry.accounts import actions, adapters
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, STRANGERS_KEY, running
from tests.cast import account

pytestmark = pytest.mark.django_db

BEGIN = "/accounts/sso/oidc/login/"
CLICKED = {"Sec-Fetch-Site": "same-origin"}
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
            "settings": {"server_url": made.url, "issuer": made.url},
        }
        kept = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": [app]}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": kept}
        yield made


@pytest.fixture
def ada(db):
    return account("ada", "editor")


def begin(client, asked="", **headers):
    """Click on the page of signing in."""
    return client.get(BEGIN + asked, headers=headers or CLICKED)


def come_back(client, provider):
    """Go to the provider and come back with what it gives."""
    asked = begin(client)
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
    assert begin(client).status_code == 404


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
    back = urlsplit(provider.authorize(begin(client)["Location"]))
    client.cookies.clear()
    answer = client.get(f"{back.path}?{back.query}")
    assert "did not work" in answer.text
    assert signed_in(client) is None


def test_a_code_is_good_once(client, provider, ada):
    asked = begin(client)["Location"]
    back = urlsplit(provider.authorize(asked))
    client.get(f"{back.path}?{back.query}")
    client.logout()
    assert "did not work" in client.get(f"{back.path}?{back.query}").text
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": "another client"}, id="made out to somebody else"),
        pytest.param({"aud": [CLIENT_ID, "x"], "azp": "x"}, id="given to somebody else"),
        pytest.param({"iss": "https://elsewhere.example"}, id="of another issuer"),
        pytest.param({"exp": 1}, id="too old"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"nonce": None}, id="without a nonce"),
        pytest.param({"nonce": "of another attempt"}, id="with another nonce"),
        pytest.param({"sub": "somebody-else"}, id="of another person than the one described"),
    ],
)
def test_a_token_that_is_not_for_this_attempt_is_refused(client, provider, ada, claims):
    provider.claims = claims
    assert "did not work" in come_back(client, provider).text
    assert signed_in(client) is None


def test_a_token_signed_with_another_key_is_refused(client, provider, ada):
    provider.signs_with = STRANGERS_KEY
    assert "did not work" in come_back(client, provider).text
    assert signed_in(client) is None


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_anybody_could_have_signed_is_refused(client, provider, ada, algorithm):
    provider.algorithm = algorithm
    provider.signs_with = {"none": None, "HS256": "a secret of thirty-two bytes or more"}[algorithm]
    assert "did not work" in come_back(client, provider).text
    assert signed_in(client) is None


def test_an_answer_without_a_token_of_identity_is_refused(client, provider, ada, monkeypatch):
    grant = provider.grant
    monkeypatch.setattr(provider, "grant", lambda form: grant(form) | {"id_token": None})
    assert "did not work" in come_back(client, provider).text
    assert signed_in(client) is None


def test_each_attempt_has_a_nonce_and_a_challenge_of_its_own(client, provider):
    asked = [parse_qs(urlsplit(begin(client)["Location"]).query) for _ in range(2)]
    for name in ("nonce", "code_challenge", "state"):
        first, second = (one[name][0] for one in asked)
        assert first != second and len(first) >= 16


def test_metadata_that_name_another_issuer_are_refused(client, provider, ada):
    provider.metadata = {"issuer": f"{provider.url}/"}
    assert "did not work" in begin(client).text
    provider.metadata = {}
    asked = begin(client)["Location"]
    back = urlsplit(provider.authorize(asked))
    provider.metadata = {"issuer": "https://elsewhere.example"}
    assert "did not work" in client.get(f"{back.path}?{back.query}").text
    assert signed_in(client) is None


def test_a_provider_that_does_not_answer_is_said_in_words(client, provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9", "issuer": "http://127.0.0.1:9"}
    assert "did not work" in begin(client).text


def test_what_a_link_asks_for_is_not_heard(client, provider, ada):
    extra = "?scope=admin&auth_params=nonce%3Dx%26prompt%3Dnone&process=connect"
    asked = parse_qs(urlsplit(begin(client, extra)["Location"]).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked and asked["nonce"] != ["x"]
    client.force_login(account("bob", "reader"))
    back = urlsplit(provider.authorize(begin(client, extra)["Location"]))
    client.get(f"{back.path}?{back.query}")
    assert signed_in(client) == "ada"  # and nothing of hers was linked to Bob
    assert SocialAccount.objects.get().user == ada


@pytest.mark.parametrize(
    ("headers", "begins"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Referer": "http://testserver/accounts/login/"}, True),
        ({"Referer": "https://elsewhere.example/"}, False),
        ({"X-Nothing": "said"}, False),
    ],
)
def test_only_a_click_on_our_own_page_begins(client, provider, headers, begins):
    answer = begin(client, "?next=/countries/", **headers)
    assert answer["Location"].startswith(provider.url) == begins
    assert begins or answer["Location"] == "/accounts/login/?next=%2Fcountries%2F"
