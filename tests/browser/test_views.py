"""Matrix, map and trend in a real browser: the tabs, the keyboard on the map, the slider."""

import re

from playwright.sync_api import expect

REDUCED = {"reduced_motion": "reduce"}


def test_the_three_views_are_one_click_apart_without_scripts(live_registry, no_js_page):
    page = no_js_page
    page.goto("/?as_of=2021-08-10&type=sosa")
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.get_by_text("in force with 8 countries")).to_be_visible()
    page.get_by_role("link", name="Trend", exact=True).click()
    expect(page.get_by_label("Type", exact=True)).to_have_value("sosa")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Matrix").click()
    expect(page).to_have_url(re.compile(r"/\?as_of=2021-08-10&type=sosa$"))
    expect(page.locator(".matrix .totals b")).to_have_text("8")


def test_a_country_on_the_map_is_reached_and_opened_with_the_keyboard(live_registry, page):
    page.goto("/map/?as_of=2021-08-10&type=sosa")
    country = page.locator(".map a[aria-label^='Australia: In force']")
    country.focus()
    stroke = "one => getComputedStyle(one.querySelector('path')).strokeWidth"
    page.keyboard.press("Shift+Tab")
    assert country.evaluate(stroke) != "3px"
    page.keyboard.press("Tab")
    expect(country).to_be_focused()
    assert country.evaluate(stroke) == "3px"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/agreements/sosa-aus/"))


def test_the_slider_steps_to_the_next_change_in_place(live_registry, page):
    page.goto("/?as_of=2023-01-11&type=sosa")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"as_of=2023-01-12&type=sosa$"))
    expect(page.get_by_label("As of", exact=True)).to_have_value("2023-01-12")
    expect(page.get_by_text("on 12 January 2023")).to_be_visible()
    expect(page.get_by_role("slider")).to_be_focused()
    expect(page.get_by_role("link", name="Map", exact=True)).to_have_attribute(
        "href", "/map/?as_of=2023-01-12&type=sosa"
    )


def test_play_goes_on_until_it_is_paused(live_registry, page):
    page.goto("/map/?as_of=2021-08-10")
    page.get_by_role("button", name="Play").click()
    expect(page).to_have_url(re.compile(r"as_of=2021-11-09$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_who_wants_no_motion_has_the_slider_but_no_play(live_registry, open_context):
    with open_context(**REDUCED) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("slider")).to_be_visible()
        expect(page.get_by_role("button", name="Play")).to_have_count(0)
