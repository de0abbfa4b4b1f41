"""Gaps through the API."""

import pytest

from tests.api.places import ask, parameters_of, refuse


def test_the_gaps_are_what_coverage_calls_missing(client, registry):
    asked = "grouping=nato&type=sosa&as_of=2026-01-01"
    found, covered = ask(client, "gaps", asked), ask(client, "coverage", asked)
    assert found["coverage"][0]["missing"] == covered["missing"]
    assert found["gaps"] == len(covered["missing"]) == 19
    best = found["ranking"][0]
    assert (best["party"], best["is_grouping"], len(best["closes"])) == ("nato", True, 19)


def test_what_is_assumed_is_repeated_and_counts(client, registry):
    found = ask(client, "gaps", "countries=TWN,MEX&type=sosa&assume=TWN:sosa,nato:audit")
    assert found["assumed"] == ["TWN:sosa", "nato:audit"]
    assert found["coverage"][0]["assumed"] == ["TWN"]
    assert found["countries"] == ["MEX", "TWN"]


def test_the_ranking_is_a_file_too(client, registry):
    response = client.get("/api/v1/gaps/?countries=TWN,MEX&type=sosa&format=csv&bom=0")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0] == "party,is_grouping,type,closes"
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("", {"grouping", "countries"}),
        ("grouping=nato&countries=AUS", {"grouping", "countries"}),
        ("countries=AUS,ZZZ", {"countries"}),
        ("grouping=nato&assume=TWN", {"assume"}),
    ],
)
def test_gaps_that_cannot_be_are_refused_by_name(client, registry, asked, named):
    assert parameters_of(refuse(client, "gaps", asked)) == named
