"""Writing through the API: each write one revision, by role, against the state that was read."""

import pytest

from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.reading import pin
from tests.api.places import address, problem_of
from tests.api.records import CHANGES, NEW, create, place_of, send
from tests.cast import account

pytestmark = pytest.mark.usefixtures("full")


@pytest.fixture
def editor(client):
    client.force_login(account("erika", "editor"))
    return client


@pytest.mark.parametrize("resource", NEW)
def test_a_record_is_created_changed_replaced_and_deleted(editor, resource):
    made = create(editor, resource)
    place, body = place_of(made), made.json()
    for name, value in NEW[resource].items():
        if name != "entries":
            assert body[name] == value
    read = editor.get(address(place))
    assert read.json() == body
    assert Revision.objects.get(number=pin().revision).reason == "It was announced"

    change = CHANGES.get(resource, {"note": "Changed"})
    changed = send(editor, "patch", place, change, If_Match=read["ETag"])
    assert changed.status_code == 200, changed.content
    if resource != "published-lists":
        assert {name: changed.json()[name] for name in change} == change

    replaced = send(editor, "put", place, NEW[resource], If_Match=changed["ETag"])
    assert replaced.status_code == 200, replaced.content
    assert _settled(replaced.json()) == _settled(body)

    before = pin().revision
    gone = send(editor, "delete", place, If_Match=replaced["ETag"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert pin().revision == before + 1
    problem_of(editor.get(address(place)), 404)


def _settled(body):
    """Without what knows in which revision it was written."""
    return {name: value for name, value in body.items() if name != "standing"}


def test_every_write_is_one_revision_by_whom_it_was_made(editor):
    before = pin().revision
    create(editor, "agreements")
    made = Revision.objects.get(number=before + 1)
    assert (made.actor, made.kind, made.changes) == ("erika", "event", 3)
    assert pin().revision == before + 1


def test_an_answer_can_be_sent_back_as_it_was_read(editor):
    read = editor.get(address("events/sosa-aus-e1"))
    before = pin().revision

    same = send(editor, "put", "events/sosa-aus-e1", read.json(), If_Match=read["ETag"])

    assert (same.status_code, same.json()) == (200, read.json())
    assert pin().revision == before  # nothing changed, so nothing was recorded


def test_what_is_computed_cannot_be_typed_in(editor):
    read = editor.get(address("events/sosa-aus-e1"))
    body = {"date_earliest": "1999-01-01"}

    problem = problem_of(
        send(editor, "patch", "events/sosa-aus-e1", body, If_Match=read["ETag"]), 400
    )

    assert problem["errors"] == [
        {"pointer": "/date_earliest", "detail": "It is computed: leave it out."}
    ]


def test_what_a_replacement_leaves_out_is_as_in_a_new_record(editor):
    made = create(editor, "agreements", note="A note", principal="SWE", initial_term="P10Y")
    whole = {name: value for name, value in NEW["agreements"].items() if name != "sources"}

    replaced = send(editor, "put", place_of(made), whole, If_Match=made["ETag"]).json()

    told = ("note", "principal", "initial_term", "sources", "confidence")
    assert [replaced[name] for name in told] == ["", "USA", "", [], "medium"]


def test_a_key_is_given_once(editor):
    for resource, name in (("agreements", "agreement"), ("events", "id")):
        made = create(editor, resource)
        answer = send(editor, "patch", place_of(made), {name: "other"}, If_Match=made["ETag"])
        assert problem_of(answer, 400)["errors"][0]["pointer"] == f"/{name}"
    problem = problem_of(send(editor, "post", "agreements", NEW["agreements"]), 409)
    assert "sosa-xxx" in problem["detail"]
    problem_of(send(editor, "post", "countries", NEW["countries"] | {"country": "SWE"}), 409)


def test_a_country_is_written_in_either_case(editor):
    read = editor.get(address("countries/swe"))

    changed = send(editor, "patch", "countries/swe", {"aliases": "Sverige"}, If_Match=read["ETag"])

    assert changed.json()["aliases"] == "Sverige"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_write_names_the_state_that_it_overwrites(editor, method):
    body = None if method == "delete" else NEW["firms"]
    made = create(editor, "firms")
    place = place_of(made)
    before = pin().revision

    missing = problem_of(send(editor, method, place, body), 428)
    assert missing["errors"] == [{"header": "If-Match", "detail": "Needed."}]
    for stale in ('"1-0123456789abcdef0123456789abcdef"', "nonsense", '"nonsense"'):
        refused = send(editor, method, place, body, If_Match=stale)
        problem_of(refused, 412)
        assert refused["ETag"].startswith(f'"{before}-')
    assert pin().revision == before
    assert send(editor, method, place, body, If_Match=refused["ETag"]).status_code < 300


@pytest.mark.parametrize("shape", ["{}", "W/{}", '"1-0", {}', "*"])
def test_a_tag_is_known_as_proxies_leave_it(editor, shape):
    made = create(editor, "firms")

    tag = shape.replace("{}", made["ETag"])
    changed = send(editor, "patch", place_of(made), {"note": "x"}, If_Match=tag)

    assert changed.status_code == 200


def test_the_state_of_a_record_is_that_of_its_parts_too(editor):
    read = editor.get(address("events/sosa-aus-e1"))
    create(editor, "citations", subject_kind="event", subject="sosa-aus-e1")

    answer = send(editor, "patch", "events/sosa-aus-e1", {"note": "x"}, If_Match=read["ETag"])

    problem_of(answer, 412)


def test_what_others_rest_on_stays(editor):
    for place in (
        "agreements/sosa-aus",
        "countries/AUS",
        "sources/cfr_700",
        "codes-of-conduct/coc-swe",
    ):
        read = editor.get(address(place))
        problem = problem_of(send(editor, "delete", place, If_Match=read["ETag"]), 409)
        assert "still needed" in problem["detail"].lower()


@pytest.mark.parametrize(
    "resource, values, pointer",
    [
        ("agreements", {"partner": None}, ""),
        ("agreements", {"partner": "USA"}, ""),
        ("agreements", {"partner": "ZZZ"}, "/partner"),
        ("agreements", {"type": "sos"}, "/type"),
        ("agreements", {"agreement": "Not A Slug"}, "/agreement"),
        ("agreements", {"binding": "perhaps"}, "/binding"),
        ("agreements", {"title": 5}, "/title"),
        ("agreements", {"title": "a\u0000b"}, "/title"),
        ("agreements", {"titel": "x"}, "/titel"),
        ("agreements", {"a/b~c": "x"}, "/a~1b~0c"),
        ("agreements", {"status": "in_force"}, "/status"),
        ("agreements", {"framework": "sosa-xxx"}, "/framework"),
        ("agreements", {"sources": ["cfr_700", "nothing"]}, "/sources"),
        ("agreements", {"sources": ["cfr_700", 5]}, "/sources/1"),
        ("agreements", {"sources": "cfr_700"}, "/sources"),
        ("agreement-types", {"order": "5"}, "/order"),
        ("agreement-types", {"order": True}, "/order"),
        ("agreement-types", {"order": 32768}, "/order"),
        ("agreement-types", {"order": -1}, "/order"),
        ("agreement-types", {"order": 1e30}, "/order"),
        ("events", {"date": "2021-02-30"}, "/date"),
        ("events", {"event": "resumed"}, "/date"),
        ("events", {"event": "suspended", "until": "2030"}, "/until"),
        ("events", {"agreement": ["sosa-aus"]}, "/agreement"),
        ("events", {"date": ""}, "/date"),
        ("sources", {"retrieved_on": "20260102"}, "/retrieved_on"),
        ("sources", {"retrieved_on": 20260102}, "/retrieved_on"),
        ("sources", {"url": "javascript:alert(1)"}, "/url"),
        ("firms", {"cage_code": "x"}, "/cage_code"),
        ("firms", {"firm": ""}, "/firm"),
        ("citations", {"subject": "nothing"}, "/subject"),
        ("published-lists", {"entries": [{"country": "AUS"}, {"country": "AUS"}]}, "/entries"),
        ("published-lists", {"entries": [{"country": "AUS", "n": 1}]}, "/entries/0/n"),
        ("published-lists", {"entries": [{"country": "ZZZ"}]}, "/entries/0/country"),
        ("published-lists", {"entries": [{}]}, "/entries/0/country"),
        ("published-lists", {"as_of": "2999-01-01"}, "/as_of"),
        ("codes-of-conduct", {"agreement": ""}, "/agreement"),
        ("codes-of-conduct", {"title": "x" * 300 + " "}, "/title"),
        ("published-lists", {"type": "sosa", "grouping": "nato"}, ""),
        ("countries", {"alpha2": "SE"}, "/alpha2"),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused_where_it_does(editor, resource, values, pointer):
    before = pin().revision

    problem = problem_of(send(editor, "post", resource, NEW[resource] | values), 400)

    assert pointer in [error["pointer"] for error in problem["errors"]], problem
    assert pin().revision == before


def test_an_entry_is_whole_where_only_the_entries_of_a_list_are_changed(editor):
    place = "published-lists/crs-sosa-list-2021-08-10"
    before = pin().revision

    problem = problem_of(send(editor, "patch", place, {"entries": [{}]}, If_Match="*"), 400)

    assert [error["pointer"] for error in problem["errors"]] == ["/entries/0/country"]
    assert pin().revision == before


def test_everything_wrong_is_named_at_once(editor):
    wrong = NEW["events"] | {"date": "x", "event": "y", "noet": ""}

    problem = problem_of(send(editor, "post", "events", wrong), 400)

    assert {error["pointer"] for error in problem["errors"]} == {"/date", "/event", "/noet"}
    assert "Did you mean note?" in str(problem)


def test_the_kind_of_change_is_said_or_usual(editor):
    made = create(editor, "firms")
    place = place_of(made)

    def kind():
        return Revision.objects.get(number=pin().revision).kind

    assert kind() == "event"
    changed = send(
        editor, "patch", place, {"note": "x"}, If_Match=made["ETag"], X_Change_Kind="verification"
    )
    assert kind() == "verification"
    answer = send(editor, "delete", place, If_Match="*", X_Change_Kind="import")
    assert problem_of(answer, 400)["errors"][0]["header"] == "X-Change-Kind"
    send(editor, "delete", place, If_Match=changed["ETag"])
    assert kind() == "correction"


def test_the_reason_is_said_or_usual(editor):
    def reason():
        return Revision.objects.get(number=pin().revision).reason

    made = create(editor, "firms")
    for given, kept in (
        ("", "Change firms works through the API"),
        ("Ministère".encode().decode("latin-1"), "Ministère"),
    ):
        send(
            editor,
            "patch",
            place_of(made),
            {"note": given or "x"},
            If_Match="*",
            X_Change_Reason=given,
        )
        assert reason() == kept
    for wrong in ("x" * 2001, "Minist\xe8re"):
        answer = send(
            editor, "patch", place_of(made), {"note": "y"}, If_Match="*", X_Change_Reason=wrong
        )
        assert problem_of(answer, 400)["errors"][0]["header"] == "X-Change-Reason"


def test_what_a_rule_warns_of_is_recorded_only_when_that_is_accepted(editor):
    planned = NEW["events"] | {"date": "2990-01-01"}
    asked = problem_of(editor.post(address("events"), planned, "application/json"), 400)
    assert asked["errors"][0]["header"] == "X-Accept-Warnings"
    assert "2990-01-01 has yet to come" in asked["errors"][0]["detail"]

    accepted = {"X-Accept-Warnings": "yes"}
    made = editor.post(address("events"), planned, "application/json", headers=accepted)
    assert made.status_code == 201


def test_what_breaks_a_rule_is_refused_whatever_is_accepted(editor):
    foreign = NEW["signatories"] | {"id": "foreign", "code": "coc-ita"}
    accepted = {"X-Accept-Warnings": "yes"}
    refused = editor.post(address("signatories"), foreign, "application/json", headers=accepted)
    assert "Established in SWE" in str(problem_of(refused, 400)["errors"])
