"""Requests that mean harm: sent elsewhere, another host, split headers, crowded bodies."""

import json
import time
from contextlib import contextmanager
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from sosa_registry.ledger.models import Revision
from tests.api.places import LISTS, address
from tests.api.records import NEW
from tests.cast import account
from tests.pages.addresses import PAGES

pytestmark = pytest.mark.django_db

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/%2f..",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "https:evil.example",
    "https:/\\evil.example",
    "http:///evil.example",
    "javascript:boom()",
    "data:text/html,boom",
    " //evil.example",
    "\x01//evil.example",
    "//testserver@evil.example/",
    "http://testserver.evil.example/",
    "/%0d%0aLocation:%20//evil.example",
    "x\r\nLocation: //evil.example",
)
DOORS = (
    *("/accounts/login/", "/accounts/logout/", "/accounts/reauthenticate/", "/admin/login/"),
    *("/accounts/password/change/", "/accounts/password/reset/", "/accounts/2fa/totp/activate/"),
    *("/admin/logout/", "/report/", "/cite/", "/digests/", "/accounts/sso/oidc/login/"),
)
NAMES = (
    "next",
    "url",
    "to",
    "view",
    "page",
    "return",
    "redirect",
    "process",
    "REDIRECT_FIELD_NAME",
)


def stays(answer) -> bool:
    """Whether a redirect leads to this host, by the web, in one line."""
    if "Location" not in answer.headers:
        return True
    target = answer["Location"]
    led = urlsplit(urljoin("http://testserver/", target.replace("\\", "/")))
    return (led.scheme, led.netloc) == ("http", "testserver") and target.isprintable()


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_no_door_leads_elsewhere(client, world, onward):
    account("ada", "editor", password="four plain words here")
    given = {"login": "ada", "password": "four plain words here", "text": "x", "reason": "x"}
    for caller in (client, Client()):
        for door in DOORS:
            for answer in (
                caller.get(door, dict.fromkeys(NAMES, onward)),
                caller.post(f"{door}?next={quote(onward)}", given | dict.fromkeys(NAMES, onward)),
            ):
                assert answer.status_code < 500
                assert stays(answer), (door, answer["Location"])
        client.login(username="ada", password="four plain words here")


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_no_address_leads_elsewhere(client, world, onward):
    for start in ("", "/", "/countries/", "/admin/", "/api/v1/countries/", "/r/", "/static/"):
        for end in ("", "/"):
            answer = client.generic("GET", start + quote(onward, safe="/\\:@%?") + end)
            assert answer.status_code < 500
            assert stays(answer), answer["Location"]


def test_a_redirect_is_judged(client, world):
    class Answer(dict):
        headers = {"Location": ""}

    for bad in ("//evil.example", "/\\evil.example", "javascript:x", "/a\r\nb: c"):
        assert not stays(Answer(Location=bad))
    assert stays(client.get("/countries"))


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example#"),
        *("testserver:80@evil.example", "testserver/evil", "testserver evil", "[::1]evil", ""),
        *("testserver\r\nX-Boom: 1", "testserver,evil.example", "999.999.999.999", "te<b>st"),
    ],
)
@pytest.mark.parametrize("place", ["/", "/api/v1/countries/", "/accounts/login/", "/countries"])
def test_another_host_is_refused(world, host, place):
    answer = Client(headers={"host": host}).get(place, HTTP_HOST=host)
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_no_header_moves_the_site(client, world):
    claims = {
        "X-Forwarded-Host": "evil.example",
        "X-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "X-HTTP-Method-Override": "DELETE",
    }
    for place in ("/", "/countries", "/api/v1/countries/?page_size=1", "/changes.atom", "/admin/"):
        answer = client.get(place, headers=claims)
        assert "evil" not in answer.text + str(answer.headers)
        assert answer.status_code == client.get(place).status_code


def test_what_is_kept_for_one_host_is_not_given_to_another(world):
    place = "/api/v1/countries/?page_size=1"
    Client(headers={"host": "localhost:1234"}).get(place)
    assert "localhost:1234" not in Client().get(place).text
    Client(headers={"host": "localhost:1234"}).get("/changes.atom")
    assert "localhost:1234" not in Client().get("/changes.atom").text
    Client(headers={"host": "localhost:1234"}).get("/countries/")
    assert "localhost:1234" not in Client().get("/countries/").text


SPLIT = (
    "x\r\nSet-Cookie: boom=1",
    "x\nSet-Cookie: boom=1",
    "x\r\n\r\n<script>",
    "x\u010d\u010aboom",
)


@pytest.mark.parametrize("text", SPLIT)
def test_no_answer_is_split(client, world, text):
    asked = ("ordering", "search", "columns", "format", "as_of", "known_at", "page", "page_size")
    for place in (*(address(name) for name in LISTS), "/", "/agreements/", "/countries/", "/cite/"):
        for name in asked:
            answer = client.get(place, {name: text, "format": "csv"} | {name: text})
            assert answer.status_code < 500
            told = str(answer.headers)
            assert "boom" not in answer.cookies and "\n" not in told and "\r" not in told


@pytest.mark.parametrize("name", ["X-Request-ID", "X-Change-Reason", "If-None-Match", "Accept"])
@pytest.mark.parametrize(
    "text", [*SPLIT[:3], "\x00", "é\x7f", "x" * 8_000, '"' * 4_000, ",;=" * 2_000]
)
def test_no_header_of_a_request_breaks_the_answer(client, world, name, text):
    for place in ("/api/v1/countries/", "/countries/"):
        answer = client.get(place, headers={name: text})
        assert answer.status_code in (200, 400, 406)
        assert all(value.isprintable() for value in answer.headers.values())


# What is crowded


