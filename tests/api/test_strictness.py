"""A mistyped question is refused by name, on every endpoint, in one shape; nothing is guessed."""

import pytest
from django.test import Client

from agreements import api
from sosa_registry.ledger.reading import pin
from tests.api.places import (
    BELOW,
    CLOCKED,
    EVERYTHING,
    LISTS,
    QUESTIONS,
    RECORDS,
    address,
    ask,
    parameters_of,
    problem_of,
    refuse,
)
from tests.api.records import NEW, send

FILTERED = [
    ("countries", "region=Atlantis", "region"),
    ("groupings", "kind=club", "kind"),
    ("memberships", "country=ZZZ", "country"),
    ("memberships", "grouping=natoo", "grouping"),
    ("organizations", "country=ZZZ", "country"),
    ("firms", "country=ZZZ", "country"),
    ("agreements", "type=foo", "type"),
    ("agreements", "country=ZZZ", "country"),
    ("agreements", "partner=AUS,ZZZ", "partner"),
    ("agreements", "partner=,", "partner"),
    ("agreements", "binding=maybe", "binding"),
    ("agreements", "status=alive", "status"),
    ("agreements", "grouping=natoo", "grouping"),
    ("agreements", "region=Atlantis", "region"),
    ("commitments", "kind=foo", "kind"),
    ("events", "event=foo", "event"),
    ("events", "agreement=sosa-xxx", "agreement"),
    ("events", "decade=2011", "decade"),
    ("events", "date_after=2021-02-30", "date_after"),
    ("events", "date_before=99999-01-01", "date_before"),
    ("codes-of-conduct", "status=bar", "status"),
    ("signatories", "code=foo", "code"),
    ("invocations", "outcome=foo", "outcome"),
    ("sources", "tier=foo", "tier"),
    ("sources", "grade=F", "grade"),
    ("citations", "subject=foo", "subject"),
    ("citations", "subject_kind=foo", "subject_kind"),
    ("claims", "stance=foo", "stance"),
    ("claims", "property=foo", "property"),
    ("published-lists", "exhaustive=maybe", "exhaustive"),
    ("procedure-facts", "property=foo", "property"),
    ("revisions", "kind=foo", "kind"),
    ("revisions", "after=x", "after"),
]
BAD_DAYS = ("2021-02-30", "99999-01-01", "2021", "tomorrow", "2021-1-1", "0000-01-01")
BAD_PAGES = (
    "page=0",
    "page=-1",
    "page=last",
    "page=1.5",
    "page=" + "9" * 40,
    "page_size=0",
    "page_size=501",
    "page_size=many",
)
BAD_KNOWN_AT = (
    "0",
    "2",
    "2999-01-01T00:00:00Z",
    "2001-01-01",
    "foo",
    "99999999999999999999",
    "0001-01-01T00:00:00%2B14:00",
)


@pytest.mark.parametrize("place", EVERYTHING)
def test_an_unknown_parameter_is_refused_everywhere(client, full, place):
    problem = refuse(client, place, "as_off=2021-08-10")

    assert parameters_of(problem) == {"as_off"}
    assert "Allowed: " in problem["detail"]


@pytest.mark.parametrize("place", EVERYTHING)
def test_an_unknown_format_is_refused_everywhere(client, full, place):
    assert parameters_of(refuse(client, place, "format=xml")) == {"format"}


@pytest.mark.parametrize("place", EVERYTHING)
def test_a_type_nobody_offers_is_not_acceptable_anywhere(client, full, place):
    response = client.get(address(place), headers={"Accept": "image/png"})

    assert "application/json" in problem_of(response, 406)["detail"]


READ_ONLY = [place for place in EVERYTHING if place.partition("/")[0] not in NEW]


@pytest.mark.parametrize("place", [*READ_ONLY, *BELOW])
def test_a_method_that_an_address_does_not_take_is_refused(client, full, place):
    for method in ("post", "put", "patch", "delete"):
        problem = problem_of(getattr(client, method)(address(place)), 405)
        assert "reading" in problem["detail"] or method.upper() in problem["detail"]


@pytest.mark.parametrize("resource", NEW)
def test_a_list_is_not_replaced_nor_a_record_posted_to(client, full, resource):
    for method in ("put", "patch", "delete"):
        problem_of(getattr(client, method)(address(resource)), 405)
    record = next(place for place in RECORDS if place.startswith(f"{resource}/"))
    problem_of(client.post(address(record)), 405)


def test_whoever_is_not_signed_in_writes_nothing(client, full):
    before = pin().revision
    for resource, body in NEW.items():
        record = next(place for place in RECORDS if place.startswith(f"{resource}/"))
        answer = send(client, "post", resource, body)
        problem_of(answer, 401)
        assert answer["WWW-Authenticate"] == 'Token realm="registry"'
        for method in ("put", "patch", "delete"):
            problem_of(send(client, method, record, body, If_Match="*"), 401)
    assert pin().revision == before


@pytest.mark.parametrize("place", [*LISTS, *BELOW])
def test_a_page_that_is_none_is_refused(client, full, place):
    refuse(client, place, "page=1000000000", 404)
    for query in BAD_PAGES:
        refuse(client, place, query)


@pytest.mark.parametrize("place", LISTS)
def test_an_unknown_order_is_refused(client, full, place):
    assert parameters_of(refuse(client, place, "ordering=nothing")) == {"ordering"}


@pytest.mark.parametrize("place, query, name", FILTERED)
def test_an_unknown_value_of_a_filter_is_refused_by_name(client, registry, place, query, name):
    problem = refuse(client, place, query)

    assert parameters_of(problem) == {name}


