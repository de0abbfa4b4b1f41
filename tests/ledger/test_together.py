"""Several questions in one statement: the very rows that each gives alone, compiled once."""

import datetime
from collections import defaultdict

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis.beside import beside
from agreements.analysis.standings import standings_on
from agreements.models import Agreement, Standing
from partners.models import Citation, Country
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.together import Compiled, Given, Together

HOSTILE = ["it's", 'a "b"', "%s", "\\", "שלום", "a,b", "{}", "[]", ""]


def questions():
    named = Country.objects.filter(code__any_of=Given("codes")).order_by("-code")
    known = Citation.ever.known_at(Given("revision")).filter(subject_kind=Given("kind"))
    return {
        "countries": named.values_list("code", "name"),
        "cited": known.order_by("subject", "position", "source_id").values_list("subject"),
    }


def test_the_rows_of_each_question_are_what_it_gives_alone(registry):
    codes = ["NOR", "SWE", "CAN"]
    found = Together(questions).ask(codes=codes, revision=registry.revision, kind="agreement")

    alone = Country.objects.filter(code__in=codes).order_by("-code").values_list("code", "name")
    cited = Citation.objects.filter(subject_kind="agreement")
    in_order = cited.order_by("subject", "position", "source_id").values_list("subject")
    assert found["countries"] == [list(row) for row in alone]
    assert found["cited"] == [list(row) for row in in_order]


def test_all_of_them_are_one_statement(registry):
    together = Together(questions)
    for codes in (["NOR"], ["AUS", "SWE"], []):
        with CaptureQueriesContext(connection) as captured:
            together.ask(codes=codes, revision=1, kind="agreement")
        assert len(captured) == 1


def test_they_are_compiled_once_whatever_is_asked(registry):
    made = []
    together = Together(lambda: made.append(1) or questions())

    for number in range(3):
        together.ask(codes=["NOR"] * number, revision=number, kind="agreement")
    assert made == [1]


def test_nothing_found_is_an_empty_list(registry):
    found = Together(questions).ask(codes=["ZZZ"], revision=0, kind="nothing")

    assert found == {"countries": [], "cited": []}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_never_part_of_the_statement(registry, text):
    assert Together(questions).ask(codes=[text], revision=1, kind=text)["countries"] == []


def test_a_value_that_was_not_given_is_an_error(registry):
    with pytest.raises(KeyError):
        Together(questions).ask(codes=[])


def test_how_agreements_stand_in_short_is_what_their_cells_say(registry):
    slugs = list(Agreement.objects.values_list("slug", flat=True))
    edges = {row.possible_from for row in Standing.objects.all()}
    edges |= {row.certain_from for row in Standing.objects.all()}
    judged = set(Standing.objects.values_list("agreement", flat=True))
    day = datetime.timedelta(days=1)

    for as_of in sorted(edges | {edge - day for edge in edges if edge > datetime.date.min})[::25]:
        cells = standings_on(pin(), as_of, slugs)
        short = beside(pin(), as_of, slugs).stood
        possible = defaultdict(set)
        for row in Standing.objects.known_at(pin().revision).possible_on(as_of):
            possible[row.agreement].add(row.status)
        assert set(short) == judged
        assert all(stood.status in (possible[slug] or {"none"}) for slug, stood in short.items())
        assert {
            slug: (cell.status, cell.certainty, cell.since) for slug, cell in cells.items()
        } == {slug: tuple(stood) for slug, stood in short.items()}


def test_questions_that_differ_in_a_value_alone_are_not_confused(registry):
    def of(kind):
        cited = Citation.objects.filter(subject_kind=kind).order_by("subject", "position")
        return Together(lambda: {"cited": cited.values_list("subject_kind")[:1]})

    kinds = ("agreement", "event", "agreement")
    for together, kind in [(of(kind), kind) for kind in kinds]:
        for _ in range(2):
            assert together.ask() == {"cited": [[kind]]}


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_anew_on_a_new_connection():
    together = Together(questions)
    for _ in range(2):
        assert together.ask(codes=[], revision=1, kind="x") == {"countries": [], "cited": []}
        connection.close()


def test_a_database_that_goes_while_a_statement_is_made_ready_is_told_as_ever(db, monkeypatch):
    def gone(*given):
        raise connection.Database.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("sosa_registry.ledger.together._prepares", lambda _: True)
    monkeypatch.setattr("sosa_registry.ledger.together._prepare", gone)
    with pytest.raises(OperationalError):
        Together(questions).ask(codes=[], revision=1, kind="agreement")
    connection.errors_occurred = False


def test_every_stretch_of_what_was_compiled_once_is_what_its_slice_gives(registry):
    asked = Agreement.objects.filter(type="sosa").order_by("partner__name", "slug")
    asked = asked.values_list("slug", "recorded_in", "partner")
    compiled = Compiled(asked)
    for first, beyond in ((0, 3), (3, 6), (0, 0), (2, 500), (900, 950)):
        assert list(compiled.rows(first, beyond)) == list(asked[first:beyond])


def test_what_can_have_no_rows_is_not_asked(registry, django_assert_num_queries):
    compiled = Compiled(Agreement.objects.filter(slug__in=[]).values_list("slug"))
    with django_assert_num_queries(0):
        assert list(compiled.rows(0, 10)) == list(compiled.rows(10, 20)) == []


def test_a_value_in_what_was_compiled_is_never_part_of_the_statement(registry):
    for text in HOSTILE:
        found = Agreement.objects.filter(note__contains=text).order_by("slug").values_list("slug")
        assert list(Compiled(found).rows(0, 1000)) == list(found)