@contextmanager
def a_second():
    """Fails what takes more than a second of this process's own time, whoever else is at work."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 1


def crowded() -> dict[str, bytes]:
    """Bodies as large as are taken, each made to cost as much as it can."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return {
        "many members": json.dumps({f"member-{n}": 1 for n in range(100_000)}).encode(),
        "a name of two million letters": json.dumps({"n" * 2_000_000: 1}).encode(),
        "a text of two million letters": json.dumps(
            {**NEW["agreements"], "type": "s" * 2_000_000}
        ).encode(),
        "deep": b"[" * 500_000 + b"]" * 500_000,
        "deep objects": b'{"a":' * 300_000 + b"1" + b"}" * 300_000,
        "a number of two million digits": b'{"order": ' + b"9" * 2_000_000 + b"}",
        "a number that is vast": b'{"order": 1e999999999}',
        "the same member often": b"{" + b'"name":"x",' * 150_000 + b'"name":"x"}',
        "many sources": json.dumps({"sources": ["x"] * 200_000}).encode(),
        "signs that are half": b'{"name": "\\ud800"}',
        "no text": b"\xff\xfe" * 1_000,
        "too long": b" " * (most + 10),
    }


@pytest.mark.parametrize("what", list(crowded()))
@pytest.mark.parametrize("resource", ["agreements", "countries", "published-lists"])
def test_a_crowded_body_is_refused_in_a_second(client, world, what, resource):
    client.force_login(account("ada", "editor"))
    body, before = crowded()[what], Revision.objects.count()
    with a_second():
        answer = client.generic("POST", address(resource), body, "application/json")
    assert answer.status_code in (400, 413)
    assert len(answer.content) < 50_000
    assert Revision.objects.count() == before


def test_a_crowded_batch_is_refused_in_a_second(client, world):
    client.force_login(account("ada", "editor"))
    many = json.dumps([{"op": "create", "resource": "x", "data": {}}] * 40_000)
    with a_second():
        answer = client.post("/api/v1/batch/", many, "application/json")
    assert answer.status_code in (400, 404, 413)
    assert len(answer.content) < 1_000_000


def test_a_crowded_query_and_form_are_refused_in_a_second(client, world):
    query = "&".join(f"p{number}=1" for number in range(1_500))
    with a_second():
        for place in ("/", "/agreements/", "/api/v1/agreements/"):
            assert client.get(f"{place}?{query}").status_code == 400
            assert client.get(place, {"as_of": "1" * 4_000}).status_code == 400
        answer = client.post("/report/", {f"f{number}": "x" for number in range(1_500)})
    assert answer.status_code in (400, 403)


# What is not to be written


OWN = ("id", "pk", "recorded_in", "revision", "author", "actor", "approved_by", "grade", "evidence")
STATES = ("standing", "status_now", "conflicts", "history", "state", "earliest", "valid_from")


@pytest.mark.parametrize("resource", list(NEW))
def test_no_member_beyond_the_named_ones_is_written(client, world, resource):
    client.force_login(account("ada", "admin"))
    before = Revision.objects.count()
    for name in (*OWN, *STATES):
        if name in NEW[resource]:
            continue
        answer = client.post(address(resource), {**NEW[resource], name: 1}, "application/json")
        assert answer.status_code == 400, (name, answer.content)
        assert f"/{name}" in [each["pointer"] for each in answer.json()["errors"]]
    assert Revision.objects.count() == before


@pytest.mark.parametrize(
    "name", ["author", "status", "approver", "approved_by", "number", "revision"]
)
def test_nobody_says_who_wrote_or_approved_a_proposal(client, world, name):
    client.force_login(account("anna", "analyst"))
    body = {"reason": "x", "operations": [], name: "approved"}
    assert client.post("/api/v1/proposals/", body, "application/json").status_code == 400


def test_no_draft_is_found_by_anyone_who_may_only_read(client, world):
    client.force_login(account("anna", "analyst"))
    entry = {"country": "XQX", "alpha2": "XQ", "name": "Quuxland", "region": "Quuxia"}
    made = client.post(
        "/api/v1/proposals/",
        {
            "reason": "Quuxland at last",
            "operations": [{"op": "create", "resource": "countries", "data": entry}],
        },
        "application/json",
    )
    assert made.status_code == 201
    number = made.json()["number"]
    reader = Client()
    reader.force_login(account("rea", "reader"))
    for caller in (Client(), reader):
        places = [address(name) for name in LISTS]
        places += [address(name, "format=csv") for name in LISTS]
        places += [
            "/search/?q=quux",
            "/api/v1/search/?q=quux",
            "/changes.atom",
            "/api/v1/changes.atom",
        ]
        places += [
            "/",
            "/countries/",
            "/changes/",
            "/changes/1/",
            "/compare/",
            "/agenda/",
            "/about/",
        ]
        places += ["/checks/", "/api/v1/agenda.ics", "/api/v1/schema/?format=json", "/metrics"]
        places += ["/countries/XQX/", "/countries/XQX/changes.atom", "/api/v1/countries/XQX/"]
        for place in places:
            answer = caller.get(place)
            text = b"".join(answer) if answer.streaming else answer.content
            assert b"Quux" not in text.replace(b"quux", b""), place
        assert caller.get(f"/api/v1/proposals/{number}/").status_code in (401, 403)
        assert caller.get("/api/v1/proposals/").status_code in (401, 403)


def test_every_page_stays_itself_whatever_its_address_ends_with(client, world):
    for place in ("/", *(page for page in PAGES.values() if page.count("/") == 2)):
        answer = client.get(place.partition("?")[0] + "?next=//evil.example")
        assert answer.status_code in (200, 400) and stays(answer)
