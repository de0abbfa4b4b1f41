"""The pages of digests: ask, confirm, stop; nothing is kept or sent before the confirmation."""

import re
from html import unescape
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from agreements.models import Subscription
from agreements.subscribing import confirm, stop_path

ASKED = {"address": "reader@example.org", "view": "/types/sosa/", "every": "day"}


def link_in(letter) -> str:
    """The path of the link in a letter."""
    return re.search(r"http://127.0.0.1:8000(/digests/\S+)", letter.body)[1]


def test_asking_sends_one_letter_and_keeps_nothing(client, registry):
    answer = client.post("/digests/", ASKED)
    assert answer.status_code == 302
    assert "A letter is on its way" in client.get(answer.url).content.decode()
    (letter,) = mail.outbox
    assert letter.to == ["reader@example.org"]
    assert "SOSA" in letter.body
    assert len(letter.alternatives) == 1
    assert not Subscription.objects.exists()


def test_opening_the_link_shows_a_button_and_the_button_begins_it(client, registry):
    client.post("/digests/", ASKED | {"view": "/agreements/?type=sosa&ordering=title&page=2"})
    link = link_in(mail.outbox[0])
    page = client.get(link).content.decode()
    assert "Begin the digest" in page and "reader@example.org" in page
    assert not Subscription.objects.exists()
    client.handler.enforce_csrf_checks = True
    assert client.post(link).status_code == 403
    client.handler.enforce_csrf_checks = False
    assert "Your digest has begun" in client.post(link).content.decode()
    (kept,) = Subscription.objects.all()
    assert (kept.address, kept.view, kept.every) == (
        "reader@example.org",
        "/agreements/?type=sosa",
        "day",
    )


def test_opening_the_link_that_stops_shows_a_button_and_the_button_stops_it(client, registry):
    client.post("/digests/", ASKED)
    kept = confirm(link_in(mail.outbox[0]).rstrip("/").rsplit("/", 1)[1])
    link = stop_path(kept)
    assert "Stop it and delete my address" in client.get(link).content.decode()
    assert Subscription.objects.exists()
    assert "comes no more" in client.post(link).content.decode()
    assert not Subscription.objects.exists()
    assert "comes no more" in client.get(link).content.decode()


def test_a_mail_program_stops_it_where_reading_needs_an_account(client, registry, settings):
    client.post("/digests/", ASKED)
    kept = confirm(link_in(mail.outbox[0]).rstrip("/").rsplit("/", 1)[1])
    settings.ANONYMOUS_READ = False
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    assert client.post("/digests/", ASKED).status_code == 302
    assert client.post(stop_path(kept)).status_code == 200
    assert not Subscription.objects.exists()


def test_who_follows_already_gets_the_same_answer_and_a_letter(client, registry):
    client.post("/digests/", ASKED)
    client.post(link_in(mail.outbox[0]))
    again = client.post("/digests/", ASKED)
    other = client.post("/digests/", ASKED | {"address": "nobody@example.org"})
    assert (again.status_code, again.url) == (other.status_code, other.url)
    assert len(mail.outbox) == 3


def test_a_letter_to_a_stranger_holds_nothing_that_was_typed(client, registry):
    client.post("/digests/", ASKED | {"view": "/agreements/?search=BUY+CHEAP+PILLS"})
    (letter,) = mail.outbox
    assert "CHEAP" not in letter.subject + letter.body + letter.alternatives[0][0]
    assert "narrowed down" in letter.body


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "nobody"}, "valid email"),
        ({"address": ""}, "required"),
        ({"view": "/about/"}, "This page cannot be followed"),
        ({"view": "/nowhere/"}, "No page of this registry"),
        ({"view": "https://example.org/types/sosa/"}, "outside this registry"),
        ({"view": "http://[/"}, "That is no address"),
        ({"view": "/countries/ZZZ/"}, "No country “ZZZ”"),
        ({"view": "/agreements/?type=soso"}, "Did you mean sosa?"),
        ({"view": "/?as_of=2021-02-30"}, "not in the calendar"),
        ({"view": "/api/v1/gaps/?countries=AUS"}, "cannot be followed"),
        ({"view": "/agreements/?search=" + "x" * 10_000}, "500"),
        ({"every": "hour"}, "valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    client, registry, change, said
):
    answer = client.post("/digests/", ASKED | change)
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert said in page
    (field,) = change
    assert f'id="id_{field}_error"' in page
    kept = {"address": "reader@example.org", "view": "/types/sosa/"}
    assert all(f'value="{value}"' in page for name, value in kept.items() if name != field)
    assert mail.outbox == []


def test_a_whole_address_of_this_registry_is_understood(client, registry):
    client.post("/digests/", ASKED | {"view": "http://127.0.0.1:8000/countries/AUS/"})
    assert "Australia" in mail.outbox[0].body


def test_three_letters_a_day_go_to_one_address_and_nobody_is_told(client, registry):
    answers = [client.post("/digests/", ASKED).status_code for _ in range(5)]
    assert answers == [302] * 5
    assert len(mail.outbox) == 3


def test_ten_requests_an_hour_from_one_address_are_enough(client, registry):
    for number in range(10):
        client.post("/digests/", ASKED | {"address": f"reader{number}@example.org"})
    answer = client.post("/digests/", ASKED)
    assert answer.status_code == 429
    assert "Ten requests an hour" in answer.content.decode()
    assert len(mail.outbox) == 10


def test_a_mail_server_that_is_down_is_a_calm_page(client, registry, monkeypatch):
    def fail(letter):
        raise SMTPException("down")

    monkeypatch.setattr(EmailMultiAlternatives, "send", fail)
    answer = client.post("/digests/", ASKED)
    assert answer.status_code == 503
    assert "could not be sent just now" in answer.content.decode()


@pytest.mark.parametrize("place", ["confirm", "stop"])
def test_a_link_that_is_not_whole_is_a_calm_page(client, registry, place):
    for ask in (client.get, client.post):
        answer = ask(f"/digests/{place}/nonsense/")
        assert answer.status_code == 400
        assert "This link cannot be used" in answer.content.decode()
