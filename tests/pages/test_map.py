"""The map and the trend: views of the matrix's query, each with a table as its equal."""

import csv
import re
from html import unescape

import pytest

from agreements.views.world import world
from tests.snapshot import FIXTURES

ASKED = "as_of=2021-08-10&known_at=1&grouping=nato&region=Europe&type=sosa&min_grade=C"


@pytest.fixture
def page(client, registry):
    """The text of a page."""
    return lambda address: unescape(client.get(address).content.decode())


def links(text: str) -> dict[str, str]:
    """What the map's links say, by country."""
    drawn = text[text.index('<svg class="map"') : text.index("<figcaption>")]
    return dict(re.findall(r'aria-label="([^:"]+): ([^"]*)"', drawn[60:]))


def test_every_country_of_the_dataset_has_an_outline_or_a_mark():
    with (FIXTURES / "countries.csv").open(encoding="utf-8-sig") as file:
        codes = {row["country"] for row in csv.DictReader(file)}
    drawn = world()
    assert codes
    assert codes - {*drawn.paths, *drawn.marks} == set()


def test_no_outline_runs_across_the_whole_map():
    for code, path in world().paths.items():
        steps = [abs(int(n)) for n in re.findall(r"-?\d+", re.sub(r"M\d+ \d+", "", path))]
        assert max(steps) < 300, code


def test_a_small_country_with_an_answer_is_marked(page):
    found = page("/map/?type=sosa")
    singapore = re.search(r'aria-label="Singapore: [^"]*"><title>.*?</a>', found, re.S)[0]
    assert "<circle" in singapore


def test_the_map_and_the_table_beneath_name_the_same_countries(page):
    found = page("/map/?as_of=2021-08-10&type=sosa")
    rows = re.findall(r'<th scope="row"><a href="/countries/\w+/[^"]*"><bdi>(.*?)</bdi>', found)
    assert sorted(links(found)) == sorted(rows)
    in_force = [name for name, said in links(found).items() if said.startswith("In force")]
    assert len(in_force) == 8


def test_a_status_is_told_by_pattern_and_words_not_by_colour_alone(page):
    found = page("/map/?as_of=2023-06-01&type=sosa")
    assert re.search(r'<a class="m-paper_only" [^>]*aria-label="Norway: In force', found)
    assert 'id="m-paper_only"' in found


def test_absence_is_drawn_as_what_it_is(page):
    assert re.search(r'<g class="m-none"><title>Brazil: None, confirmed', page("/map/?type=sosa"))
    assert re.search(
        r'<g class="m-not_recorded"><title>Brazil: Not recorded', page("/map/?type=audit")
    )


def test_the_map_shows_one_type_and_says_so_when_several_were_asked(page):
    assert "this is the first of those asked for" in page("/map/?type=rdp-mou,sosa")
    assert "this is the first" not in page("/map/")


@pytest.mark.parametrize("address", ["/", "/map/", "/trend/"])
def test_the_three_views_keep_the_whole_query(page, address):
    found = page(f"{address}?{ASKED}")
    tabs = re.findall(r'<li><a href="([^"]*)"', found[found.index('class="views"') :])[:3]
    for tab, place in zip(tabs, ("/", "/map/", "/trend/"), strict=True):
        path, _, query = tab.partition("?")
        assert path == place
        assert sorted(query.split("&")) == sorted(ASKED.split("&"))


def test_the_slider_knows_the_days_on_which_something_changes(page):
    for address in ("/", "/map/"):
        days = re.search(r'data-days="([^"]*)"', page(address))[1].split()
        assert "2021-07-28" in days
        assert days == sorted(days)


def test_the_trend_has_a_row_for_every_day_and_a_panel_for_every_type_ever_in_force(page):
    found = page("/trend/?from=2015-08-10&to=2025-08-10&type=sosa,contract")
    assert len(re.findall(r'<th scope="row" class="nowrap">', found)) == 11
    assert found.count('<svg class="panel"') == 1
    assert "Never in force in this span: Contract." in found


def test_the_trend_marks_days_to_come(page):
    found = page("/trend/?from=2040-01-01&to=2041-06-01&as_of=2041-01-01")
    assert '2040-01-01 <span class="muted">projected' in found


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/trend/?from=2030-01-01&to=2020-01-01", "from"),
        ("/trend/?from=x", "from"),
        ("/trend/?to=2021-02-30", "to"),
        ("/trend/?from=1000-01-01&step=month", "to"),
        ("/trend/?step=day", "step"),
        ("/map/?type=soso", "type"),
        ("/map/?as_of=soon", "as_of"),
    ],
)
def test_a_map_or_trend_that_cannot_be_is_a_calm_page(client, registry, address, field):
    response = client.get(address)
    assert response.status_code == 400
    assert f'id="error-{field}"' in response.content.decode()


def test_the_map_is_far_below_a_hundred_kilobytes_over_the_wire(client, registry):
    response = client.get("/map/", headers={"Accept-Encoding": "gzip"})
    assert len(response.content) < 30_000
