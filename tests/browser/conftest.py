"""Fixtures of the browser tests: pages that tell on themselves, accessibility, screenshots.

`page`, `no_js_page` and `dark_page` open paths of pytest-django's live server
(`page.goto("/countries/AUS/")`) and fail the test at its end when the page logged an error, broke
its Content-Security-Policy or asked another host for anything; `allow_problem("status of 404")`
excuses what a test provokes. `axe(page)` lists accessibility violations, `screenshot(page, name)`
keeps a picture in `tests/screenshots/`. These tests run apart from the others (`make test` does):
Playwright's event loop, once started, stays for the rest of the process.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.watch import Watch

# Playwright's sync API keeps an event loop in the test's thread, where Django would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
PATIENCE = 10_000  # milliseconds; nothing in the registry takes longer, so waiting more hides bugs


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run: starting it costs a second, a fresh context nothing."""
    executable = shutil.which("chromium")
    assert executable, "Chromium is not installed: `python3 .ci/browser.py` installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=CHROMIUM_ARGUMENTS, headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def watches() -> list[Watch]:
    """The watches of this test's pages."""
    return []


@pytest.fixture
def allow_problem(watches: list[Watch]) -> Callable[[str], None]:
    """Excuse problems that match a regular expression, on every page this test opened."""

    def allow(pattern: str) -> None:
        for watch in watches:
            watch.allow(pattern)

    return allow


@pytest.fixture
def open_context(browser: Browser, live_server, watches: list[Watch]):
    """Make a watched context with other options than the ready-made pages have."""

    @contextmanager
    def make(**options) -> Iterator[BrowserContext]:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        watch = Watch(context, live_server.url)
        watches.append(watch)
        try:
            yield context
        finally:
            context.close()
        problems = watch.problems()
        assert not problems, "the page misbehaved:\n  " + "\n  ".join(problems)

    return make


@pytest.fixture
def page(open_context) -> Iterator[Page]:
    """A page as most readers see it: scripts on, light colours."""
    with open_context() as context:
        yield context.new_page()


@pytest.fixture
def no_js_page(open_context) -> Iterator[Page]:
    """A page of a browser with JavaScript off."""
    with open_context(java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def dark_page(open_context) -> Iterator[Page]:
    """A page of a reader whose system prefers dark colours."""
    with open_context(color_scheme="dark") as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Ask axe-core for accessibility violations, one line each, beginning with the rule's id."""
    source = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        # axe waits for timers, and these never fire with scripts off: it would hang for ever.
        assert not page.evaluate("() => matchMedia('(scripting: none)').matches"), (
            "axe needs scripts: use `page` or `dark_page`"
        )
        # Through the debugger, not a script element: the page's CSP would rightly refuse that.
        page.evaluate(source)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']} ({rule['impact']}): {node['target']} – {rule['help']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return violations


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page as tests/screenshots/NAME.png; git ignores them."""

    def take(page: Page, name: str) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
