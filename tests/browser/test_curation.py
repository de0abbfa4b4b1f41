"""The story of a proposal, in a real browser, by three people.

An analyst proposes an entry into force with a source, an approver sends it back, the analyst
amends it, the approver sees the matrix change before approving, readers see it in the matrix, and
an admin takes it back.
"""

from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from agreements.models import Agreement, Event
from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Proposal, Revision
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper(live_server):
    """Ruritania's arrangement, signed in 2020."""
    cast.found_world()
    cast.agreement(title="US–Ruritania Security of Supply Arrangement")
    cast.event("sosa-xru", "signed", "2020-01-01")


@pytest.fixture
def person(paper, open_context, live_server):
    """Opens a browser for an account of that name with that role; closes them all at the end."""
    with ExitStack() as opened:

        def make(name, role):
            client = Client()
            client.force_login(cast.account(name, role))
            context = opened.enter_context(open_context(viewport={"width": 1280, "height": 900}))
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            told = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}
            context.add_cookies([told])
            return context.new_page()

        yield make


def agreement_page() -> str:
    return f"/admin/agreements/agreement/{Agreement.objects.get().pk}/change/"


def test_a_proposal_from_draft_to_matrix_and_back(person, page, axe, screenshot, allow_problem):
    anna, bert = person("anna", "analyst"), person("bert", "approver")
    carla = person("carla", "admin")

    # The analyst drafts an event and cites a source that she adds in place.
    anna.goto(agreement_page())
    assert anna.locator("[name=_save]").count() == 0
    anna.locator("#events-group .add-row a").click()
    anna.locator("#id_events-1-event").select_option("entered_into_force")
    anna.locator("#id_events-1-date").fill("2021-06-01")
    anna.locator("#citations-group .add-row a").click()
    with anna.expect_popup() as opened:
        anna.locator("#add_id_citations-0-source").click()
    popup = opened.value
    popup.locator("#id_slug").fill("note-2021")
    popup.locator("#id_publisher").fill("Ruritanian Ministry of Defence")
    popup.locator("#id_title").fill("Diplomatic note of 2021")
    popup.locator("#id_kind").select_option("government page")
    popup.locator("#id_tier").select_option("primary")
    popup.locator("#id_revision_kind_0").check()
    popup.locator("#id_revision_reason").fill("Needed as evidence")
    popup.locator("[name=_propose]").click()
    expect(anna.locator("#id_citations-0-source")).to_have_value("note-2021")
    anna.locator("#id_revision_kind_0").check()
    anna.locator("#id_revision_reason").fill("It entered into force, says the note")
    screenshot(anna, "proposal-form")
    anna.locator("[name=_propose]").click()
    anna.wait_for_url("**/ledger/proposal/**")
    assert Event.objects.count() == 1
    assert "signed" in page_text(page, "/countries/XRU/").lower()
    assert "note-2021" not in page_text(page, "/sources/")
    screenshot(anna, "proposal-draft")
    allow_problem("Applying inline style")  # axe's own, on these pages; none came before
    assert axe(anna) == []
    anna.locator("[name=_submit]").click()

    # The approver sends it back.
    proposal = Proposal.objects.get()
    bert.goto("/admin/ledger/proposal/")
    bert.locator("#result_list tbody a").first.click()
    bert.locator("#id_comment").fill("The note is dated 2 June.")
    bert.locator("[name=_reject]").click()
    proposal.refresh_from_db()
    assert proposal.status == "draft"

    # The analyst amends the event where she made it, in the world of her draft.
    anna.goto(proposal.get_absolute_url())
    assert "The note is dated 2 June." in anna.locator(".talk").inner_text()
    anna.locator("a[href*='record=events/']").click()
    anna.locator("#id_date").fill("2021-06-02")
    anna.locator("[name=_propose]").click()
    anna.wait_for_url("**/ledger/proposal/**")
    anna.locator("#id_comment").fill("Mended.")
    anna.locator("[name=_submit]").click()

    # The approver sees what would follow, and approves.
    bert.goto(proposal.get_absolute_url())
    matrix = bert.locator(".effects tr", has_text="Ruritania").first.inner_text()
    assert "signed since" in matrix
    assert "in force since" in matrix
    screenshot(bert, "proposal-review")
    assert axe(bert) == []
    bert.set_viewport_size({"width": 390, "height": 800})
    bert.emulate_media(color_scheme="dark")
    screenshot(bert, "proposal-review-narrow-dark")
    assert axe(bert) == []
    bert.locator("[name=_approve]").click()
    proposal.refresh_from_db()
    assert proposal.status == "approved"
    made = Revision.objects.get(number=proposal.revision)
    assert (made.actor, made.approver) == ("anna", "bert")

    # Readers see it.
    assert "in force" in page_text(page, "/").lower()

    # The admin takes it back.
    carla.goto(f"/admin/ledger/revision/{made.number}/undo/")
    screenshot(carla, "revision-undo")
    assert axe(carla) == []
    carla.locator("#id_revision_reason").fill("The note was a draft")
    carla.locator("[name=_confirm]").click()
    assert Event.objects.count() == 1
    assert "2 June 2021" not in page_text(page, "/agreements/sosa-xru/").split("History of")[0]
    assert list(integrity.problems()) == []


