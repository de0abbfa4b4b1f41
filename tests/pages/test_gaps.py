"""Coverage and gaps: a grouping or picked countries, the ranking, what if, and refusals."""

from html import unescape

import pytest


@pytest.fixture
def page(client, registry):
    """The text of a page."""
    return lambda address: unescape(client.get(address).content.decode())


def test_the_addition_that_closes_most_comes_first_with_what_is_left(page):
    found = page("/gaps/?grouping=nato&type=sosa&as_of=2026-01-01")
    first = found[found.index("Additions, those that close most") :].split("</tr>")[1]
    assert '<td data-label="Closes" class="number">19</td>' in first
    assert "North Atlantic Treaty Organization" in first
    assert "closes 19; none left" in found


def test_an_addition_can_be_assumed_with_one_click_and_is_said_to_be(page):
    asked = "/gaps/?countries=AUS,NZL,TWN&type=sosa"
    assert 'href="?countries=AUS,NZL,TWN&type=sosa&assume=TWN:sosa"' in page(asked)
    found = page(f"{asked}&assume=TWN:sosa")
    assert "Assumed, not recorded: SOSA with Taiwan." in found
    assert "(assumed: Taiwan)" in found


def test_countries_can_be_picked_by_name(page):
    assert "Of 3 countries" in page("/gaps/?countries=australia, New Zealand, Turkey&type=sosa")


def test_no_gaps_is_said_rather_than_an_empty_table(page):
    assert "No gaps" in page("/gaps/?countries=AUS,GBR&type=sosa&as_of=2026-01-01")


def test_nothing_asked_says_what_to_do(page):
    assert "Choose a grouping, or type two or more countries" in page("/gaps/")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("grouping=nato&countries=AUS", "countries"),
        ("countries=ZZZ", "countries"),
        ("grouping=nato&type=soso", "type"),
        ("grouping=nato&assume=TWN", "assume"),
        ("grouping=nato&assume=mars:sosa", "assume"),
        ("grouping=natto", "grouping"),
    ],
)
def test_gaps_that_cannot_be_are_refused_beside_the_field(client, registry, asked, field):
    response = client.get(f"/gaps/?{asked}")
    assert response.status_code == 400
    assert f'id="error-{field}"' in response.content.decode()
