"""A cited view gives the same bytes for ever, and says what has changed since."""

import hashlib
import json

import pytest
from django.core.cache import caches

from agreements.models import Event
from partners.actions import remove_with_citations
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Permalink
from sosa_registry.ledger.recording import revision

pytestmark = pytest.mark.django_db
MATRIX = "/api/v1/matrix/?as_of=2023-03-01&type=sosa"


@pytest.fixture(autouse=True)
def nobody_has_cited_yet():
    caches["memory"].clear()


def cite(client, url, **headers):
    return client.post(
        "/api/v1/permalinks/", json.dumps({"url": url}), content_type="application/json", **headers
    )


def stored(client, url):
    answer = cite(client, url)
    assert answer.status_code == 201, answer.content
    return answer.json()


def correct_denmark():
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-06-01"
    keep(event, actor="editor", reason="In force later", kind="correction")


def test_a_view_is_stored_with_both_clocks_under_its_hash(registry, client):
    made = stored(client, MATRIX)
    content = client.get(f"{made['url']}.json").content
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    assert made["revision"] == 1
    assert json.loads(content)["as_of"] == "2023-03-01"
    assert Permalink.objects.get().url.endswith("as_of=2023-03-01&known_at=1&type=sosa")


def test_the_same_view_is_stored_once(registry, client):
    first = stored(client, MATRIX)
    again = stored(client, "/api/v1/matrix/?type=sosa&as_of=2023-03-01&known_at=1")
    assert first == again
    assert Permalink.objects.count() == 1


def test_the_bytes_stay_after_a_correction_and_a_deletion(registry, client):
    made = stored(client, MATRIX)
    before = client.get(f"{made['url']}.json").content
    correct_denmark()
    with revision(actor="editor", reason="Gone", kind="correction", accept_warnings=True):
        for event in Event.objects.filter(agreement__in=["sosa-isr", "sosa-mex"]):
            remove_with_citations(event, actor="editor", reason="Gone")
    answer = client.get(f"{made['url']}.json")
    assert answer.content == before
    assert "immutable" in answer["Cache-Control"]


def test_what_has_changed_since_is_said(registry, client):
    made = stored(client, MATRIX)
    assert b"has not changed since" in client.get(made["url"]).content
    correct_denmark()
    assert b"and this answer with it" in client.get(made["url"]).content
    since = client.get(f"{made['url']}/since").content.decode()
    assert "/rows/DNK/cells/sosa/status" in since
    assert "signed" in since


def test_a_change_elsewhere_leaves_the_answer_the_same(registry, client):
    made = stored(client, "/api/v1/matrix/?as_of=2016-10-01&type=ntib")
    correct_denmark()
    assert b"this answer is still the same" in client.get(made["url"]).content


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/diff/?from=2021-07-28",
        "/api/v1/coverage/?grouping=nato&type=sosa",
        "/api/v1/memberships/?grouping=nato",
        "/api/v1/agreements/sosa-aus/",
        "/api/v1/agreements/?type=sosa",
    ],
)
def test_any_view_of_the_api_can_be_cited(registry, client, url):
    made = stored(client, url)
    assert client.get(made["url"]).status_code == 200
    assert client.get(f"{made['url']}/since").status_code == 200


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://elsewhere.example/api/v1/matrix/", "outside"),
        ("//elsewhere.example/api/v1/matrix/", "outside"),
        ("javascript:alert(1)", "outside"),
        ("/admin/", "cannot be cited"),
        ("/api/v1/permalinks/", "cannot be cited"),
        ("/api/v1/nothing/", "404"),
        ("/api/v1/matrix/?as_of=2021-02-30", "not in the calendar"),
        ("/api/v1/matrix/?kind=sosa", "400"),
        ("/api/v1/agreements/none/", "404"),
        ("/api/v1/" + "x" * 2000, "2000"),
        ("http://[", "no address"),
        ("", "blank"),
    ],
)
def test_what_cannot_be_cited_is_refused_beside_its_field(registry, client, url, told):
    answer = cite(client, url)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/url"
    assert told in error["detail"]
    assert not Permalink.objects.exists()


def test_an_answer_too_large_is_refused(registry, client, monkeypatch):
    monkeypatch.setattr("sosa_registry.citing.LARGEST", 100)
    assert "100" in cite(client, MATRIX).json()["errors"][0]["detail"]


def test_twenty_an_hour_and_address_are_enough(registry, client):
    for day in range(1, 21):
        stored(client, f"/api/v1/matrix/?as_of=2023-01-{day:02}&type=ntib")
    refused = cite(client, MATRIX)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert cite(client, MATRIX, REMOTE_ADDR="192.0.2.1").status_code == 201


@pytest.mark.parametrize(
    ("form", "holds"),
    [("txt", "as known at revision 1"), ("bib", "@misc{registry-"), ("csl.json", '"dataset"')],
)
def test_a_citation_can_be_had_in_three_forms(registry, client, form, holds):
    made = stored(client, MATRIX)
    answer = client.get(f"{made['url']}.{form}")
    assert answer.status_code == 200
    assert holds in answer.content.decode()
    assert made["sha256"] in answer.content.decode()


@pytest.mark.parametrize("place", ["", ".json", "/since", ".txt", ".exe"])
def test_a_citation_that_is_not_there_is_not_found(registry, client, place):
    assert client.get(f"/r/0123456789abcdef{place}").status_code == 404


def test_a_page_offers_to_cite_the_same_data(registry, client):
    assert b'href="/cite/?url=' in client.get("/").content
    form = client.get("/cite/", {"url": MATRIX})
    assert b"Store and cite" in form.content
    done = client.post("/cite/", {"url": MATRIX})
    assert done.status_code == 302
    assert client.get(done["Location"]).status_code == 200


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(registry, client):
    answer = client.post("/cite/", {"url": "/nowhere/<script>"})
    assert answer.status_code == 400
    assert b"/nowhere/&lt;script&gt;" in answer.content


def test_an_address_too_long_when_spelt_out_is_refused(registry, client):
    refused = cite(client, "/api/v1/agreements/?search=" + "\N{GRINNING FACE}" * 199)
    assert refused.status_code == 400
    assert "2000 characters" in refused.json()["errors"][0]["detail"]


def test_a_header_gives_nobody_a_new_address(registry, client):
    answers = [
        cite(client, "/api/v1/nowhere/", headers={"x-forwarded-for": f"192.0.2.{number}"})
        for number in range(21)
    ]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    "body, status", [(b"[" * 100_000, 400), (b"\xff", 400), (b"", 400), (b" " * 3_000_000, 413)]
)
def test_a_body_that_cannot_be_read_is_a_problem(db, client, body, status):
    answer = client.generic("POST", "/api/v1/permalinks/", body, "application/json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