def test_the_nearest_value_is_suggested(client, registry):
    assert "Did you mean sosa-aus?" in refuse(client, "events", "agreement=sosa-auss")["detail"]
    assert "Did you mean type?" in refuse(client, "matrix", "typ=sosa")["detail"]


@pytest.mark.parametrize("place", [*CLOCKED, "matrix", "agreements/sosa-aus", QUESTIONS[1]])
def test_a_day_that_is_none_is_refused(client, registry, place):
    for day in BAD_DAYS:
        assert parameters_of(refuse(client, place, f"as_of={day}")) == {"as_of"}


@pytest.mark.parametrize(
    "place", [*CLOCKED, "matrix", "trend", "agreements/sosa-aus", QUESTIONS[1]]
)
def test_a_state_of_knowledge_that_never_was_is_refused(client, registry, place):
    for known_at in BAD_KNOWN_AT:
        assert parameters_of(refuse(client, place, f"known_at={known_at}")) == {"known_at"}


UNCLOCKED = [place for place in LISTS if place not in (*CLOCKED, "agreements")]


@pytest.mark.parametrize("place", UNCLOCKED)
def test_a_list_without_clocks_says_so(client, full, place):
    problem = refuse(client, place, "as_of=2021-08-10&known_at=1")

    assert parameters_of(problem) == {"as_of", "known_at"}


def test_agreements_are_judged_on_a_day_but_listed_as_they_are_now(client, registry):
    known_at, no_day = (
        parameters_of(refuse(client, "agreements", f"as_of={asked}"))
        for asked in ("2021-08-10&known_at=1", "2021-02-30")
    )

    assert known_at == {"known_at"}
    assert no_day == {"as_of"}


@pytest.mark.parametrize(
    "place, query, names",
    [
        ("matrix", "principal=ZZZ", {"principal"}),
        ("matrix", "type=foo&grouping=bar&region=baz", {"type", "grouping", "region"}),
        ("matrix", "status=bar&rows=some", {"status", "rows"}),
        ("matrix", "type=,", {"type"}),
        ("matrix", "as_of=2021-02-30&type=foo&typ=x", {"as_of", "type", "typ"}),
        ("coverage", "", {"grouping", "type"}),
        (QUESTIONS[1], "assume=TWN", {"assume"}),
        (QUESTIONS[1], "assume=ZZZ:sosa", {"assume"}),
        (QUESTIONS[1], "assume=TWN:foo", {"assume"}),
        ("diff", "", {"from"}),
        ("diff", "from=2021-02-30&to=2021-13-01", {"from", "to"}),
        ("diff", "from=2021-01-01&from_known_at=9&to_known_at=x", {"from_known_at", "to_known_at"}),
        ("trend", "from=2021-01-01&to=2020-01-01", {"from", "to"}),
        ("trend", "from=1000-01-01&step=month", {"to"}),
        ("trend", "step=decade&as_of=2020-01-01", {"step", "as_of"}),
        ("search", "", {"q"}),
        ("search", "q=", {"q"}),
        ("search", "q=" + "a" * 201, {"q"}),
        ("search", "q=%00", {"q"}),
        ("countries", "search=" + "a" * 201, {"search"}),
        ("countries", "search=%00", {"search"}),
        ("agreements", "type=%00", {"type"}),
        ("claims", "subject=%00", {"subject"}),
        ("countries", "region=Europe&region=Africa", {"region"}),
    ],
)
def test_every_wrong_parameter_is_named_at_once(client, registry, place, query, names):
    assert parameters_of(refuse(client, place, query)) == names


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/v1/nothing/",
        "/api/v1/nothing",
        "/api/v2/countries/",
        "/api/v1/countries/AUS/nothing/",
        "/api/v1/countries/%00/",
        "/api/v1/countries/%FF/",
        "/api/v1/revisions/one/",
        "/api/v1/revisions/99999999999999999999999/",
        "/api/v1/revisions/0/changes/",
        "/api/v1/commitments/foo/",
        "/api/v1/citations/a/b/",
        "/api/v1/agreements/none/history/",
    ],
)
def test_an_address_that_is_none_is_a_problem_not_a_page(client, registry, path):
    problem_of(client.get(path), 404)


def test_an_address_without_its_slash_is_sent_on(client, registry):
    response = client.get("/api/v1/matrix?as_of=2021-08-10")

    assert response.status_code == 301
    assert response["Location"] == "/api/v1/matrix/?as_of=2021-08-10"


def test_an_empty_parameter_is_one_not_given(client, registry):
    asked = "as_of=&known_at=&type=&grouping=&region=&status="

    assert ask(client, "matrix", asked) == ask(client, "matrix")
    assert ask(client, "agreements", "type=&search=&ordering=")["count"] == 90


def test_too_many_parameters_are_refused(client, registry):
    many = "&".join(f"a{number}=1" for number in range(1_100))

    refuse(client, "matrix", many)


def test_a_request_refused_before_any_view_is_a_problem_too(client, db):
    problem_of(client.get("/api/v1/matrix/", headers={"Host": "evil.example"}), 400)


def test_a_host_that_is_not_ours_gets_the_page_for_people(client, db):
    response = client.get("/about/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert b"<h1>" in response.content


def test_the_manual_is_for_reading(db):
    problem_of(Client(enforce_csrf_checks=True).post("/api/docs/"), 405)


def test_a_fault_of_ours_is_a_bare_problem_and_is_announced(registry, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(api, "everything_of", fail)
    response = Client(raise_request_exception=False).get("/api/v1/agreements/sosa-aus/")

    assert "secret" not in str(problem_of(response, 500))
    assert "Internal Server Error" in caplog.text


def test_the_console_is_for_reading(db, client):
    answer = client.options("/api/docs/try/")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
