"""Settings refuse to be unsafe: a deployment starts with everything set or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFE = {
    "SITE_URL": "https://registry.example",
    "SECRET_KEY": "k3y-" * 20 + "abcdefghijklmnop",
    "ALLOWED_HOSTS": "registry.example",
    "DEBUG": "false",
}


def check(**changes):
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {*SAFE, "DJANGO_SETTINGS_MODULE", "PORT"}
    } | {key: value for key, value in (SAFE | changes).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_a_deployment_passes_djangos_own_check():
    done = check()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "too short"}, "SECRET_KEY"),
        ({"SITE_URL": "http://registry.example"}, "SITE_URL"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DEBUG": "true"}, "DEBUG"),
    ],
)
def test_it_does_not_start_without_a_secret_hosts_and_https_or_with_debug(change, told):
    done = check(**change)
    assert done.returncode != 0
    assert told in done.stderr


SHOWN = """
from django.conf import settings
for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
             "REQUIRE_SECOND_FACTOR", "SECURE_HSTS_INCLUDE_SUBDOMAINS"):
    assert getattr(settings, name) is True, name
assert settings.SECURE_HSTS_SECONDS >= 31_536_000
assert settings.SESSION_COOKIE_NAME.startswith("__Host-")
assert settings.CSRF_COOKIE_NAME.startswith("__Host-")
assert settings.DEBUG is False
from django.test import Client
answer = Client().get("/healthz", secure=True, headers={"host": "registry.example"})
assert "max-age=31536000; includeSubDomains" in answer["Strict-Transport-Security"]
sent = Client().get("/countries/", headers={"host": "registry.example"})
assert sent["Location"] == "https://registry.example/countries/", sent.status_code
assert Client().get("/healthz", headers={"host": "registry.example"}).status_code == 200
plain = Client().get("/api/v1/countries/", headers={"host": "registry.example"})
assert (plain.status_code, plain["Content-Type"]) == (403, "application/problem+json")
assert "https" in plain.json()["detail"] and "default-src" in plain["Content-Security-Policy"]
print("all of it")
"""


def test_an_https_address_brings_everything_that_protects_it():
    environment = {key: value for key, value in os.environ.items() if key != "PORT"} | SAFE
    environment["DJANGO_SETTINGS_MODULE"] = "sosa_registry.settings"
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{SHOWN}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "all of it\n", done.stderr
