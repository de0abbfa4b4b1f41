"""The logs: one JSON line a request, security apart, an id in and out, nothing secret in either."""

import json
import logging

import pytest

from sosa_registry import logs
from tests.cast import account

pytestmark = pytest.mark.django_db

LINES = logs.JSONLines()


@pytest.fixture
def lines(caplog):
    """What one of the two logs was told, as the objects that its lines hold."""
    for name in ("registry.requests", "registry.security"):
        caplog.set_level(logging.INFO, name)

    def read(name):
        return [json.loads(LINES.format(one)) for one in caplog.records if one.name == name]

    return read


def test_a_request_is_one_line_with_its_figures(client, world, lines):
    client.get("/countries/?q=a-secret-interest", headers={"X-Request-ID": "proxy-0123.abc"})
    [line] = lines("registry.requests")
    assert line["request_id"] == "proxy-0123.abc"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/countries/", 200)
    assert line["ms"] > 0 and line["bytes"] > 0
    assert line["address"] == "127.0.0.1"
    assert "secret-interest" not in json.dumps(line)


def test_the_id_that_was_given_is_given_back(client, db):
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-0123.abc"})
    assert answer["X-Request-ID"] == "proxy-0123.abc"


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "two words", "a\nb: forged-header", '"}{"forged": 1', "<b>é</b>"],
)
def test_an_id_that_could_break_a_line_is_replaced(client, db, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_a_path_cannot_forge_a_line(client, db, lines):
    client.get("/%0a%7b%22forged%22%3a1%7d\u2028/")
    [line] = lines("registry.requests")
    assert "\n" not in line["path"]
    assert "\u2028" not in line["path"]


def test_the_address_behind_the_proxy_is_the_last_it_names(client, db, lines, settings):
    told = {"X-Forwarded-For": "203.0.113.7, 192.0.2.1"}
    for https, address in ((True, "192.0.2.1"), (False, "127.0.0.1")):
        settings.HTTPS = https
        client.get("/healthz", headers=told)
        assert lines("registry.requests")[-1]["address"] == address


def test_who_asked_is_named_where_the_view_had_to_know(client, world, lines):
    client.force_login(account("ada", "editor"))
    client.get("/admin/")
    assert lines("registry.requests")[-1]["account"] == "ada"


def test_a_refusal_goes_to_the_security_log_too(client, world, lines):
    client.force_login(account("rea", "reader"))
    client.get("/admin/", follow=True)
    [line] = [one for one in lines("registry.security") if one["event"] == "refused"]
    assert (line["account"], line["path"], line["status"]) == ("rea", "/admin/login/", 403)
    assert line["request_id"] == lines("registry.requests")[-1]["request_id"]


def test_an_export_goes_to_the_security_log_too(client, world, lines):
    client.get("/api/v1/countries/?format=csv")
    [line] = lines("registry.security")
    assert (line["event"], line["table"], line["format"]) == ("exported", "countries", "csv")


def test_a_fault_is_one_line_with_its_trace():
    try:
        raise ValueError("two\nlines")
    except ValueError as fault:
        record = logging.LogRecord("x", 40, "", 0, "failed", (), (type(fault), fault, None))
    text = LINES.format(record)
    assert "\n" not in text
    assert "two" in json.loads(text)["trace"]
