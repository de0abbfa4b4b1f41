"""What is installed is what was reviewed: every package pinned, and by its hashes."""

import re
from pathlib import Path

import pytest

NAMES = ("requirements", "requirements-dev", "requirements-bench", "requirements-scan")
ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[\w,-]+\])?==([\w.]+)", re.MULTILINE)


def named(text: str) -> dict[str, str]:
    """Each pinned package and its version, names as the index writes them."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PINNED.findall(text)}


def asked(name: str) -> dict[str, str]:
    """What a requirement file pins, with what it includes."""
    text = (ROOT / f"{name}.txt").read_text()
    found = named(text)
    for included in re.findall(r"^-r (\S+)\.txt", text, re.MULTILINE):
        found |= asked(included)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_lock_has_everything_that_is_asked_for_in_that_version(name):
    locked = named((ROOT / f"{name}.lock").read_text())
    assert not {k: v for k, v in asked(name).items() if locked.get(k) != v}, "run `make lock`"


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_the_lock_is_pinned_with_hashes(name):
    text = (ROOT / f"{name}.lock").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) > 20
    assert not [line for line in lines if "--hash=sha256:" not in line or "==" not in line]


@pytest.mark.parametrize("name", NAMES)
def test_the_lock_names_no_place_to_fetch_from(name):
    assert not re.search(r"://|index|find-links", (ROOT / f"{name}.lock").read_text())


def test_every_requirement_says_why_it_is_here():
    for name in NAMES:
        for line in (ROOT / f"{name}.txt").read_text().splitlines():
            assert line.startswith(("#", "-r ")) or "  # " in line, line
