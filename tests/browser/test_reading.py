"""The reading tasks of an analyst, with JavaScript off, and with the keyboard alone."""

import re

from playwright.sync_api import expect


def test_who_had_a_sosa_in_august_2021(live_registry, no_js_page):
    page = no_js_page
    page.goto("/")
    page.get_by_label("As of", exact=True).fill("2021-08-10")
    page.get_by_label("Type", exact=True).select_option("SOSA")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("As of 2021-08-10, not today.")).to_be_visible()
    expect(page.locator(".matrix .totals b")).to_have_text("8")


def test_from_canadas_cell_to_each_source_in_two_clicks(live_registry, no_js_page):
    page = no_js_page
    page.goto("/?type=sosa")
    page.locator("tr", has_text="Canada").locator("td a").click()
    expect(page).to_have_url(re.compile(r"/countries/CAN/#type-sosa$"))
    expect(page.get_by_text("8 sources say yes, 4 say no")).to_be_visible()
    page.get_by_role(
        "link", name=re.compile("Congressional Research Service: IF11894")
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("IF11894")


def test_each_of_the_twelve_sources_on_canada_is_three_clicks_from_the_matrix(
    live_registry, no_js_page
):
    page = no_js_page
    page.goto("/?type=sosa")
    page.locator("tr", has_text="Canada").locator("td a").click()
    claims = page.locator("details", has_text="8 sources say yes, 4 say no")
    links = claims.locator("a[href^='/sources/']")
    assert links.count() == 12
    for place in range(12):
        title = links.nth(place).inner_text().split(": ", 1)[-1]
        links.nth(place).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title[:30])
        page.go_back()


def test_from_a_cell_to_the_events_behind_it_and_their_sources(live_registry, no_js_page):
    page = no_js_page
    page.goto("/?as_of=2023-06-01")
    page.locator("td a[href^='/agreements/sosa-aus/']").click()
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    page.locator("#events + table a[href^='/sources/']").first.click()
    expect(page.get_by_role("heading", name="What rests on it")).to_be_visible()


def test_stepping_to_the_next_change(live_registry, no_js_page):
    page = no_js_page
    page.goto("/?as_of=2023-01-11&type=sosa")
    page.locator("a[rel=next]").click()
    expect(page.get_by_label("As of", exact=True)).to_have_value("2023-01-12")


def test_narrowing_the_list_of_agreements_and_ordering_it(live_registry, no_js_page):
    page = no_js_page
    page.goto("/agreements/")
    facets, head = page.locator(".facets"), page.locator("thead")
    facets.get_by_role("link", name="SOSA").click()
    facets.get_by_role("link", name="Proposed 3").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(facets.locator("[aria-current]", has_text="SOSA")).to_be_visible()
    head.get_by_role("link", name="Partner").click()
    expect(page.locator("tbody tr").first).to_contain_text("Mexico")
    head.get_by_role("link", name="Partner").click()
    expect(page.locator("tbody tr").first).to_contain_text("Taiwan")


def test_exporting_what_is_on_the_page(live_registry, no_js_page):
    page = no_js_page
    page.goto("/agreements/?type=sosa&status=proposed")
    with page.expect_download() as caught:
        page.locator(".exports").get_by_role("link", name="CSV").click()
    lines = caught.value.path().read_bytes().splitlines()
    assert len(lines) == 1 + page.locator("tbody tr").count()
    assert caught.value.suggested_filename.endswith("_revision-1.csv")


def test_searching_under_another_name(live_registry, no_js_page):
    page = no_js_page
    page.goto("/search/")
    page.get_by_label("Words, names or codes", exact=True).fill("Türkiye")
    page.get_by_role("button", name="Search").click()
    page.locator("main ul a").first.click()
    expect(page).to_have_url(re.compile("/countries/TUR/$"))


def test_asking_what_if(live_registry, no_js_page):
    page = no_js_page
    page.goto("/groupings/mnna/")
    page.get_by_label(re.compile("What if")).fill("TWN:sosa")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("(assumed: Taiwan)")).to_be_visible()


def test_the_keyboard_alone_reaches_a_cell_with_the_focus_always_visible(live_registry, page):
    page.goto("/?type=sosa")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => {
                    const at = document.activeElement, look = getComputedStyle(at);
                    return [at.getAttribute('href') || at.name || at.className || at.tagName,
                            look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0];
                }"""
            )
        )
    names = [name for name, _ in reached]
    assert [name for name, visible in reached if not visible] == []
    order = ["/countries/", "as_of", "known_at", "region", "matrix-box", "/agreements/sosa-aus/"]
    assert [names.index(name) for name in order] == sorted(names.index(name) for name in order)


def test_skipping_to_the_content(live_registry, page):
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "content"


def test_empty_fields_stay_out_of_the_address(live_registry, page):
    page.goto("/")
    page.get_by_label("Grouping", exact=True).select_option("nato")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"\?as_of=\d{4}-\d\d-\d\d&grouping=nato$"))
