"""Each test that the table of security names is there, nothing of the list is left out of it, and
what is not met is said twice."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)))
NUMBER = r"\d+\.\d+\.\d+"
# How many items of each section of ASVS 5.0.0 are of level 1 or 2; they come first in each.
SECTIONS = """1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3
7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11
10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5
13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1
17.2:4 17.3:2"""
IN_ALL = 253  # 70 of level 1, 183 of level 2


def items() -> set[str]:
    """Every item of levels 1 and 2."""
    counted = (section.split(":") for section in SECTIONS.split())
    return {f"{name}.{n}" for name, many in counted for n in range(1, int(many) + 1)}


def numbers(text: str) -> set[str]:
    """The items that a text names, one by one or as a range."""
    found = set(re.findall(NUMBER, text))
    for first, last in re.findall(rf"({NUMBER})–({NUMBER})", text):
        section, _, begin = first.rpartition(".")
        assert last.startswith(f"{section}."), text
        found |= {f"{section}.{n}" for n in range(int(begin), int(last.rpartition(".")[2]) + 1)}
    return found


def named_in_the_table() -> set[str]:
    rows = [row.split("|")[1] for row in TABLE.splitlines() if row.startswith("| ")]
    return set().union(*map(numbers, rows))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_what_the_table_names_exists(file, test):
    text = (ROOT / file).read_text()
    assert not test or f"def {test}(" in text


def test_every_item_is_in_the_table_or_said_not_to_apply():
    apart = numbers(TABLE.partition("## Encoding")[0])
    assert len(items()) == IN_ALL
    assert not apart & named_in_the_table()
    assert items() - named_in_the_table() - apart == set()


def test_what_is_beyond_level_two_says_so():
    rows = [row.split("|")[1] for row in TABLE.splitlines() if row.startswith("| ")]
    assert not [r for r in rows if numbers(r) and not numbers(r) & items() and "level 3" not in r]


def test_what_is_not_met_is_said_twice():
    rows = [row for row in TABLE.splitlines() if row.startswith("|") and "**" in row]
    end = TABLE.partition("## Not met")[2]
    assert rows
    assert not [row for row in rows if re.search(NUMBER, row)[0] not in end]
    assert numbers(end) == set().union(*(numbers(row.split("|")[1]) for row in rows))
