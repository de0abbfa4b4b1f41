"""What the docs name exists, and what operators need is named: commands, settings, addresses."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
DOCS = {path.name: path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]}
EVERYTHING = "\n".join(DOCS.values())
OURS = {"agreements", "partners", "sosa_registry.accounts", "sosa_registry.ledger"}


def test_every_command_that_the_docs_name_exists():
    named = set(re.findall(r"manage\.py (\w+)", EVERYTHING))
    assert named
    assert named <= set(get_commands())


def test_every_command_of_ours_is_named():
    ours = {name for name, app in get_commands().items() if str(app) in OURS}
    named = set(re.findall(r"manage\.py (\w+)", EVERYTHING))
    assert ours <= named


def test_every_make_target_is_named_and_the_reverse():
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)\b", DOCS["README.md"])) <= made
    assert made - {"help"} <= set(re.findall(r"make ([a-z]+)\b", DOCS["README.md"]))


def test_every_setting_from_the_environment_is_named():
    read = set(
        re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "sosa_registry/settings.py").read_text())
    )
    assert read
    assert not [name for name in read if name not in DOCS["README.md"]]


@pytest.mark.parametrize(
    "address", sorted(set(re.findall(r"`(/[a-z][\w/.?=&,:-]*)`", EVERYTHING))) or ["/"]
)
def test_every_address_that_the_docs_name_resolves(address):
    path = address.partition("?")[0].replace("/N/", "/1/")
    try:
        resolve(path)
    except Resolver404:
        pytest.fail(f"{address} is no address of the registry")


def test_every_file_that_the_docs_name_is_there():
    named = set(re.findall(r"\]\(([\w/.-]+\.(?:md|png))\)", EVERYTHING))
    named |= set(
        re.findall(r"`((?:agreements|docs|fixtures|partners|sosa_registry)/[\w/.-]+)`", EVERYTHING)
    )
    assert named
    places = (ROOT, ROOT / "docs")
    assert not [name for name in named if not any((place / name).exists() for place in places)]


def test_the_changelog_holds_the_version():
    assert f"## {settings.VERSION}" in (ROOT / "CHANGELOG.md").read_text()
