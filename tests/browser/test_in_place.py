"""Filters, sorting, paging and the date control answer in place: no reload, nothing lost."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def reloads(page):
    """Every whole page that the browser loads from now on."""
    seen = []
    page.on(
        "request",
        lambda request: seen.append(request.url) if request.is_navigation_request() else None,
    )
    return seen


def test_narrowing_ordering_and_going_back(live_registry, page, reloads):
    page.goto("/agreements/")
    facets = page.locator(".facets")
    sosa = facets.get_by_role("link", name="SOSA")
    sosa.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/agreements/\?type=sosa$"))
    expect(facets.locator("[aria-current]", has_text="SOSA")).to_be_visible()
    expect(facets.get_by_role("link", name="SOSA")).to_be_focused()
    facets.get_by_role("link", name="Proposed 3").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_role("status")).to_have_text("3 agreements")
    page.locator("thead").get_by_role("link", name="Partner").click()
    expect(page.locator("thead [aria-sort]")).to_contain_text("Partner")
    assert len(reloads) == 1
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile(r"/agreements/\?(?!.*ordering).*status=proposed"))
    expect(page.locator("thead [aria-sort]", has_text="Partner")).to_have_count(0)


def test_another_day_and_a_form_with_empty_fields(live_registry, page, reloads):
    page.goto("/?as_of=2023-01-11&type=sosa")
    page.get_by_role("link", name="2023-01-12 →").click()
    expect(page.get_by_text("on 12 January 2023")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(1)
    page.get_by_label("Grouping", exact=True).select_option("nato")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"\?as_of=2023-01-12&grouping=nato&type=sosa$"))
    expect(page).to_have_title(re.compile("Matrix"))
    assert len(reloads) == 1


def test_a_refusal_shows_its_field_and_keeps_the_rest(live_registry, page, reloads, allow_problem):
    allow_problem("400")
    page.goto("/agreements/?type=sosa")
    page.get_by_label("As of", exact=True).evaluate("one => { one.type = 'text'; }")
    page.get_by_label("As of", exact=True).fill("soon")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#f-as_of")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#error-as_of")).to_be_visible()
    assert len(reloads) == 1


def test_an_answer_that_takes_its_time_says_so(live_registry, page):
    page.goto("/agreements/")
    held = []
    page.route("**/agreements/?type=sosa", lambda route: held.append(route))
    page.locator(".facets").get_by_role("link", name="SOSA").click()
    expect(page.get_by_role("status")).to_have_text("Still asking the registry …")
    expect(page.get_by_role("status")).to_be_in_viewport()
    held[0].continue_()
    expect(page.locator("#content[aria-busy]")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d+ agreements"))
