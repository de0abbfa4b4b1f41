"""What every page keeps: it answers, its HTML parses strictly, it carries the frame."""

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.pages.addresses import PAGES

WRONG = {
    "a day that is not": "/?as_of=2021-02-30",
    "a year that is not": "/countries/AUS/?as_of=99999-01-01",
    "several faults": "/?as_of=x&known_at=y&grouping=z&region=q&type=t&nonsense=1",
    "a page beyond the last": "/agreements/?page=1000000000",
    "an unknown record": "/countries/ZZZ/",
}


@pytest.fixture
def answer(client, registry):
    """Ask the server for an address."""
    return client.get


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_page_answers_in_strictly_parsed_html_with_one_heading_and_the_foot(answer, address):
    response = answer(address)
    page = response.content.decode()
    assert response.status_code == 200
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.count("<h1") == 1
    assert "Information, not legal advice" in page
    assert "/changes/1/" in page
    assert "/api/docs/" in page


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_page_has_nothing_that_the_content_policy_forbids(answer, address):
    page = answer(address).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick=" not in page
    data = page.count('<script type="application/ld+json">')  # which no browser runs
    assert page.count("<script") == page.count("<script src=") + data


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_page_asks_a_bounded_number_of_statements(answer, address):
    answer("/")  # the reference data of this state of the registry
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer(address)
    # Checks ask a statement or two a rule.
    most = {"/": 6, "/checks/": 45}
    assert len(captured) <= most.get(address.split("?")[0], 24)


@pytest.mark.parametrize("address", WRONG.values(), ids=WRONG)
def test_a_page_that_refuses_is_strict_html_too(answer, address):
    response = answer(address)
    assert response.status_code in (400, 404)
    html5lib.HTMLParser(strict=True).parse(response.content.decode())


def test_first_page_is_far_below_a_hundred_kilobytes_over_the_wire(answer):
    response = answer("/", headers={"Accept-Encoding": "gzip"})
    assert len(response.content) < 30_000
