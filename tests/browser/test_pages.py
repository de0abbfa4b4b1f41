"""Every page in a real browser: accessible, quiet, no wider than the window, light and dark."""

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import expect

from tests.pages.addresses import PAGES

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 800}
PAPER = {"width": 794, "height": 1123}  # A4
LOOKS = {
    "wide-light": {"viewport": WIDE, "color_scheme": "light"},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow-light": {"viewport": NARROW, "color_scheme": "light"},
    "narrow-dark": {"viewport": NARROW, "color_scheme": "dark"},
}
AS_DEPLOYED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
HEAD = 300  # bytes, as the browser counts the head of an answer
WIDTH = "() => document.documentElement.scrollWidth"


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_quiet_and_fits_the_window(
    live_registry, open_context, axe, screenshot, look
):
    problems = {}
    with open_context(**LOOKS[look]) as context:
        page = context.new_page()
        for name, address in PAGES.items():
            page.goto(address)
            screenshot(page, f"{name}-{look}")
            page.evaluate(
                "() => document.querySelectorAll('details').forEach(one => one.open = true)"
            )
            found = axe(page)
            if page.evaluate(WIDTH) > LOOKS[look]["viewport"]["width"]:
                found.append("scrolls sideways")
            if found:
                problems[name] = found
    assert not problems


def test_a_refusal_is_accessible_and_leads_to_the_faulty_field(
    live_registry, page, axe, allow_problem
):
    allow_problem("status of 400")
    page.goto("/?as_of=2021-02-30&region=Europe")
    assert axe(page) == []
    field = page.get_by_label("As of", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == "2021-02-30"
    assert page.get_by_label("Region", exact=True).input_value() == "Europe"


def test_the_matrix_scrolls_in_its_own_box_and_keeps_head_and_first_column(
    live_registry, open_context
):
    with open_context(viewport=NARROW) as context:
        page = context.new_page()
        page.goto("/")
        box = page.locator(".matrix-box")
        box.evaluate("box => box.scrollTo(200, 300)")
        corner = page.locator(".matrix thead th").first.bounding_box()
        edge = box.bounding_box()
        assert abs(corner["x"] - edge["x"]) < 2
        assert abs(corner["y"] - edge["y"]) < 4
        name = page.locator(".matrix tbody th").nth(12).bounding_box()
        assert abs(name["x"] - edge["x"]) < 2


def test_the_head_of_the_matrix_stays_in_sight_on_a_wide_window(live_registry, open_context):
    with open_context(viewport=WIDE) as context:
        page = context.new_page()
        page.goto("/")
        page.locator(".matrix tbody tr").last.scroll_into_view_if_needed()
        assert abs(page.locator(".matrix thead").bounding_box()["y"]) < 2


def test_the_switch_turns_dark_and_light_and_is_remembered(live_registry, page):
    page.goto("/")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(ground) != light
    page.goto("/about/")
    assert page.evaluate(ground) != light
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(ground) == light


def test_a_page_shifts_nothing_while_it_loads(live_registry, page):
    page.goto("/")
    shift = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value }))
                .observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift == 0


def test_the_first_page_weighs_less_than_a_hundred_kilobytes_over_the_wire(
    live_registry, page, settings, tmp_path
):
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": AS_DEPLOYED}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
    page.goto("/", wait_until="networkidle")
    asked = page.evaluate(
        """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
                  .map(one => [one.name, one.transferSize])"""
    )
    weight = 0
    for address, sent in asked:
        name = address.partition("/static/")[2]
        packed = tmp_path / f"{name}.gz"
        weight += packed.stat().st_size + HEAD if name and packed.exists() else sent
    assert len(asked) >= 3  # the page, its style, its scripts
    assert 0 < weight < 100_000


def test_on_a_narrow_window_the_map_scrolls_in_its_own_box_and_its_marks_can_be_hit(
    live_registry, open_context
):
    with open_context(viewport=NARROW) as context:
        page = context.new_page()
        page.goto("/map/")
        box, drawn = page.locator(".map-scroll"), page.locator(".map")
        assert drawn.bounding_box()["width"] > 2 * box.bounding_box()["width"]
        assert page.evaluate(WIDTH) == NARROW["width"]
        assert page.locator(".map circle").first.bounding_box()["width"] >= 10
        box.focus()
        page.keyboard.press("ArrowRight")
        expect(box).not_to_have_js_property("scrollLeft", 0)


def test_every_page_is_pictured_as_it_prints_and_fits_the_paper(
    live_registry, open_context, screenshot
):
    with open_context(viewport=PAPER) as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for name, address in PAGES.items():
            page.goto(address)
            screenshot(page, f"{name}-print")
            assert not page.locator(".masthead nav").is_visible(), name
            assert page.evaluate(WIDTH) <= PAPER["width"], name


def test_the_printed_matrix_says_its_clocks_and_address_and_has_no_buttons(live_registry, page):
    page.goto("/?as_of=2021-08-10")
    page.emulate_media(media="print")
    assert page.get_by_text("Printed from").is_visible()
    assert page.get_by_text("As of 2021-08-10, not today.").is_visible()
    assert page.get_by_label("As of", exact=True).is_visible()
    assert not page.get_by_role("button", name="Show").is_visible()
