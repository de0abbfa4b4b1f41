"""No regular expression of ours can be worn out, and no long text or crowded body either."""

import re

import pytest
from gunicorn.config import LimitRequestLine

from agreements.exchange.firm_matching import score, words
from sosa_registry import asking, gunicorn
from sosa_registry.ledger import dates
from tests.hostile.confined import confined
from tests.hostile.patterns import PUMPED, longest, patterns, worn

FOUND = patterns()
LONG = 1_000_000
# Of the processor, for all texts together. What is linear takes a tenth of it or less; a repetition
# within another takes more than can be waited for.
SECONDS = 2
SECONDS_OF_AN_ADDRESS = 5  # the admin's own r/<path>/<path>/ is quadratic, in 4,094 signs at most


def test_the_walk_finds_them_all():
    assert len(FOUND) > 150
    assert any("asking.py" in place for place in FOUND)
    assert {place.split(".")[0] for place in FOUND} >= {"Country", "Source", "PublishedList"}


@pytest.mark.parametrize("bad", [r"(a+)+b", r"\s+x", r"(\w|a)*-b"])
def test_a_pattern_that_can_be_worn_out_is_noticed(bad):
    with pytest.raises(AssertionError, match="of the processor"):
        confined(worn, "compile", bad, seconds=SECONDS)


def test_an_address_is_no_longer_than_the_server_takes():
    assert LimitRequestLine.default == longest("address r/") and longest("Country.code") == PUMPED
    assert not hasattr(gunicorn, "limit_request_line")


def test_none_can_be_worn_out():
    for (way, pattern), place in {one: place for place, one in FOUND.items()}.items():
        seconds = SECONDS_OF_AN_ADDRESS if place.startswith("address ") else SECONDS
        tried = confined(worn, way, pattern, longest(place), seconds=seconds)
        assert tried > 10, place


def refusal_of(read, text: str) -> str:
    """What a reader says of a text; nothing when it takes it."""
    try:
        read(text)
    except (dates.NotADate, asking.BadParameter) as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("read", [dates.parse, asking.read_known_at, words])
@pytest.mark.parametrize("unit", ["1", "2020-", "~", "[", "..", "/", "a ", "A/", "\u0301", " "])
def test_no_reader_of_texts_is_worn_out(read, unit):
    assert len(confined(refusal_of, read, unit * (LONG // len(unit)))) < 1_000


def refused(value: str) -> str:
    return refusal_of(lambda text: asking.one_of("type", text, map(str, range(2_000))), value)


def test_a_long_value_is_not_compared_with_every_allowed_one():
    assert "Unknown value" in confined(refused, "v" * LONG)


def test_long_names_of_firms_are_compared_in_time():
    assert confined(score, "Aa " * 60, "Ab " * 60) < 100


def test_patterns_are_anchored_where_they_judge_a_whole_text():
    for place, (_, pattern) in FOUND.items():
        if place.split(".")[0][:1].isupper():
            assert re.match(r"\\A|\^", pattern) and pattern.endswith((r"\Z", "$")), place
