"""Neighbours on other machines who are spoken to plainly are named by `check --deploy`."""

from types import SimpleNamespace

import environ
import pytest
from django.core.checks import run_checks

from sosa_registry import neighbours

env = environ.Env()
QUIET = {
    "DATABASES": {},
    "CACHES": {},
    "CLAMD": "",
    "EMAIL_BACKEND": "console",
    "EMAIL_HOST": "",
    "EMAIL_USE_TLS": False,
    "EMAIL_USE_SSL": False,
}


@pytest.fixture
def told(monkeypatch):
    """What is said of a registry with such settings and no other neighbours."""

    def of(**settings) -> list[str]:
        monkeypatch.setattr(neighbours, "settings", SimpleNamespace(**QUIET | settings))
        return neighbours.spoken_to_plainly()

    return of


def database(address: str) -> dict:
    return {"DATABASES": {"default": {"OPTIONS": {}} | env.db_url_config(address)}}


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////srv/registry.sqlite3",
        "postgres:///registry",
        "postgres://registry:x@127.0.0.1/registry",
        "postgres://registry:x@localhost:5433/registry",
        "postgres://registry@db.example/registry?sslmode=verify-full",
    ],
)
def test_a_database_here_or_held_to_its_name_is_no_matter(told, address):
    assert told(**database(address)) == []


@pytest.mark.parametrize("mode", ["", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"])
def test_a_database_elsewhere_that_could_be_another_is_named(told, mode):
    [said] = told(**database(f"postgres://registry:x@db.example/registry{mode}"))
    assert "“default”" in said and "sslmode=verify-full" in said


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("redis://127.0.0.1:6379/0", False),
        ("rediss://cache.example:6379/0", False),
        ("redis://cache.example:6379/0", True),
    ],
)
def test_a_shared_cache_elsewhere_is_spoken_to_by_tls(told, address, named):
    assert bool(told(CACHES={"answers": {"BACKEND": "x", "LOCATION": address}})) == named


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("consolemail://", False),
        ("smtp://localhost:25", False),
        ("smtp+tls://u:p@mail.example:587", False),
        ("smtp+ssl://u:p@mail.example:465", False),
        ("smtp://u:p@mail.example:25", True),
    ],
)
def test_a_mail_server_elsewhere_is_spoken_to_by_tls(told, address, named):
    assert bool(told(**env.email_url_config(address))) == named


@pytest.mark.parametrize(
    ("address", "named"),
    [("/run/clamav/clamd.ctl", False), ("127.0.0.1:3310", False), ("av.example:3310", True)],
)
def test_an_antivirus_elsewhere_is_named(told, address, named):
    assert bool(told(CLAMD=address)) == named


def test_djangos_check_of_a_deployment_says_so(told):
    assert told(**database("postgres://registry:x@db.example/registry"))
    said = run_checks(tags=["security"], include_deployment_checks=True)
    assert "registry.W001" in [one.id for one in said]
    assert "registry.W001" not in [one.id for one in run_checks(tags=["security"])]
