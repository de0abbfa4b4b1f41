"""The whole registry over HTTP: the package that the command writes, at any state of knowledge."""

import io
import json
import zipfile

import pytest

from agreements.exchange import package
from agreements.models import Agreement
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin
from tests.api.places import parameters_of, problem_of

ADDRESS = "/api/v1/exports/registry.zip"


def unpacked(response) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def two_revisions(registry):
    noted = Agreement.objects.get(slug="sosa-aus")
    noted.note = "Learned later"
    keep(noted, actor="ed", reason="A note")


def test_it_is_the_package_that_the_command_writes(client, registry):
    response = client.get(ADDRESS)

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="registry_revision-1.zip"'
    assert unpacked(response) == dict(package.files(pin()))


def test_an_earlier_state_is_had_for_ever(client, two_revisions):
    then, now = client.get(f"{ADDRESS}?known_at=1"), client.get(ADDRESS)

    assert "immutable" in then["Cache-Control"] and "immutable" not in now["Cache-Control"]
    then, now = unpacked(then), unpacked(now)
    assert then == dict(package.files(pin(1)))
    assert "Learned later" not in then["agreements.csv"]
    assert "Learned later" in now["agreements.csv"]
    assert json.loads(now["datapackage.json"])["revision"] == 2


def test_who_has_it_is_told_so(client, registry):
    tag = client.get(ADDRESS)["ETag"]

    assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "query, name",
    [
        ("known_at=9", "known_at"),
        ("known_at=x", "known_at"),
        ("as_of=2021-01-01", "as_of"),
        ("format=csv", "format"),
    ],
)
def test_what_it_cannot_answer_is_refused_by_name(client, registry, query, name):
    assert parameters_of(problem_of(client.get(f"{ADDRESS}?{query}"), 400)) == {name}


def test_it_is_a_zip_and_for_reading(client, registry):
    problem_of(client.get(ADDRESS, headers={"Accept": "text/csv"}), 406)
    problem_of(client.post(ADDRESS), 405)
