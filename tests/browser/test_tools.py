"""The browser tests' own instruments: a watch that never barks would make every test green."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.watch import Watch

HOME = "http://registry.test"
STRICT = {"Content-Security-Policy": "default-src 'self'"}
GOOD = "<!doctype html><html lang=en><title>Good</title><main><h1>Good</h1></main>"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request) -> bool:
    return request.param


@pytest.fixture
def visit(browser: Browser):
    """Serve one document from memory, visit it, and give the page and its watch."""
    contexts = []

    def go(body: str, *, scripts: bool = True, status: int = 200) -> tuple[Page, Watch]:
        context = browser.new_context(java_script_enabled=scripts)
        contexts.append(context)
        watch = Watch(context, HOME)
        context.route("**/*", lambda route: route.abort())
        context.route(
            HOME + "/**",
            lambda route: route.fulfill(
                status=status, content_type="text/html", headers=STRICT, body=body
            ),
        )
        page = context.new_page()
        page.goto(HOME + "/")
        page.wait_for_timeout(50)  # what the console says arrives a moment after the page
        return page, watch

    yield go
    for context in contexts:
        context.close()


def test_a_clean_page_has_no_problems(visit, scripts):
    _, watch = visit(GOOD, scripts=scripts)
    assert watch.problems() == []


def test_an_inline_style_breaks_the_policy(visit, scripts):
    _, watch = visit(GOOD + "<p style='color: red'>red</p>", scripts=scripts)
    assert "Content Security Policy" in watch.problems()[0]


def test_an_inline_script_breaks_the_policy(visit):
    _, watch = visit(GOOD + "<script>document.title = 'run'</script>")
    assert "Content Security Policy" in watch.problems()[0]


def test_a_link_to_another_host_for_a_style_sheet_is_seen(visit, scripts):
    _, watch = visit(
        GOOD + "<link rel=stylesheet href='https://other.test/a.css'>", scripts=scripts
    )
    assert any("other.test" in problem for problem in watch.problems())


def test_a_request_to_another_host_is_seen(visit):
    page, watch = visit(GOOD)
    page.goto("data:text/html,<img src='https://other.test/a.png'>")
    assert "request to another host: https://other.test/a.png" in watch.problems()


def test_a_logged_error_and_an_uncaught_exception_are_seen(visit):
    page, watch = visit(GOOD)
    page.evaluate("() => { console.error('told'); setTimeout(() => { throw Error('thrown') }) }")
    page.wait_for_timeout(100)
    logged, thrown = watch.problems()
    assert logged.startswith("console error: told")
    assert thrown.startswith("uncaught exception: ") and "thrown" in thrown


def test_an_expected_error_can_be_allowed(visit):
    _, watch = visit(GOOD, status=404)
    assert len(watch.problems()) == 1
    watch.allow("status of 404")
    assert watch.problems() == []


def test_axe_works_under_the_policy_and_finds_an_image_without_text(visit, axe):
    page, _ = visit(GOOD)
    assert axe(page) == []
    page, _ = visit(GOOD + "<main><img src='/a.png'></main>")
    assert any(line.startswith("image-alt ") for line in axe(page))


def test_axe_refuses_a_page_with_scripts_off_instead_of_hanging(visit, axe):
    page, _ = visit(GOOD, scripts=False)
    with pytest.raises(AssertionError, match="axe needs scripts"):
        axe(page)


def test_a_screenshot_is_kept(visit, screenshot):
    page, _ = visit(GOOD)
    assert screenshot(page, "tools").stat().st_size > 0
