"""Pages full of hostile texts in a real browser: nothing runs, nothing is reported to have tried.

The watch of every page fails the test for a report of the Content-Security-Policy, an exception or
a request to another host; what a hostile text would do is to call `boom`, which tells on itself, or
to open a dialog.
"""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from sosa_registry.ledger.recording import recorded_models
from tests.hostile.test_stored import addresses_of_records
from tests.hostile.texts import MARKUP, fill
from tests.pages.addresses import PAGES

# Elements that no page of ours has: a text became one of them if there is any.
NOT_OURS = (
    "hostile, script:not([src], [type='application/ld+json']), style, iframe, math, [style*=boom], "
    "[onclick], [onload], [onerror], [href^='javascript:' i], [action^='javascript:' i]"
)


def pages() -> list[str]:
    """One page of each kind, and one of each kind of record, the hostile ones first."""
    found = [*addresses_of_records(), "/changes/3/", *PAGES.values()]
    kinds = {(page.partition("?")[0].split("/")[1], page.count("/")): page for page in found[::-1]}
    return [*kinds.values(), "/search/?q=hostile", "/search/?q=%3Chostile%3E"]


def pages_of_the_admin() -> list[str]:
    """The form of one record of each kind, and the list of the kind with most texts."""
    found = ["/admin/agreements/agreement/", "/admin/partners/source/", "/admin/ledger/revision/"]
    for model in recorded_models():
        first = model.objects.order_by("pk").first()
        if model in admin.site._registry and first:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            found.append(reverse(name, args=[first.pk]))
    return found


@pytest.fixture
def hostile_page(live_registry, open_context):
    """A page of a registry full of hostile texts; `ran` holds where one of them did anything."""
    fill()
    with open_context() as context:
        page, ran = context.new_page(), []
        context.expose_function("boom", lambda *_: ran.append(page.url))
        page.on("dialog", lambda dialog: (ran.append(page.url), dialog.dismiss()))
        page.ran = ran
        yield page


def strangers(page, address: str) -> int:
    """How many elements of a page are none of ours."""
    page.goto(address)
    return page.locator(NOT_OURS).count()


def test_no_hostile_text_runs_on_any_page(hostile_page):
    shown = 0
    for address in pages():
        assert strangers(hostile_page, address) == 0, address
        shown += "<hostile" in hostile_page.locator("body").inner_text()
    assert shown > 20  # the texts are there, and are text
    assert hostile_page.ran == []


def test_no_hostile_text_runs_in_the_admin(hostile_page, live_registry, client):
    client.force_login(User.objects.create_superuser("root", "", "x"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    hostile_page.context.add_cookies([cookie | {"url": live_registry}])
    for address in pages_of_the_admin():
        assert strangers(hostile_page, address) == 0, address
    assert hostile_page.ran == []


def test_nothing_typed_into_the_search_runs(hostile_page):
    for text in MARKUP[:6]:
        hostile_page.goto("/search/")
        field = hostile_page.locator("main input[name=q]")
        field.fill(text)
        with hostile_page.expect_navigation():
            field.press("Enter")
        assert hostile_page.locator(NOT_OURS).count() == 0, text
    assert hostile_page.ran == []


def test_a_page_that_escapes_nothing_is_noticed(hostile_page, monkeypatch, allow_problem, watches):
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    broken = "Content Security Policy"
    with hostile_page.expect_console_message(lambda message: broken in message.text):
        assert strangers(hostile_page, "/codes/coc-swe/") > 0
    assert any(broken in problem for problem in watches[0].problems())
    allow_problem("")
