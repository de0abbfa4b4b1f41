"""The questions on the shipped dataset: what issue 2 asks to be answered, through the API."""

import pytest

from tests.api.places import ask

CURATORS = {"imports", "proposals", "webhooks"}  # what anonymous readers are asked to sign in for


def in_force(client, query: str, certainty: str = "certain") -> list[str]:
    """Countries in force, in the answer's only type."""
    answer = ask(client, "matrix", query)
    kind = answer["types"][0]
    return [
        row["country"]
        for row in answer["rows"]
        if row["cells"].get(kind, {}).get("status") == "in_force"
        and row["cells"][kind]["certainty"] == certainty
    ]


def cell(client, country: str, query: str) -> dict:
    """One country's cell in the answer's only type."""
    answer = ask(client, "matrix", query)
    cells = {row["country"]: row["cells"] for row in answer["rows"]}
    return cells.get(country, {}).get(answer["types"][0], {})


def test_on_2021_08_10_exactly_eight_security_of_supply_arrangements_hold(client, registry):
    certain = in_force(client, "as_of=2021-08-10&type=sosa")

    assert sorted(certain) == ["AUS", "ESP", "FIN", "GBR", "ITA", "NLD", "NOR", "SWE"]


@pytest.mark.parametrize(
    "day, status, certainty",
    [
        ("2023-01-11", "in_force", "possible"),
        ("2023-01-13", "in_force", "certain"),
    ],
)
def test_japans_arrangement_begins_between_two_days(client, registry, day, status, certainty):
    found = cell(client, "JPN", f"as_of={day}&type=sosa")

    assert (found["status"], found["certainty"]) == (status, certainty)


def test_before_that_japan_has_none(client, registry):
    assert cell(client, "JPN", "as_of=2023-01-10&type=sosa").get("status") != "in_force"


def test_a_possible_cell_names_the_other_statuses(client, registry):
    assert cell(client, "JPN", "as_of=2023-01-11&type=sosa")["alternatives"]


@pytest.mark.parametrize("day, status", [("2016-10-01", "signed"), ("2016-12-22", "in_force")])
def test_estonias_memorandum_is_signed_then_in_force(client, registry, day, status):
    assert cell(client, "EST", f"as_of={day}&type=rdp-mou")["status"] == status


def test_the_industrial_base_grows_twice(client, registry):
    assert in_force(client, "as_of=2016-12-22&type=ntib") == ["CAN"]
    assert in_force(client, "as_of=2016-12-23&type=ntib") == ["AUS", "CAN", "GBR"]
    assert in_force(client, "as_of=2022-12-22&type=ntib") == ["AUS", "CAN", "GBR"]
    assert in_force(client, "as_of=2022-12-23&type=ntib") == ["AUS", "CAN", "NZL", "GBR"]


def test_canadas_cell_is_none_confirmed_with_conflicts(client, registry):
    found = cell(client, "CAN", "as_of=2026-01-01&type=sosa")

    assert (found["status"], found["certainty"]) == ("none", "confirmed")
    assert found["basis"] and found["conflicts"] > 0


def test_what_is_not_recorded_never_looks_like_a_no(client, registry):
    for query in ("as_of=1990-01-01", "as_of=2026-01-01&rows=all"):
        for row in ask(client, "matrix", query)["rows"]:
            for found in row["cells"].values():
                assert (found["status"] is None) == (found["certainty"] == "not_recorded")


def test_the_matrix_repeats_its_clocks(client, registry):
    now = ask(client, "matrix")
    then = ask(client, "matrix", "as_of=2090-01-01&known_at=1")

    assert now["known_at"] is None and now["revision"] == 1 and "projected" not in now
    assert (then["as_of"], then["known_at"], then["projected"]) == ("2090-01-01", "1", True)


def test_the_matrix_is_limited_by_grouping_region_status_and_rows(client, registry):
    quad = ask(client, "matrix", "grouping=quad&as_of=2024-01-01&type=sosa")
    oceania = ask(client, "matrix", "region=oceania&type=ntib,sosa&as_of=2024-01-01")
    signed = ask(client, "matrix", "status=signed&type=rdp-mou&as_of=2016-10-01")

    assert [row["country"] for row in quad["rows"]] == ["AUS", "IND", "JPN"]
    assert {row["region"] for row in oceania["rows"]} == {"Oceania"}
    assert oceania["types"] == ["ntib", "sosa"]
    assert "EST" in {row["country"] for row in signed["rows"]}
    assert len(ask(client, "matrix", "rows=all")["rows"]) == 248


def test_coverage_counts_members_and_names_what_was_assumed(client, registry):
    asked = "grouping=nato&type=sosa&as_of=2026-01-01"
    plain = ask(client, "coverage", asked)
    assumed = ask(client, "coverage", f"{asked}&assume=CAN:sosa,MEX:sosa")

    assert (plain["type"], plain["members"], plain["assumed"]) == ("sosa", 31, [])
    assert "CAN" in plain["missing"] and "USA" not in plain["missing"]
    assert assumed["assumed"] == ["CAN"]
    assert len(assumed["covered"]) == len(plain["covered"]) + 1


def test_the_difference_between_two_days(client, registry):
    found = ask(client, "diff", "from=2021-07-28&to=2026-11-21&type=sosa")

    assert found["from"]["as_of"] == "2021-07-28"
    assert found["to"]["known_at"] is None
    entered = {row["country"]: (row["before"], row["after"]) for row in found["entered"]}
    assert entered["JPN"][1] == "in_force"
    assert found["left"] == []


def test_the_same_point_twice_differs_in_nothing(client, registry):
    asked = "from=2021-07-28&to=2021-07-28&from_known_at=1"
    found = ask(client, "diff", asked)

    assert found["entered"] == found["left"] == found["changed"] == []


def test_the_trend_counts_what_the_matrix_counts(client, registry):
    asked = "type=sosa&from=2015-08-10&to=2025-08-10&step=year"
    points = ask(client, "trend", asked)["points"]

    assert len(points) == 11
    for point in points:
        day = f"as_of={point['as_of']}&type=sosa"
        assert point["certain"]["sosa"] == len(in_force(client, day))
        assert point["possible"]["sosa"] == len(in_force(client, day, "possible"))


def test_search_finds_by_alias_without_accents(client, registry):
    best = ask(client, "search", "q=turkiye")["results"][0]

    assert (best["kind"], best["key"]) == ("country", "TUR")


def test_the_index_names_every_endpoint_and_each_answers(client, full):
    endpoints = ask(client, "")["endpoints"]

    needed = {
        "coverage": "?grouping=nato&type=sosa",
        "side-by-side": "?countries=AUS,CAN",
        "diff": "?from=2021-01-01",
        "evidence": "?subject_kind=country&subject=CAN",
        "gaps": "?grouping=nato",
        "pathways": "?direction=us_buys&country=NOR",
        "reciprocity": "?a=USA&b=NOR",
        "search": "?q=a",
    }
    for name, url in endpoints.items():
        answer = client.get(url + needed.get(name, ""))
        assert answer.status_code == (401 if name in CURATORS else 200)
