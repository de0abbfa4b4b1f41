"""Each test that the table of security names is there, and what is not met is said twice."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_what_the_table_names_exists(file, test):
    text = (ROOT / file).read_text()
    assert not test or f"def {test}(" in text


def test_what_is_not_met_is_said_twice():
    rows = [row for row in TABLE.splitlines() if row.startswith("|") and "**" in row]
    end = TABLE.partition("## Not met")[2]
    assert rows
    assert not [row for row in rows if re.search(r"\d+\.\d+\.\d+", row)[0] not in end]
