"""What supervisors ask: alive, ready, figures, and whom to tell of a weakness."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from sosa_registry import health
from sosa_registry.ledger import triggers
from sosa_registry.ledger.actions import keep
from tests import cast
from tests.api.places import problem_of

pytestmark = pytest.mark.django_db

TOKEN = {"Authorization": "Bearer a token for figures"}


@pytest.fixture
def revisions(db):
    for number in (1, 2):
        keep(cast.source(f"s{number}"), actor="Ada", reason=f"Source {number}")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def told(client) -> list[str]:
    return [error["detail"] for error in unready(client)["errors"]]


def unready(client) -> dict:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]
    return response.json()


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_whole_registry_is_alive_and_ready_even_without_a_revision(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_registry_with_revisions_is_ready(client, revisions):
    assert client.get("/readyz").json()["status"] == "ready"


def test_being_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json()["status"] == "alive"


def test_being_ready_asks_no_more_of_a_long_history(client, revisions):
    with CaptureQueriesContext(connection) as few:
        client.get("/readyz")
    for number in range(3, 9):
        keep(cast.source(f"s{number}"), actor="Ada", reason=f"Source {number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/readyz")
    assert len(many) == len(few) < 10


def test_a_migration_that_waits_is_named(client):
    MigrationRecorder(connection).record_unapplied("ledger", "0003_permalink")
    assert "Migration ledger.0003_permalink has not been applied." in told(client)


def test_every_missing_trigger_is_named(client):
    triggers.remove(connection)
    assert len(told(client)) == len(triggers.missing(connection)) > 3


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE ledger_head SET number = 1", "The head says revision 1"),
        ("DELETE FROM ledger_head", "The head says revision 0"),
        ("UPDATE ledger_revision SET previous_hash = 'x' WHERE number = 2", "does not follow"),
        ("UPDATE ledger_revision SET reason = 'x' WHERE number = 2", "was changed after"),
        ("UPDATE ledger_version SET digest = 'x' WHERE revision_id = 2", "was changed after"),
    ],
)
def test_a_chain_that_does_not_end_as_it_should_is_named(client, revisions, sql, named):
    triggers.remove(connection)
    run(sql)
    triggers.install(connection)
    assert any(named in fault for fault in told(client))


def test_a_database_that_does_not_answer_is_said_at_once(client, monkeypatch):
    def silent():
        raise DatabaseError("no route to host, user registry")

    monkeypatch.setattr(health.integrity, "faults_at_hand", silent)
    assert told(client) == ["The database does not answer."]


def test_health_is_told_without_an_account_where_reading_needs_one(client, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/.well-known/security.txt").status_code == 200
    assert client.get("/countries/").status_code == 302


def test_figures_are_for_those_who_know_the_token(client, settings, revisions):
    settings.METRICS_TOKEN = "a token for figures"
    client.get("/countries/")
    page = client.get("/metrics", headers=TOKEN)
    assert page.status_code == 200
    assert "registry_revision 2.0" in page.text
    assert 'registry_requests_total{method="GET",place="/countries/",status="200"}' in page.text
    assert "registry_request_seconds_bucket" in page.text
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}])
def test_without_a_token_there_are_no_figures(client, headers):
    assert client.get("/metrics", headers=headers).status_code == 404


def test_addresses_that_are_none_are_one_series(client, settings):
    settings.METRICS_TOKEN = "a token for figures"
    for number in range(3):
        client.get(f"/no-such-place-{number}/")
    assert "no-such-place" not in client.get("/metrics", headers=TOKEN).text


def test_a_finder_of_a_weakness_is_told_whom_to_tell(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@registry.example"
    text = client.get("/.well-known/security.txt")
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "Contact: mailto:security@registry.example\nExpires: 2" in text.text


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_done_by_asking_after_health(client, address):
    assert client.post(address).status_code in (403, 405)


def test_a_problem_has_the_one_shape(client, revisions):
    triggers.remove(connection)
    body = unready(client)
    assert set(body) == set(problem_of(client.get("/api/v1/nowhere/"), 404))
