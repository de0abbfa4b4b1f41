"""Pages are tagged and kept as the API's answers are, but for those of somebody in particular."""

from itertools import islice

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from sosa_registry import keeping
from sosa_registry.keeping import TRIES
from sosa_registry.ledger.actions import keep

PAGES = ["/", "/agreements/", "/agreements/sosa-aus/", "/countries/CAN/", "/changes/", "/about/"]


def told(client, path: str, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code in (200, 304)
    return response


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_has_not_changed_is_not_sent_again(client, registry, path):
    first = told(client, path)
    with CaptureQueriesContext(connection) as captured:
        again = told(client, path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, len(captured)) == (304, 1)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asked_for_twice_is_made_once(client, registry, path):
    first = told(client, path)
    with CaptureQueriesContext(connection) as captured:
        again = told(client, path)
    assert len(captured) == 1
    assert again.content == first.content


def test_a_change_is_seen_at_once(client, registry):
    made = told(client, "/agreements/sosa-aus/")
    row = Agreement.objects.get(slug="sosa-aus")
    row.note = "Word of the change."
    keep(row, actor="editor", reason="A note")
    again = told(client, "/agreements/sosa-aus/", **{"If-None-Match": made["ETag"]})
    assert again.status_code == 200
    assert b"Word of the change." in again.content


def test_a_page_for_somebody_is_not_kept(client, registry, django_user_model):
    client.force_login(django_user_model.objects.create_user("reader"))
    assert not told(client, "/").has_header("ETag")


@pytest.mark.parametrize(
    "path", ["/report/?about=/agreements/sosa-aus/", "/cite/?url=/api/v1/matrix/"]
)
def test_a_form_with_a_token_is_not_kept(client, registry, path):
    assert not client.get(path).has_header("ETag")


def test_who_has_once_seen_a_form_is_given_kept_pages_all_the_same(client, registry):
    assert client.get("/digests/?view=/").cookies  # a token against forged requests
    first = told(client, "/")
    assert first.has_header("ETag")
    with CaptureQueriesContext(connection) as captured:
        assert told(client, "/").content == first.content
    assert len(captured) == 1


def test_a_page_that_refuses_is_not_tagged(client, registry):
    response = client.get("/?as_of=nonsense")
    assert response.status_code == 400
    assert not response.has_header("ETag")


def test_pages_vary_by_cookie(client, registry):
    assert "Cookie" in told(client, "/")["Vary"]


@pytest.mark.parametrize(("times", "tagged"), [(1, True), (TRIES, False)])
def test_a_page_is_as_old_as_its_tag_says(client, registry, monkeypatch, times, tagged):
    left = iter(range(times))

    def late(response):
        for number in islice(left, 1):
            row = Agreement.objects.get(slug="sosa-aus")
            row.note = f"It came as number {number}."
            keep(row, actor="editor", reason="A note")

    monkeypatch.setattr(keeping, "begin", late)

    response = told(client, "/agreements/sosa-aus/")

    assert (f"number {times - 1}." in response.text) is tagged
    assert response.has_header("ETag") is tagged
    assert tagged or "no-store" in response["Cache-Control"]
    if tagged:
        headers = {"If-None-Match": response["ETag"]}
        assert told(client, "/agreements/sosa-aus/", **headers).status_code == 304
