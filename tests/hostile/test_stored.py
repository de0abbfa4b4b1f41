"""Hostile texts are stored and shown everywhere; nowhere is one more than text."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from sosa_registry.ledger.recording import recorded_models
from tests.api.places import LISTS, QUESTIONS, address
from tests.hostile import judging
from tests.hostile.texts import TEXTS, fill
from tests.pages.addresses import PAGES

FEEDS = ("/changes.atom", "/agreements/changes.atom", "/api/v1/changes.atom")
CALENDARS = ("/api/v1/agenda.ics?within=P30Y&as_of=1990-01-01", "/api/v1/agenda.ics")


@pytest.fixture(scope="module")
def taken(dataset, django_db_blocker):
    """The dataset with hostile texts in it: which fields took one, by kind of record."""
    with django_db_blocker.unblock():
        return fill()


@pytest.fixture
def ask(taken, db, client):
    """The bytes of an answer, which must be one."""

    def asked(place, of=client):
        response = of.get(place)
        assert response.status_code == 200, (place, response.status_code)
        return b"".join(response) if response.streaming else response.content

    return asked


def addresses_of_records() -> list[str]:
    """The page of one record of each kind that has a page, and its feed."""
    found = []
    for model in recorded_models():
        first = model.objects.order_by("pk").first()
        if first and hasattr(first, "get_absolute_url"):
            found.append(first.get_absolute_url().partition("#")[0])
    return [page for page in dict.fromkeys(found) if "/copies/" not in page]


def test_most_fields_take_whatever_is_typed(taken):
    assert len(taken) >= 18
    assert sum(map(len, taken.values())) >= 45


def test_no_page_runs_any_of_it(ask):
    pages = [*PAGES.values(), *addresses_of_records(), "/changes/2/", "/changes/3/"]
    pages += [f"/search/?q={word}" for word in ("hostile", "boom", "%3Chostile%3E")]
    texts = {page: ask(page).decode() for page in pages}
    wrong = {page: found for page, text in texts.items() if (found := judging.of_page(text))}
    assert wrong == {}
    assert sum("&lt;hostile" in text for text in texts.values()) > 25  # it is there, and shown


@pytest.mark.parametrize("text", TEXTS)
def test_no_question_is_answered_with_what_would_run(taken, db, client, text):
    for page in ("/", "/agreements/", "/search/", "/cite/", "/report/", "/digests/", "/nowhere/"):
        asked = dict.fromkeys(("q", "search", "as_of", "url", "view", "page", text), text)
        answer = client.get(page, asked)
        assert answer.status_code < 500
        assert judging.of_page(answer.text) == []
    answer = client.get("/" + text.replace("\n", "%0a").replace("?", "%3f") + "/")
    assert judging.of_page(answer.text) == []


def test_no_page_of_the_admin_runs_any_of_it(ask):
    superuser = Client()
    superuser.force_login(User.objects.create_superuser("root", "", "x"))
    pages = ["/admin/", "/admin/ledger/revision/"]
    for model in recorded_models():
        if model in admin.site._registry:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            first = model.objects.order_by("pk").first()
            pages.append(reverse(f"{name}_changelist"))
            for page in ("change", "history", "delete"):
                try:
                    pages.append(reverse(f"{name}_{page}", args=[first.pk]) if first else "/admin/")
                except NoReverseMatch:
                    continue
    shown = {}
    for page in dict.fromkeys(pages):
        response = superuser.get(page)
        assert response.status_code in (200, 403), page
        shown[page] = response.text
    wrong = {page: found for page, text in shown.items() if (found := judging.of_page(text))}
    assert wrong == {}
    assert sum("&lt;hostile" in text for text in shown.values()) > 20


@pytest.mark.parametrize("place", [*LISTS, "reconciliation", "search/?q=hostile", "checks"])
def test_no_cell_of_a_file_is_a_formula(ask, place):
    assert judging.of_csv(ask(address(place, "format=csv"))) == []
    assert judging.of_xlsx(ask(address(place, "format=xlsx"))) == []


def test_the_judge_of_files_knows_a_formula():
    assert judging.of_csv(b"a,b\r\n1,=2") and judging.of_csv(b'a\r\n"x;=1"')
    assert judging.of_page("<p onclick=x>") and judging.of_page("<a href=javascript:x>")
    assert not judging.of_page("<p>&lt;script&gt;</p>")


def test_no_answer_of_the_api_can_be_taken_for_a_page(ask, client):
    for place in (*LISTS, *QUESTIONS):
        response = client.get(address(place))
        assert response["Content-Type"] == "application/json"
        assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("place", FEEDS)
def test_no_feed_has_more_than_a_feeds_elements(ask, place):
    assert judging.of_feed(ask(place)) == []


def test_the_feed_of_every_record_is_one(ask):
    for page in addresses_of_records():
        if page.split("/")[1] in ("countries", "agreements", "types", "groupings"):
            assert judging.of_feed(ask(f"{page}changes.atom")) == []


@pytest.mark.parametrize("place", CALENDARS)
def test_no_calendar_has_more_than_its_entries(ask, place):
    assert judging.of_calendar(ask(place)) == []


def test_a_citation_keeps_its_marks_in_place(ask, client):
    kept = client.post(
        "/api/v1/permalinks/", {"url": "/api/v1/search/?q=hostile%7D"}, "application/json"
    )
    assert kept.status_code == 201
    told = ask(f"{kept.json()['url']}.bib").decode()
    assert told.count("{") == told.count("}")
    assert judging.of_page(ask(kept.json()["url"]).decode()) == []
