"""How often one may ask: by token and by address, told in headers, never in the database."""

import re

import pytest
from django.core.cache import caches
from django.test import Client

from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from tests.api.places import problem_of
from tests.cast import account

pytestmark = pytest.mark.usefixtures("world")
PLACE = "/api/v1/countries/XRU/"
ONE_DAY = 86_400


@pytest.fixture(autouse=True)
def limits(settings):
    caches["memory"].clear()
    settings.RATE_ADDRESS, settings.RATE_TOKEN = (3, ONE_DAY), (5, ONE_DAY)
    yield
    caches["memory"].clear()


def token() -> dict:
    owner = account("erika", "editor")
    secret = tokens.make(Token(owner=owner, name="mirror"), actor=owner)
    return {"Authorization": f"Token {secret}"}


def left(answer) -> int:
    return int(re.fullmatch(r'"\w+";r=(\d+);t=\d+', answer["RateLimit"])[1])


def test_every_answer_says_what_is_left(client):
    first, second = client.get(PLACE), client.get(PLACE)

    assert first["RateLimit-Policy"] == f'"address";q=3;w={ONE_DAY}'
    assert (left(first), left(second)) == (2, 1)


def test_one_too_many_is_refused_until_the_next_stretch(client):
    for _ in range(3):
        assert client.get(PLACE).status_code == 200

    refused = client.get(PLACE)

    problem_of(refused, 429)
    assert 0 < int(refused["Retry-After"]) <= ONE_DAY
    assert left(refused) == 0


def test_each_address_and_each_token_has_its_own(client):
    by_token = token()
    for _ in range(3):
        client.get(PLACE)
    problem_of(client.get(PLACE), 429)

    assert client.get(PLACE, REMOTE_ADDR="192.0.2.7").status_code == 200
    for _ in range(5):
        answer = client.get(PLACE, headers=by_token)
        assert answer["RateLimit-Policy"] == f'"token";q=5;w={ONE_DAY}'
    problem_of(client.get(PLACE, headers=by_token, REMOTE_ADDR="192.0.2.8"), 429)


@pytest.mark.parametrize(
    "place, method, status",
    [
        (PLACE, "delete", 401),
        ("/api/v1/nothing/", "get", 404),
        ("/api/v1/countries/ZZZ/", "get", 404),
        ("/api/v1/countries/?nothing=1", "get", 400),
        ("/api/v1/matrix/", "get", 200),
        ("/api/v1/", "get", 200),
    ],
)
def test_what_is_refused_counts_as_well(place, method, status):
    client = Client()
    for _ in range(3):
        assert getattr(client, method)(place).status_code == status
    problem_of(getattr(client, method)(place), 429)


def test_a_token_that_is_not_taken_counts_by_its_address(client):
    for number in range(3):
        guess = {"Authorization": f"Token sosa_{number:043}"}
        problem_of(client.get(PLACE, headers=guess), 401)
    problem_of(client.get(PLACE), 429)


def test_a_304_counts_as_well(client):
    first = client.get(PLACE)
    again = client.get(PLACE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, left(again)) == (304, 1)


def test_without_a_limit_nothing_is_counted_or_told(client, settings):
    settings.RATE_ADDRESS = None
    for _ in range(9):
        answer = client.get(PLACE)
    assert answer.status_code == 200
    assert "RateLimit" not in answer


def test_counting_asks_nothing_of_the_database(client, settings, django_assert_num_queries):
    settings.RATE_ADDRESS = None
    client.get(PLACE)
    with django_assert_num_queries(1):
        client.get(PLACE)
    settings.RATE_ADDRESS = (3, ONE_DAY)
    with django_assert_num_queries(1):
        client.get(PLACE)
