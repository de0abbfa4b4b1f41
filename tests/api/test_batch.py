"""A batch: operations in order, all or nothing, one revision; refusals point into the body."""

import pytest

from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.reading import pin
from tests.api.places import address, problem_of
from tests.api.records import NEW, send
from tests.cast import account

pytestmark = pytest.mark.usefixtures("full")


@pytest.fixture
def editor(client):
    client.force_login(account("erika", "editor"))
    return client


def batch(client, *operations, **headers):
    return send(client, "post", "batch", {"operations": list(operations)}, **headers)


def new(resource, **values):
    return {"op": "create", "resource": resource, "data": NEW[resource] | values}


def change(op, resource, key, tag, **data):
    made = {"op": op, "resource": resource, "key": key, "if_match": tag}
    return made if op == "delete" else made | {"data": data}


def tag_of(client, place) -> str:
    return client.get(address(place))["ETag"]


def pointers(problem) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def test_operations_are_done_in_order_as_one_revision(editor):
    before = pin().revision

    answer = batch(
        editor,
        new("sources"),
        new("agreements", sources=["gazette"]),
        new("events", agreement="sosa-xxx", event="signed", date="2025-05"),
        change("patch", "agreements", "sosa-aus", tag_of(editor, "agreements/sosa-aus"), note="x"),
        change("delete", "firms", "ruritanian-works", "*"),
    )

    problem_of(answer, 409)  # a signatory rests on the firm
    assert pin().revision == before
    answer = batch(
        editor,
        new("sources"),
        new("agreements", sources=["gazette"]),
        new("events", agreement="sosa-xxx", event="signed", date="2025-05"),
        change("patch", "agreements", "sosa-aus", tag_of(editor, "agreements/sosa-aus"), note="x"),
        change("delete", "signatories", "swe-works", "*"),
        change("delete", "firms", "ruritanian-works", "*"),
    )
    assert answer.status_code == 200, answer.content
    done = answer.json()
    assert done["revision"] == before + 1 == pin().revision
    assert [each["status"] for each in done["results"]] == [201, 201, 201, 200, 204, 204]
    assert [each["key"] for each in done["results"]][2] == "sosa-xxx-e1"
    made = Revision.objects.get(number=before + 1)
    assert (made.actor, made.reason) == ("erika", "It was announced")
    assert editor.get(address("agreements/sosa-aus")).json()["note"] == "x"
    etag = done["results"][3]["etag"]
    assert (
        batch(editor, change("patch", "agreements", "sosa-aus", etag, note="y")).status_code == 200
    )


def test_what_only_makes_sense_together_comes_together(editor):
    suspended = new("events", event="suspended", date="2025-05")
    resumed = new("events", event="resumed", date="2025-06")

    answer = batch(editor, suspended, resumed)

    assert answer.status_code == 200, answer.content
    alone = problem_of(batch(editor, new("events", event="resumed", date="2025-07")), 400)
    assert pointers(alone) == ["/operations/0/data/date"]


def test_what_is_wrong_is_named_where_it_stands_and_nothing_is_written(editor):
    before = pin().revision

    problem = problem_of(
        batch(
            editor,
            new("sources"),
            new("agreements", partner="ZZZ"),
            change("patch", "firms", "nowhere", "*", note="x"),
            new("published-lists", entries=[{"country": "ZZZ"}]),
        ),
        400,
    )

    assert pointers(problem) == [
        "/operations/1/data/partner",
        "/operations/2",
        "/operations/3/data/entries/0/country",
    ]
    assert pin().revision == before


def test_a_batch_overwrites_what_was_read_or_nothing(editor):
    before = pin().revision
    place = "firms/ruritanian-works"
    stale = '"1-0123456789abcdef0123456789abcdef"'

    refused = batch(editor, new("sources"), change("patch", *place.split("/"), stale, note="x"))
    missing = batch(editor, {"op": "delete", "resource": "firms", "key": "ruritanian-works"})

    assert pointers(problem_of(refused, 412)) == ["/operations/1"]
    assert pointers(problem_of(missing, 428)) == ["/operations/0/if_match"]
    assert pin().revision == before


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({}, "/operations"),
        ([], ""),
        ({"operations": []}, "/operations"),
        ({"operations": [new("firms")], "more": 1}, "/more"),
        ({"operations": {"0": new("firms")}}, "/operations"),
        ({"operations": ["create"]}, "/operations/0"),
        ({"operations": [new("firms") | {"op": "merge"}]}, "/operations/0/op"),
        ({"operations": [new("firms") | {"key": "works"}]}, "/operations/0/key"),
        ({"operations": [new("firms") | {"if_match": "*"}]}, "/operations/0/if_match"),
        ({"operations": [new("firms") | {"note": "x"}]}, "/operations/0/note"),
        ({"operations": [{"op": "create", "resource": "firms"}]}, "/operations/0/data"),
        ({"operations": [new("firms") | {"data": []}]}, "/operations/0/data"),
        ({"operations": [{"op": "patch", "resource": "firms", "data": {}}]}, "/operations/0/key"),
        ({"operations": [new("firms")] * 1001}, "/operations"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(editor, body, pointer):
    before = pin().revision
    assert pointer in pointers(problem_of(send(editor, "post", "batch", body), 400))
    assert pin().revision == before


def test_a_resource_that_is_none_or_cannot_be_written_is_refused(editor):
    for name in ("nothing", "revisions"):
        refused = batch(editor, {"op": "create", "resource": name, "data": {}})
        assert "Allowed: countries" in str(problem_of(refused, 404))


def test_a_batch_that_changes_nothing_makes_no_revision(editor):
    before = pin().revision
    same = editor.get(address("firms/ruritanian-works")).json()
    done = batch(editor, change("replace", "firms", "ruritanian-works", "*", **same)).json()
    assert done["revision"] is None
    assert pin().revision == before


def test_only_who_may_write_may_write_many(client):
    client.force_login(account("ana", "analyst"))
    problem_of(batch(client, new("firms")), 403)
