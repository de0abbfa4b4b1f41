"""Comparing: two points with corrections apart, and countries side by side."""

import re
from html import unescape

import pytest

from agreements.models import Event
from sosa_registry.ledger.actions import keep


@pytest.fixture
def page(client, registry):
    """The text of a page."""
    return lambda address: unescape(client.get(address, follow=True).content.decode())


@pytest.fixture
def corrected(registry):
    """Denmark's entry into force corrected in revision 2, from February to June 2023."""
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-06-01"
    keep(event, actor="editor", reason="In force later", kind="correction")


def differing(text: str, line: str) -> list[str]:
    """The countries whose answer on a line differs from the first's."""
    row = re.search(rf"<tr><th scope=\"row\"><a [^>]*><bdi>{line}</bdi>.*?</tr>", text, re.S)[0]
    cells = re.findall(r'<td data-label="([^"]*)">(.*?)</td>', row, re.S)
    return [name for name, said in cells if "≠ differs" in said]


def test_a_correction_stands_apart_from_what_happened(page, corrected):
    found = page("/compare/?from=2023-03-01&from_known_at=1&to=2023-03-01&to_known_at=2&type=sosa")
    world, registry = found.split("<h2>In the registry only</h2>")
    assert "Denmark" not in world
    assert "Denmark" in registry


def test_one_state_of_knowledge_has_no_corrections(page):
    assert "In the registry only" not in page("/compare/?from=2021-07-28&to=2026-11-21")


def test_differing_answers_are_marked_in_words(page):
    found = page("/compare/countries/?c=AUS,CAN,GBR&as_of=2026-11-21")
    assert differing(found, "NTIB") == []
    assert differing(found, "SOSA") == ["Canada"]


def test_countries_can_be_named_in_any_way(page):
    found = page("/compare/countries/?c=australia, gb, Türkiye")
    assert "Australia, United Kingdom, Turkey side by side" in found


def test_a_chosen_country_joins_those_typed(client, registry):
    response = client.get("/compare/countries/?c=AUS,CAN&add=GBR&as_of=2021-08-10")
    assert response.status_code == 302
    assert response.url == "/compare/countries/?as_of=2021-08-10&c=AUS,CAN,GBR"


def test_one_country_asks_for_another(page):
    assert "Australia, and which other?" in page("/compare/countries/?c=AUS")
    assert "Type two to four countries" in page("/compare/countries/")


@pytest.mark.parametrize(
    ("asked", "field"),
    [("c=AUS,CAN,GBR,IND,JPN", "c"), ("c=AUS,ZZZ", "c"), ("c=AUS,CAN,GBR,IND&add=JPN", "add")],
)
def test_countries_that_cannot_be_compared_are_refused_beside_the_field(
    client, registry, asked, field
):
    response = client.get(f"/compare/countries/?{asked}")
    assert response.status_code == 400
    assert f'id="error-{field}"' in response.content.decode()
