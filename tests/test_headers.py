"""The headers that protect a reader are on every class of answer, whoever gave it."""

import pytest
from django.test import Client

from tests.cast import account

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ANSWERS = {
    "a page": ("/countries/", 200),
    "a question at fault": ("/?as_of=never", 400),
    "a page that is not there": ("/nowhere/", 404),
    "a record that is not there": ("/countries/ZZZ/", 404),
    "an answer of the API": ("/api/v1/countries/", 200),
    "a fault in the API": ("/api/v1/countries/?x=1", 400),
    "nothing in the API": ("/api/v1/nowhere/", 404),
    "a file": ("/api/v1/countries/?format=csv", 200),
    "a spreadsheet": ("/api/v1/countries/?format=xlsx", 200),
    "a feed": ("/api/v1/changes.atom", 200),
    "a calendar": ("/api/v1/agenda.ics", 200),
    "the document of the API": ("/api/v1/schema/", 200),
    "the manual": ("/api/docs/", 200),
    "the console": ("/api/docs/try/", 200),
    "a style sheet": ("/static/registry.css", 200),
    "a script": ("/static/registry.js", 200),
    "a picture": ("/static/favicon.svg", 200),
    "signing in": ("/accounts/login/", 200),
    "being sent to sign in": ("/admin/", 302),
    "a slash that was left out": ("/countries", 301),
    "health": ("/healthz", 200),
    "readiness": ("/readyz", 200),
    "whom to tell": ("/.well-known/security.txt", 200),
}


def protected(response):
    """Hold an answer to every header."""
    told = response["Content-Security-Policy"]
    assert {part.strip() for part in told.split(";") if part.strip()} == POLICY
    assert {name: response[name] for name in ALWAYS} == ALWAYS
    assert "camera=()" in response["Permissions-Policy"]
    assert "Server" not in response.headers


@pytest.mark.parametrize(("address", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_class_of_answer_is_protected(client, world, address, status):
    response = client.get(address)
    assert response.status_code == status
    protected(response)


@pytest.mark.parametrize("address", ["/admin/", "/admin/partners/country/", "/admin/auth/user/"])
def test_the_admin_has_the_same_policy(admin_client, address):
    response = admin_client.get(address)
    assert response.status_code == 200
    protected(response)
    assert "no-store" in response["Cache-Control"]


def test_a_refused_form_and_a_refused_host_are_protected(world):
    form = Client(enforce_csrf_checks=True).post("/report/", {"text": "x"})
    assert form.status_code == 403
    protected(form)
    host = Client().get("/countries/", headers={"host": "elsewhere.example"})
    assert host.status_code == 400
    protected(host)


def test_a_fault_of_ours_is_protected_and_shows_nothing_of_our_insides(world, monkeypatch):
    def break_down(*args, **kwargs):
        raise RuntimeError("the inside of the program")

    monkeypatch.setattr("agreements.views.records.countries_page", break_down, raising=False)
    monkeypatch.setattr("sosa_registry.pages.read_clocks", break_down)
    response = Client(raise_request_exception=False).get("/countries/")
    assert response.status_code == 500
    protected(response)
    assert "inside of the program" not in response.text


def test_pages_of_an_account_are_kept_by_nobody(client, world):
    client.force_login(account("ada", "editor"))
    for address in ("/accounts/", "/accounts/login/", "/admin/"):
        told = client.get(address, follow=True)
        assert "no-store" in told["Cache-Control"] or "private" in told["Cache-Control"]


def test_cookies_are_hidden_from_scripts_and_stay_here(client, world):
    account("ada", "editor", password="four plain words here")
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "ada", "password": "four plain words here"})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("address", ["/countries/", "/api/v1/countries/", "/admin/login/"])
def test_methods_that_nobody_needs_change_and_echo_nothing(client, world, method, address):
    response = client.generic(method, address, headers={"X-Secret": "do not echo"})
    assert b"do not echo" not in response.content
    assert response.status_code in (200, 302, 403, 405)
