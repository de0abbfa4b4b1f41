"""Answers that need not be given again: tags, 304, kept answers, and what caches are told."""

from datetime import date, timedelta
from inspect import GEN_CLOSED, getgeneratorstate
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements import serializers
from agreements.models import Agreement, Event
from partners.models import Citation, Country
from sosa_registry.api import conditional, formats
from sosa_registry.api.conditional import TRIES, begin, known_to
from sosa_registry.api.filters import StrictFilterBackend
from sosa_registry.ledger import clock
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.conditional import holds, revisions_named, tag
from sosa_registry.ledger.reading import pin
from tests.api.places import LISTS, QUESTIONS, RECORDS, address
from tests.cast import account

AGREEMENT = "agreements/sosa-aus"
BOTH_CLOCKS = "as_of=2021-08-10&known_at=1"


def answer(client, place: str, query: str = "", **headers):
    response = client.get(address(place, query), headers=headers)
    assert response.status_code in (200, 304), response.content[:300]
    return response


def asked_anew(client, place: str, **headers):
    """The answer, and how many statements it took."""
    with CaptureQueriesContext(connection) as captured:
        response = answer(client, place, **headers)
    return response, len(captured)


def note(slug: str, text: str) -> None:
    made = Agreement.objects.get(slug=slug)
    made.note = text
    keep(made, actor="editor", reason="A note")


@pytest.mark.parametrize("place", [*LISTS, *RECORDS, *QUESTIONS])
def test_every_answer_is_tagged_and_not_given_twice(client, full, place):
    first = answer(client, place)

    second, statements = asked_anew(client, place, **{"If-None-Match": first["ETag"]})

    assert (second.status_code, second.content, statements) == (304, b"", 1)
    assert second["ETag"] == first["ETag"]


def test_a_file_is_tagged_apart_from_json(client, registry):
    tags = {answer(client, "countries", f"format={kind}")["ETag"] for kind in ("csv", "json")}
    assert len(tags) == 2


@pytest.mark.parametrize("place", ["agreements", "matrix", AGREEMENT])
def test_the_same_question_again_costs_one_statement(client, registry, place):
    first = answer(client, place)

    again, statements = asked_anew(client, place)

    assert statements == 1
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert again.get("Link") == first.get("Link")


