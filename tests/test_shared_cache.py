"""A shared cache that does not answer is an empty one: readers see no error."""

import pytest

from sosa_registry.shared_cache import ForgivingRedisCache


@pytest.fixture
def unreachable():
    """A cache in a Redis that nobody runs: port 1 of this machine."""
    return ForgivingRedisCache("redis://127.0.0.1:1/0", {})


def test_nothing_is_found_in_it(unreachable):
    assert unreachable.get("answer") is None
    assert unreachable.get("answer", "none") == "none"


def test_keeping_something_in_it_does_nothing(unreachable):
    unreachable.set("answer", 1)
    assert unreachable.add("answer", 1)
    assert unreachable.get_or_set("answer", lambda: 2) == 2


def test_it_is_said_in_the_log(unreachable, caplog):
    unreachable.get("answer")
    assert "does not answer" in caplog.text


def test_counting_in_it_counts_each_time_as_the_first(unreachable):
    assert unreachable.incr("asked") == 1
    assert unreachable.incr("asked") == 1
