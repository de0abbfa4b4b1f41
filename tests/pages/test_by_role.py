"""Every page, asked by every role: who may read sees all of them, and no page shows a draft."""

import pytest
from django.urls import URLResolver, get_resolver, resolve

from sosa_registry.accounts.roles import Role
from tests.cast import account
from tests.pages.addresses import PAGES

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "none", *Role.values)
# Walked elsewhere: the admin, the API, account pages, and what operators ask.
ELSEWHERE = ("accounts/", "admin/", "api/", "healthz", "readyz", "metrics", ".well-known/")


@pytest.fixture
def sign_in(client):
    """Signs in as one who holds a role, or as nobody."""

    def sign(role):
        if role != "anonymous":
            client.force_login(account(f"a-{role}", *([] if role == "none" else [role])))

    return sign


def routes(patterns=None, before="") -> list[str]:
    """Every route, as the resolver writes it."""
    found = []
    for pattern in patterns or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        found += (
            routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]
        )
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_every_role_alike_while_anyone_may_read(dataset, client, sign_in, role):
    sign_in(role)
    answers = {address: client.get(address).status_code for address in PAGES.values()}
    assert {a: status for a, status in answers.items() if status != 200} == {}


def test_every_page_asks_for_an_account_where_reading_needs_one(dataset, client, settings):
    settings.ANONYMOUS_READ = False
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    answers = {address: client.get(address) for address in PAGES.values()}
    sent = {a: one.get("Location", one.status_code) for a, one in answers.items()}
    assert not {a: to for a, to in sent.items() if not str(to).startswith("/accounts/login/")}


def test_every_page_of_the_site_is_among_those_that_are_walked():
    walked = {resolve(where.partition("?")[0]).route for where in PAGES.values()}
    left = {r for r in routes() if not r.startswith(ELSEWHERE)} - walked
    # Feeds, kept answers and letters have tests of their own; a firm's page and a copy need a
    # firm and a copy, of which the dataset has none.
    own = ("^r/", "digests/confirm/", "digests/stop/", "firms/<str:slug>/", "sources/<str:slug>/c")
    own += ("^data/",)  # what the page of downloads tells programs
    assert not [r for r in left if not r.startswith(own) and not r.endswith("changes.atom")]