def test_a_kept_answer_is_sent_compressed_as_it_lies_and_tagged_weakly(client, registry):
    plain = answer(client, "matrix")
    packed = answer(client, "matrix", **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    again = answer(client, "matrix", **{"If-None-Match": packed["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, plain["ETag"])


def test_a_client_may_ask_for_an_answer_made_anew(client, registry):
    answer(client, "matrix")
    _, statements = asked_anew(client, "matrix", **{"Cache-Control": "no-cache"})
    assert statements > 1


@pytest.mark.parametrize("place", ["agreements", "matrix", AGREEMENT, "countries"])
def test_any_revision_makes_another_answer(client, registry, place):
    first = answer(client, place)
    note("sosa-nor", "Another word.")
    assert answer(client, place, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_records_tag_names_the_last_revision_of_its_parts(client, registry):
    before = answer(client, AGREEMENT)["ETag"]
    note("sosa-nor", "Another agreement.")
    assert revisions_named(answer(client, AGREEMENT)["ETag"]) == revisions_named(before)

    changes = [
        lambda: note("sosa-aus", "Its own column."),
        lambda: keep(
            Event(agreement_id="sosa-aus", event="amended", date="2024", slug="sosa-aus-e9"),
            actor="editor",
            reason="An event",
        ),
        lambda: remove(Event.objects.get(slug="sosa-aus-e9"), actor="editor", reason="No event"),
        lambda: remove(
            Citation.objects.filter(subject_kind="agreement", subject="sosa-aus").first(),
            actor="editor",
            reason="A citation less",
        ),
    ]
    for change in changes:
        change()
        assert revisions_named(answer(client, AGREEMENT)["ETag"]) == {pin().revision}


def test_an_answer_for_today_is_another_tomorrow(client, registry, monkeypatch):
    today = clock.today()
    tags = {place: answer(client, place)["ETag"] for place in ("matrix", "agenda", "agreements")}
    fixed = answer(client, "matrix", "as_of=2021-08-10")["ETag"]

    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))

    for place, made in tags.items():
        assert answer(client, place, **{"If-None-Match": made}).status_code == 200
    again = answer(client, "matrix", "as_of=2021-08-10", **{"If-None-Match": fixed})
    assert again.status_code == 304


def test_a_projected_answer_is_another_once_its_day_has_come(client, registry, monkeypatch):
    ahead = clock.today() + timedelta(days=1)
    made = answer(client, "matrix", f"as_of={ahead}")["ETag"]
    monkeypatch.setattr(clock, "today", lambda: ahead)
    assert answer(client, "matrix", f"as_of={ahead}")["ETag"] != made


@pytest.mark.parametrize("place", ["matrix", "memberships", "claims", "trend/?to=2021-08-10"])
def test_the_past_of_both_clocks_is_for_ever(client, registry, place):
    query = "known_at=1" if "trend" in place else BOTH_CLOCKS
    assert "immutable" in answer(client, place, query)["Cache-Control"]


@pytest.mark.parametrize(
    ("place", "query"),
    [
        ("matrix", ""),
        ("matrix", "as_of=2021-08-10"),
        ("matrix", "known_at=1"),
        ("diff/?from=2021-07-28&to=2022-01-01", "from_known_at=1"),
        ("agreements", "as_of=2021-08-10"),  # its other columns are the present ones
        (AGREEMENT, BOTH_CLOCKS),
        ("search/?q=norway", ""),
    ],
)
def test_whatever_may_change_is_asked_for_again(client, registry, place, query):
    told = answer(client, place, query)["Cache-Control"]
    assert "no-cache" in told and "immutable" not in told


def test_the_moment_just_past_is_not_for_ever(client, registry):
    moment = clock.now().isoformat().replace("+00:00", "Z")
    told = answer(client, "matrix", f"as_of=2021-08-10&known_at={moment}")["Cache-Control"]
    assert "immutable" not in told


def test_who_signed_in_is_answered_for_themselves(client, registry):
    anybody = answer(client, "matrix")
    client.force_login(account("reader", "reader"))

    own = answer(client, "matrix")

    assert own["ETag"] != anybody["ETag"]
    assert "private" in own["Cache-Control"] and "public" in anybody["Cache-Control"]
    assert {"Cookie", "Authorization", "Accept"} <= set(own["Vary"].split(", "))


def test_without_anonymous_reading_no_shared_cache_keeps_anything(client, registry, settings):
    settings.ANONYMOUS_READ = False
    client.force_login(account("reader", "reader"))
    told = answer(client, "matrix", BOTH_CLOCKS)
    assert "private" in told["Cache-Control"]


def test_another_release_answers_anew(client, registry, settings):
    made = answer(client, "matrix")["ETag"]
    settings.RELEASE = "another"
    assert answer(client, "matrix", **{"If-None-Match": made}).status_code == 200


def test_a_refusal_is_neither_tagged_nor_kept(client, registry):
    response = client.get(address("matrix", "type=ZZZ"))
    assert response.status_code == 400
    assert not response.has_header("ETag")


def test_a_wrong_question_is_refused_whatever_tag_comes_with_it(client, registry):
    made = answer(client, "agreements")["ETag"]
    headers = {"If-None-Match": made}
    assert client.get(address("agreements", "typ=sosa"), headers=headers).status_code == 400


def test_a_record_that_is_gone_is_not_found_again(client, registry):
    country = Country(code="XRU", alpha2="XR", name="Ruritania", region="Europe")
    keep(country, actor="editor", reason="A country")
    made = answer(client, "countries/XRU")["ETag"]
    remove(country, actor="editor", reason="None after all")
    headers = {"If-None-Match": made}
    assert client.get(address("countries/XRU"), headers=headers).status_code == 404


@pytest.mark.parametrize("left", ["W/{0}", "{0}", '"7-0", {0}', "*"])
def test_a_tag_is_known_as_proxies_leave_it(left):
    made = tag(12, "matrix")
    assert holds(left.format(made), made)


@pytest.mark.parametrize("suffix", ["-gzip", "--gzip", ";gzip", "-br"])
def test_a_tag_is_known_by_its_suffix_of_compression(suffix):
    made = tag(12, "matrix")
    left = f'W/{made[:-1]}{suffix}"'
    assert holds(left, made)
    assert revisions_named(left) == {12}


@pytest.mark.parametrize("header", ["", "12", '"12"', '"12-xyz"', 'W/"-0123"', '"１２-0"'])
def test_what_is_no_tag_of_ours_names_nothing(header):
    assert not holds(header, tag(12, "matrix"))
    assert revisions_named(header) == set()


def test_tags_differ_by_everything_said():
    assert len({tag(1, "a"), tag(2, "a"), tag(1, "b"), tag(1, "a", "b"), tag(1, ["a", "b"])}) == 5


def test_tags_are_the_same_for_the_same_day():
    assert tag(1, date(2021, 8, 10)) == tag(1, date(2021, 8, 10))


# A revision that comes while an answer is made


@pytest.fixture
def overtaken(monkeypatch):
    """Lets revisions come once the tag is made, before any row is read; or whenever one is done."""
    number = count(1)

    def come():
        note("sosa-aus", f"It came as number {next(number)}.")

    def before_the_rows():
        def late(*given):
            monkeypatch.setattr(conditional, "known_to", known_to)
            known = known_to(*given)
            come()
            return known

        monkeypatch.setattr(conditional, "known_to", late)

    def after_each(times: int):
        left = count(times, -1)

        def late(response):
            begin(response)
            if next(left) > 0:
                come()

        monkeypatch.setattr(conditional, "begin", late)

    before_the_rows.after_each = after_each
    return before_the_rows


@pytest.mark.parametrize(
    ("place", "query"),
    [
        ("agreements", "search=australia"),
        ("agreements", "search=australia&format=csv"),
        ("agreements", "search=australia&format=ndjson"),
        ("agreements", "search=australia&format=xlsx"),
        (AGREEMENT, ""),
    ],
)
def test_an_answer_is_as_old_as_its_tag_says(client, registry, overtaken, place, query):
    overtaken()

    response = answer(client, place, query)

    told = b"".join(response) if response.streaming else response.content
    assert b"number 1." in told or "xlsx" in query
    assert revisions_named(response["ETag"]) == {pin().revision}
    again = answer(client, place, query, **{"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_one_that_is_overtaken_is_made_again(client, registry, overtaken):
    overtaken.after_each(TRIES - 1)
    response = answer(client, AGREEMENT)
    assert f"number {TRIES - 1}." in response.text
    assert revisions_named(response["ETag"]) == {pin().revision}


@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_a_list_overtaken_between_its_rows_and_what_stands_beside_them_too(
    client, registry, monkeypatch, kind
):
    beside, came = serializers.beside, []

    def late(*given):
        if not came:
            came.append(note("sosa-aus", "It came in between."))
        return beside(*given)

    monkeypatch.setattr(serializers, "beside", late)
    response = answer(client, "agreements", f"search=australia&format={kind}")
    told = b"".join(response) if response.streaming else response.content
    assert came and b"in between." in told
    assert revisions_named(response["ETag"]) == {pin().revision}


def test_one_that_is_overtaken_every_time_is_kept_by_nobody(client, registry, overtaken):
    overtaken.after_each(TRIES)
    response = answer(client, AGREEMENT)
    assert not response.has_header("ETag")
    assert "no-store" in response["Cache-Control"]
    overtaken.after_each(0)
    assert f"number {TRIES}." in answer(client, AGREEMENT).text


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_one_that_is_not_given_is_read_no_further(client, registry, overtaken, monkeypatch, kind):
    begun, write = [], getattr(formats, f"as_{kind}")

    def written(*given, **options):
        begun.append(write(*given, **options))
        return begun[-1]

    monkeypatch.setattr(formats, f"as_{kind}", written)
    overtaken.after_each(TRIES - 1)
    list(answer(client, "events", f"format={kind}"))
    assert [getgeneratorstate(each) for each in begun] == [GEN_CLOSED] * TRIES


def test_one_whose_record_went_while_it_was_made_is_not_found(client, registry, monkeypatch):
    keep(
        Country(code="XRU", alpha2="XR", name="Ruritania", region="Europe"),
        actor="editor",
        reason="A country",
    )

    def late(response):
        begin(response)
        for country in Country.objects.filter(code="XRU"):
            remove(country, actor="editor", reason="None after all")

    monkeypatch.setattr(conditional, "begin", late)
    assert client.get(address("countries/XRU")).status_code == 404


def test_what_is_answered_from_the_clocks_alone_is_not_asked_twice(client, registry, overtaken):
    made = pin().revision
    overtaken()
    response = answer(client, "matrix")
    assert (revisions_named(response["ETag"]), response.json()["revision"]) == ({made}, made)


def test_what_a_list_is_asked_is_read_once_for_each_state_and_day(client, registry, monkeypatch):
    read, filtered = [], StrictFilterBackend.filter_queryset
    monkeypatch.setattr(
        StrictFilterBackend,
        "filter_queryset",
        lambda *given: read.append(given) or filtered(*given),
    )

    def rows(**asked) -> list[str]:
        found = client.get("/api/v1/agreements/", asked, headers={"Cache-Control": "no-cache"})
        return [row["agreement"] for row in found.json()["results"]]

    first = rows(type="sosa", page_size=5)
    assert rows(type="sosa", page_size=5) == first
    assert set(rows(type="sosa", page_size=5, page=2)).isdisjoint(first)
    assert len(read) == 1

    assert rows(type="rgqaa", page_size=5) != first
    note("sosa-nor", "Another word.")
    assert rows(type="sosa", page_size=5) == first
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert rows(type="sosa", page_size=5) == first
    assert len(read) == 4
