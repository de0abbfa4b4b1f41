"""A reader reports an error: a calm form, no account, a note for the curators."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches

from agreements.models import Note
from sosa_registry.ledger.models import Revision

TOLD = {"page": "/countries/CAN/", "text": "It signed in 2030: see the Gazette.", "contact": ""}


@pytest.fixture(autouse=True)
def nobody_has_reported_yet():
    caches["memory"].clear()


def test_a_report_becomes_a_note_and_changes_nothing_else(registry, client):
    done = client.post("/report/", TOLD)
    assert done.status_code == 302
    assert b"Thank you" in client.get(done["Location"]).content
    note = Note.objects.get()
    assert (note.page, note.status) == ("/countries/CAN/", "open")
    assert Revision.objects.count() == 1


def test_every_page_leads_to_the_form_with_its_address(registry, client):
    page = client.get("/countries/CAN/").content.decode()
    assert "/report/?page=/countries/CAN/" in page
    assert b'value="/countries/CAN/"' in client.get("/report/?page=/countries/CAN/").content


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"page": "/nowhere/"}, "No page of this registry"),
        ({"page": ""}, "required"),
        ({"text": ""}, "required"),
        ({"text": "x" * 2001}, "2000"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"contact": "nobody"}, "e-mail"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    registry, client, change, told
):
    answer = client.post("/report/", TOLD | {"text": "<script>alert(1)</script>"} | change)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert told.lower() in page.lower().replace("email", "e-mail")
    assert "<script>alert" not in page
    assert not Note.objects.exists()


def test_ten_an_hour_and_address_are_enough(registry, client):
    for _ in range(10):
        assert client.post("/report/", TOLD).status_code == 302
    assert client.post("/report/", TOLD).status_code == 429
    assert Note.objects.count() == 10


def test_curators_read_notes_in_the_admin(registry, client):
    client.post("/report/", TOLD)
    client.force_login(get_user_model().objects.create_superuser("admin"))
    assert b"It signed in 2030" in client.get("/admin/agreements/note/").content
    assert client.get("/admin/agreements/note/add/").status_code == 403
