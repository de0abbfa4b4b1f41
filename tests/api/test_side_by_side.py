"""Countries side by side through the API: the page's answers, line by line, and as a file."""

import pytest

from tests.api.places import ask, parameters_of, refuse

ASKED = "countries=AUS,IND,CHE&as_of=2026-11-21"


def line(answer: dict, about: str, key: str = "") -> dict:
    return next(one for one in answer["lines"] if (one["about"], one["key"]) == (about, key))


def test_a_line_has_an_answer_a_country_in_the_order_asked(client, registry):
    answer = ask(client, "side-by-side", ASKED)
    sosa = line(answer, "type", "sosa")
    assert [one["country"] for one in sosa["answers"]] == answer["countries"]
    assert [one["answer"] for one in sosa["answers"]][:2] == ["in_force", "in_force"]
    assert sosa["answers"][1]["agreement"] == "sosa-ind"


def test_what_differs_from_the_first_country_is_said(client, registry):
    answer = ask(client, "side-by-side", ASKED)
    for one in answer["lines"]:
        assert one["answers"][0]["differs"] is False
        assert one["differs"] == any(each["differs"] for each in one["answers"])
    quad = line(answer, "grouping", "quad")
    assert [each["differs"] for each in quad["answers"]] == [False, False, True]


def test_the_cells_are_those_of_the_matrix(client, registry):
    answer = ask(client, "side-by-side", ASKED)
    rows = {row["country"]: row for row in ask(client, "matrix", "as_of=2026-11-21")["rows"]}
    for each in line(answer, "type", "rdp-mou")["answers"]:
        cell = rows.get(each["country"], {"cells": {}})["cells"].get("rdp-mou", {})
        assert each["answer"] == (cell.get("status") or "not_recorded")


def test_a_code_says_what_it_waits_for(client, registry):
    answer = ask(client, "side-by-side", "countries=IND,SWE&as_of=2024-08-23")
    code = line(answer, "code")
    assert (code["answers"][0]["answer"], code["answers"][0]["note"]) == (
        "not_in_place",
        "code of conduct being instituted",
    )


def test_the_page_and_the_file_have_the_same_rows(client, registry):
    page = client.get("/compare/countries/?c=AUS,IND&as_of=2026-11-21").content.decode()
    address = "/api/v1/side-by-side/?as_of=2026-11-21&amp;countries=AUS,IND&amp;format=csv"
    assert f'href="{address}"' in page
    content = client.get(address.replace("&amp;", "&") + "&bom=0").getvalue().decode()
    lines = ask(client, "side-by-side", "countries=AUS,IND&as_of=2026-11-21")["lines"]
    assert len(content.splitlines()) == 1 + 2 * len(lines)
    assert "type,sosa,SOSA,IND,India,in_force,certain,2024-08-22,sosa-ind,,false" in content


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("", "countries"),
        ("countries=AUS", "countries"),
        ("countries=AUS,CAN,GBR,IND,NOR", "countries"),
        ("countries=AUS,ZZZ", "countries"),
        ("countries=AUS,CAN&as_of=x", "as_of"),
        ("countries=AUS,CAN&colour=red", "colour"),
    ],
)
def test_countries_that_cannot_be_compared_are_refused_by_name(client, registry, asked, named):
    assert named in parameters_of(refuse(client, "side-by-side", asked))
