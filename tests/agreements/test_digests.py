"""Digests: what is sent, to whom, how often; and what never is."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command

from agreements import digests
from agreements.models import Agreement, Subscription
from agreements.subscribing import Asked, BadLink, confirm, confirm_path, stop, stop_path
from sosa_registry.ledger import clock
from sosa_registry.ledger.actions import keep
from tests.cast import agreement, event

ROOT = Path(__file__).resolve().parent.parent.parent
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def today(monkeypatch):
    """Set the day."""

    def on(day):
        monkeypatch.setattr(clock, "today", lambda: day)

    on(MONDAY)
    return on


@pytest.fixture
def reader(world, today):
    """A reader follows Ruritania, daily, since Monday."""
    agreement()
    return follow("/countries/XRU/")


def follow(view: str, every: str = "day", address: str = "reader@example.org") -> Subscription:
    return confirm(token_of(confirm_path(Asked(address, view, every))))


def token_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1]


def rename(title: str, slug: str = "sosa-xru", **values) -> None:
    made = Agreement.objects.get(slug=slug)
    made.title = title
    keep(made, actor="editor", reason=f"Renamed {title}", **values)


def test_a_digest_tells_each_revision_that_touched_the_view(reader, today):
    rename("Treaty of Strelsau")
    event("sosa-xru", "signed", "2026-11-20")
    today(TUESDAY)
    call_command("send_digests")
    (letter,) = mail.outbox
    assert letter.to == ["reader@example.org"]
    assert letter.subject == "2 changes: Ruritania"
    assert "Renamed Treaty of Strelsau" in letter.body
    assert "signed on 2026-11-20" in letter.body
    assert f"/changes/{reader.told_revision + 1}/" in letter.body
    ((html, kind),) = letter.alternatives
    assert kind == "text/html"
    assert "Renamed Treaty of Strelsau" in html


def test_a_mail_program_can_stop_it_with_one_post(reader, today, client):
    rename("Another")
    today(TUESDAY)
    call_command("send_digests")
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address in mail.outbox[0].body
    path = address.partition("127.0.0.1:8000")[2]
    client.handler.enforce_csrf_checks = True
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.exists()


def test_only_what_is_new_since_the_last_one_is_told(reader, today):
    rename("First")
    today(TUESDAY)
    call_command("send_digests")
    rename("Second")
    today(TUESDAY + timedelta(days=1))
    call_command("send_digests")
    first, second = mail.outbox
    assert "Renamed First" in first.body and "Renamed Second" not in first.body
    assert "Renamed Second" in second.body and "Renamed First" not in second.body


def test_without_news_nothing_is_sent(reader, today):
    agreement("sosa-dnk", "DNK")
    today(TUESDAY)
    call_command("send_digests")
    assert mail.outbox == []


def test_what_happened_before_the_confirmation_is_not_told(reader, today):
    today(TUESDAY)
    call_command("send_digests")
    assert mail.outbox == []


def test_one_period_has_one_digest_however_often_the_command_runs(reader, today):
    rename("First")
    today(TUESDAY)
    call_command("send_digests")
    rename("Second")
    call_command("send_digests")
    assert len(mail.outbox) == 1


def test_a_weekly_digest_comes_in_the_next_week(world, today):
    agreement()
    follow("/countries/XRU/", "week")
    rename("Another")
    today(MONDAY + timedelta(days=6))
    call_command("send_digests")
    assert mail.outbox == []
    today(MONDAY + timedelta(days=7))
    call_command("send_digests")
    assert len(mail.outbox) == 1


def test_only_the_asked_kind_of_revision_is_told(world, today):
    agreement()
    follow("/changes/?kind=correction")
    rename("News")
    rename("Mended", kind="correction")
    today(TUESDAY)
    call_command("send_digests")
    assert "Renamed Mended" in mail.outbox[0].body
    assert "Renamed News" not in mail.outbox[0].body


def test_two_runs_at_once_send_one_letter(reader, today, monkeypatch):
    rename("Another")
    today(TUESDAY)
    tell, once = digests._tell, []

    def second_run_in_the_middle(*args):
        if not once:
            once.append(True)
            call_command("send_digests")
        tell(*args)

    monkeypatch.setattr(digests, "_tell", second_run_in_the_middle)
    call_command("send_digests")
    assert len(mail.outbox) == 1


def test_a_run_that_read_the_same_list_finds_the_period_taken(reader, today):
    rename("Another")
    today(TUESDAY)
    stale = Subscription.objects.get()
    call_command("send_digests")
    assert digests._digest(stale, digests.pin()) == digests.TAKEN
    assert len(mail.outbox) == 1


def test_one_letter_that_fails_does_not_stop_the_others_and_is_tried_again(
    reader, today, monkeypatch
):
    follow("/countries/XRU/", address="second@example.org")
    rename("Another")
    today(TUESDAY)
    send = EmailMultiAlternatives.send

    def refuse_the_first(letter, *args, **options):
        if letter.to == ["reader@example.org"]:
            raise SMTPException("mailbox full")
        return send(letter, *args, **options)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse_the_first)
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_digests")
    assert [letter.to for letter in mail.outbox] == [["second@example.org"]]
    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    call_command("send_digests")
    assert [letter.to[0] for letter in mail.outbox] == ["second@example.org", "reader@example.org"]


def test_a_view_that_is_no_more_fails_alone(reader, today):
    Subscription.objects.create(
        address="x@example.org", view="/types/gone/", every="day", told_in=MONDAY, told_revision=1
    )
    rename("Another")
    today(TUESDAY)
    with pytest.raises(CommandError):
        call_command("send_digests")
    assert len(mail.outbox) == 1


def test_confirming_twice_is_one_subscription_and_the_later_wish_counts(reader):
    follow("/countries/XRU/", "week")
    (kept,) = Subscription.objects.all()
    assert kept.every == "week"


def test_a_link_that_was_tampered_with_or_is_of_another_kind_does_nothing(reader):
    for wrong in ("nonsense", token_of(stop_path(reader))):
        with pytest.raises(BadLink, match="not whole"):
            confirm(wrong)
    with pytest.raises(BadLink, match="not whole"):
        stop(token_of(confirm_path(Asked("a@example.org", "/changes/", "day"))))


def test_a_link_grows_too_old(world, monkeypatch):
    token = token_of(confirm_path(Asked("a@example.org", "/changes/", "day")))
    monkeypatch.setattr("django.core.signing.time.time", lambda: 4_000_000_000)
    with pytest.raises(BadLink, match="too old"):
        confirm(token)


def test_stopping_deletes_the_address_and_twice_does_no_harm(reader):
    token = token_of(stop_path(reader))
    stop(token)
    stop(token)
    assert not Subscription.objects.exists()


def test_the_command_starts_on_its_own(db):
    """Nothing but the command is loaded, as from a timer: its imports must stand alone."""
    ran = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); import agreements.digests"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_subject_stays_one_line_and_markup_stays_text(world, today):
    agreement()
    follow("/agreements/?search=<b>x")
    rename("<b>x")
    today(TUESDAY)
    call_command("send_digests")
    assert "\n" not in mail.outbox[0].subject
    assert "<b>x" not in mail.outbox[0].alternatives[0][0]
