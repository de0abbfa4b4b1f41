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
    [({"SECRET_KEY": None}, "SECRET_KEY"), ({"SITE_URL": "http://registry.example"}, "SITE_URL")],
)
def test_it_does_not_start_without_a_secret_or_over_plain_http(change, told):
    done = check(**change)
    assert done.returncode != 0
    assert told in done.stderr