def test_two_people_at_one_page(person, screenshot):
    ed, fay = person("ed", "editor"), person("fay", "editor")
    for browser in (ed, fay):
        browser.goto(agreement_page())
    for browser, title in ((ed, "Ed's title"), (fay, "Fay's title")):
        browser.locator("#id_title").fill(title)
        browser.locator("#id_revision_kind_1").check()
        browser.locator("#id_revision_reason").fill("Read again")
        browser.locator("[name=_save]").click()
    assert Agreement.objects.get().title == "Ed's title"
    told = fay.locator(".overlaps").inner_text()
    assert "Ed's title" in told
    assert "Fay's title" in told
    assert fay.locator("#id_title").input_value() == "Fay's title"
    screenshot(fay, "overtaken")
    fay.set_viewport_size({"width": 390, "height": 800})
    fay.emulate_media(color_scheme="dark")
    screenshot(fay, "overtaken-narrow-dark")
    fay.locator("[name=_save]").click()
    assert Agreement.objects.get().title == "Fay's title"


def test_many_rows_at_once(person, axe, screenshot, allow_problem):
    ed = person("ed", "editor")
    ed.goto("/admin/partners/country/")
    ed.locator("#action-toggle").check()
    ed.locator("select[name=action]").select_option("edit_selected")
    ed.locator(".actions button").click()
    ed.locator("input[name=fields_to_set][value=region]").check()
    ed.locator("#id_region").fill("Middle Europe")
    ed.locator("[name=_preview]").click()
    assert "3 records" in ed.locator("#preview-heading").inner_text()
    screenshot(ed, "bulk-preview")
    allow_problem("Applying inline style")  # axe's own, on this page; none came before
    assert axe(ed) == []
    ed.locator("#id_revision_reason").fill("One region for all")
    ed.locator("[name=_confirm]").click()
    assert "Recorded as revision" in ed.locator(".messagelist").inner_text()
    assert Revision.objects.first().changes == 3


def test_ten_rows_with_three_bad_ones_are_refused_then_mended_and_taken(
    person, page, axe, screenshot, allow_problem
):
    good = [f"sosa-xru,amended,202{year}-03-01" for year in range(1, 7)]
    begun = "sosa-xru,entered_into_force,2020-06-01"
    bad = ["sosa-xrv,amended,2027", "sosa-xru,amendet,2027", "sosa-xru,amended,2027-13"]
    mended = [f"sosa-xru,amended,202{year}-09-01" for year in range(1, 4)]
    ed = person("ed", "editor")
    allow_problem("Applying inline style")  # axe's own, on these pages; none came before

    upload(ed, [begun, *good, *bad])
    assert "3 errors: nothing is written" in ed.locator("#content-main").text_content()
    told = ed.locator("table", has_text="What is wrong").locator("tbody tr")
    assert told.count() == 3
    assert "Did you mean sosa-xru?" in told.nth(0).inner_text()
    assert "Did you mean amended?" in told.nth(1).inner_text()
    assert "line 11" in told.nth(2).inner_text()
    assert ed.locator("input[value='Import these rows']").count() == 0
    with ed.expect_download() as saved:
        ed.get_by_role("link", name="All errors with their rows, as CSV").click()
    assert len(saved.value.path().read_text().splitlines()) == 4
    screenshot(ed, "import-errors")
    assert axe(ed) == []
    assert Event.objects.count() == 1

    upload(ed, [begun, *good, *mended])
    assert ed.locator("table", has_text="Column by column").locator("tbody tr").count() == 10
    assert Event.objects.count() == 1
    screenshot(ed, "import-preview")
    assert axe(ed) == []
    if ed.locator("[name=accept_warnings]").count():
        ed.locator("[name=accept_warnings]").check()
    ed.get_by_role("button", name="Import these rows").click()
    assert "Imported" in ed.locator("[role=status]").inner_text()
    assert Event.objects.count() == 11
    assert Revision.objects.first().changes == 10
    assert "In force" in page_text(page, "/agreements/sosa-xru/")


def upload(page, rows: list[str]) -> None:
    """Upload events as a CSV file and wait for the preview."""
    page.goto("/admin/agreements/importjob/add/")
    content = "\n".join(["agreement,event,date", *rows]).encode()
    file = {"name": "events.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("#id_file").set_input_files(file)
    page.locator("#id_reason").fill("What the gazette says")
    page.get_by_role("button", name="Show what it would do").click()


def page_text(page, address: str) -> str:
    """What a reader sees there."""
    page.goto(address)
    return page.locator("main").inner_text()
