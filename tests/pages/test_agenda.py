"""The agenda's page and its calendar."""

import re
from html import unescape

import pytest
from django.core.cache import caches

from agreements.models import Agreement
from sosa_registry.icalendar import escaped, folded
from sosa_registry.ledger.actions import keep

CALENDAR = "/api/v1/agenda.ics?as_of=2026-11-21&within=P3Y"


@pytest.fixture
def page(client, registry):
    """The text of a page."""
    return lambda address: unescape(client.get(address).content.decode())


def entries(client, address: str = CALENDAR) -> list[dict[str, str]]:
    """The entries of a calendar, unfolded, as a reader of RFC 5545 sees them."""
    text = client.get(address).content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    lines = text.replace("\r\n ", "").split("\r\n")
    made, current = [], None
    for line in lines:
        if line == "BEGIN:VEVENT":
            current = {}
        elif line == "END:VEVENT":
            made.append(current)
            current = None
        elif current is not None:
            name, _, value = line.partition(":")
            current[name] = value
    return made


def test_the_page_lists_what_lies_ahead_and_what_is_not_known(page):
    found = page("/agenda/?as_of=2026-11-21&within=P5Y")
    assert "Expires" in found and "/agreements/rdp-fin-2018/" in found
    assert "Last day for notice" in found
    assert "unknown, not endless" in found
    assert 'href="/api/v1/agenda.ics?within=P5Y"' in found


def test_a_long_agenda_is_cut_and_says_how_much_more_there_is(page, monkeypatch):
    monkeypatch.setattr("agreements.views.agenda.SHOWN", 2)
    address = "/agenda/?as_of=2026-11-21&within=P5Y"
    found = page(address)
    assert found.count('<td data-label="Agreement">') == 2
    more = int(re.search(r"… and (\d+) more", found)[1])
    monkeypatch.setattr("agreements.views.agenda.SHOWN", 2 + more)
    caches["answers"].clear()
    whole = page(address)
    assert whole.count('<td data-label="Agreement">') == 2 + more
    assert "more. Look less far" not in whole


def test_a_quiet_span_says_so(page):
    assert "No recorded end or term falls into this span" in page("/agenda/?as_of=2026-11-21")


@pytest.mark.parametrize(
    ("asked", "field"),
    [("within=soon", "within"), ("within=P900Y", "within"), ("as_of=x", "as_of")],
)
def test_an_agenda_that_cannot_be_is_refused_beside_the_field(client, registry, asked, field):
    response = client.get(f"/agenda/?{asked}")
    assert response.status_code == 400
    assert f'id="error-{field}"' in response.content.decode()


def test_the_calendar_has_the_entries_of_the_agenda(client, registry):
    by_uid = {one["UID"]: one for one in entries(client)}
    ends = by_uid["expiry-rdp-fin-2018-e2@127.0.0.1"]
    assert ends["DTSTART;VALUE=DATE"] == "20291003"
    assert ends["DTEND;VALUE=DATE"] == "20291004"
    assert ends["SUMMARY"] == "Expires: rdp-fin-2018"
    assert ends["URL"].endswith("/agreements/rdp-fin-2018/")
    answer = client.get(CALENDAR.replace(".ics", "/")).json()
    assert len(by_uid) == len(answer["items"])


def test_uids_stay_and_the_stamp_moves_when_the_registry_changes(client, registry):
    before = entries(client)
    agreement = Agreement.objects.get(slug="rdp-fin-2018")
    agreement.title = "Another; title, with a comma"
    keep(agreement, actor="editor", reason="Renamed")
    after = entries(client)
    assert [one["UID"] for one in after] == [one["UID"] for one in before]
    renamed = next(one for one in after if one["UID"].startswith("expiry-"))
    assert renamed["DESCRIPTION"].startswith("Another\\; title\\, with a comma\\n")


def test_a_calendar_program_is_served_and_a_wrong_question_is_a_problem(client, registry):
    served = client.get(CALENDAR, headers={"Accept": "text/calendar"})
    assert served["Content-Type"] == "text/calendar; charset=utf-8"
    refused = client.get("/api/v1/agenda.ics?within=soon")
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"


def test_lines_are_folded_between_characters_and_texts_are_escaped():
    line = "SUMMARY:" + "é€😀" * 40
    assert all(len(part.encode()) <= 75 for part in folded(line).split("\r\n"))
    assert re.sub("\r\n ", "", folded(line)) == line
    assert escaped("a\\b;c,d\r\ne\nf\x07\u202e") == "a\\\\b\\;c\\,d\\ne\\nf\u202e"
