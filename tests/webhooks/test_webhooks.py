"""Each revision is told: signed, again until it arrives, to no address inside."""

import hashlib
import hmac
import json
import logging
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from sosa_registry.ledger.recording import revision
from sosa_registry.webhooks import addresses, sending, tasks
from sosa_registry.webhooks.models import Delivery, Webhook
from tests.api.places import problem_of
from tests.cast import account, agreement, source

pytestmark = pytest.mark.usefixtures("world")


class Receiver(BaseHTTPRequestHandler):
    """Answers as it is told to, and remembers what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.headers, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.received, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mirror(receiver):
    return Webhook.objects.create(name="mirror", url=f"http://127.0.0.1:{receiver.server_port}/in")


def work():
    """Do what waits and is due, as the worker would: its own commits would end the test's."""
    for waiting in DBTaskResult.objects.ready():
        waiting.delete()
        tasks.deliver.func(*waiting.args_kwargs["args"])


def fall_due():
    """What waits for later waits no longer."""
    DBTaskResult.objects.filter(status="READY").update(run_after="2000-01-01T00:00:00Z")


def test_each_revision_is_told_once_signed(receiver, mirror):
    agreement()
    work()
    work()

    ((headers, body),) = receiver.received
    told = json.loads(body)
    assert told["revision"]["reason"] == "An agreement"
    assert told["changes_url"].endswith("/api/v1/revisions/2/changes/")
    at, signed = (part.partition("=")[2] for part in headers["Registry-Signature"].split(","))
    expected = hmac.new(mirror.secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(signed, expected.hexdigest())
    assert headers["Registry-Delivery"] == f"{mirror.pk}-2"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.status) == ("delivered", 1, 204)


def test_a_revision_that_is_undone_is_never_told(receiver, mirror):
    with pytest.raises(RuntimeError), revision(actor="editor", reason="Undone"):
        source("other").save()
        raise RuntimeError
    work()
    assert receiver.received == []
    assert not Delivery.objects.exists()


def test_what_does_not_arrive_is_sent_again_ever_more_slowly(receiver, mirror):
    receiver.answers = [500, 503]
    agreement()
    work()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.status) == ("waiting", 1, 500)
    assert delivery.next_at - delivery.tried_at == timedelta(seconds=30)
    work()
    assert len(receiver.received) == 1  # not due yet
    fall_due()
    work()
    delivery.refresh_from_db()
    assert delivery.next_at - delivery.tried_at == timedelta(minutes=2)
    fall_due()
    work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.next_at) == ("delivered", 3, None)
    assert len({body for _, body in receiver.received}) == 1


def test_it_is_given_up_in_the_end(receiver, mirror):
    receiver.answers = [500] * 20
    agreement()
    for _ in range(tasks.TRIES + 2):
        work()
        fall_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries) == ("failed", tasks.TRIES)
    assert len(receiver.received) == tasks.TRIES


def test_the_waits_grow_to_six_hours():
    waits = [tasks.wait_after(tries).total_seconds() for tries in range(1, tasks.TRIES)]
    assert waits[:4] == [30, 120, 480, 1920]
    assert waits == sorted(waits) and waits[-1] == 6 * 3600


def test_a_redirect_is_not_followed(receiver, mirror):
    receiver.answers = [302]
    agreement()
    work()
    assert len(receiver.received) == 1
    assert "Redirects are not followed" in Delivery.objects.get().told


def test_nobody_at_home_is_tried_again(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    Webhook.objects.create(name="nobody", url="http://127.0.0.1:1/")
    agreement()
    work()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert "No answer" in delivery.told


def test_what_is_switched_off_is_told_nothing(receiver, mirror):
    agreement()
    Webhook.objects.update(active=False)
    work()
    agreement("sosa-dnk", "DNK")
    work()
    assert receiver.received == []


INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_by_its_looks_and_by_what_a_name_resolves_to(
    address, monkeypatch
):
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(addresses.NotAllowed):
        addresses.read(f"https://{literal}/")
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: [public, (*public[:4], (address, 443))]
    )
    with pytest.raises(addresses.NotAllowed):
        addresses.resolve(addresses.read("https://rebound.example/"))


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch):
    answers = iter(["93.184.215.14", "127.0.0.1"])
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))],
    )
    asked = []

    def connect(address, timeout):
        asked.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(sending.NotDelivered):
        sending.post("https://rebound.example/", b"{}", {})
    assert asked == [("93.184.215.14", 443)]


def test_a_refused_address_is_given_up_at_once(monkeypatch):
    Webhook.objects.create(name="inside", url="https://localhost/")
    agreement()
    work()
    assert Delivery.objects.get().state == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "http://mirror.example/",
        "ftp://mirror.example/",
        "https://",
        "mirror.example",
        "https://a:b@mirror.example/",
        "https://mirror.example:99999/",
        "https://mirror.example/a b",
        "https://mirror.example/\r\nHost: x",
        "https://[::1",
        "https://127.0.0.1/",
        "",
    ],
)
def test_an_address_that_cannot_be_told_is_not_registered(client, url):
    client.force_login(account("chief", "admin"))
    answer = client.post(
        "/api/v1/webhooks/", {"name": "x", "url": url}, content_type="application/json"
    )
    assert problem_of(answer, 400)["errors"][0]["pointer"] == "/url"
    assert not Webhook.objects.exists()


def test_an_admin_registers_changes_and_removes_a_webhook_through_the_api(client, receiver, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    client.force_login(account("chief", "admin"))
    body = {"name": "mirror", "url": f"http://127.0.0.1:{receiver.server_port}/in"}
    made = client.post("/api/v1/webhooks/", body, content_type="application/json")
    assert made.status_code == 201
    place, secret = f"/api/v1/webhooks/{made.json()['id']}/", made.json()["secret"]
    assert secret not in client.get(place).content.decode()
    agreement()
    work()
    page = client.get(f"{place}deliveries/").json()
    assert [(each["revision"], each["state"]) for each in page["results"]] == [(2, "delivered")]

    twice = client.post("/api/v1/webhooks/", body, content_type="application/json")
    problem_of(twice, 400)
    off = client.patch(place, {"active": False}, content_type="application/json")
    assert off.json()["active"] is False
    for wrong in ({"active": "no"}, {"id": 5}, {"secret": "x"}, {"nmae": "x"}):
        problem_of(client.patch(place, wrong, content_type="application/json"), 400)
    assert client.delete(place).status_code == 204
    problem_of(client.get(place), 404)
    problem_of(client.get("/api/v1/webhooks/999/deliveries/"), 404)
    assert "webhook saved" in caplog.text and secret not in caplog.text


@pytest.mark.parametrize("role", ["reader", "analyst", "editor", "approver"])
def test_webhooks_are_for_admins(client, role):
    client.force_login(account("somebody", role))
    problem_of(client.get("/api/v1/webhooks/"), 403)
    problem_of(client.post("/api/v1/webhooks/", {}, content_type="application/json"), 403)


def test_an_admin_registers_one_in_the_admin_and_sees_its_secret_once(client):
    client.force_login(account("chief", "admin"))
    form = {"name": "mirror", "url": "https://mirror.example/", "active": "on"}
    page = client.post(reverse("admin:webhooks_webhook_add"), form)
    made = Webhook.objects.get()
    assert made.secret in page.content.decode() and "no-store" in page["Cache-Control"]
    shown = client.get(reverse("admin:webhooks_webhook_change", args=[made.pk]))
    assert made.secret not in shown.content.decode()
    agreement()
    log = client.get(reverse("admin:webhooks_delivery_changelist"))
    assert "mirror" in log.content.decode()
