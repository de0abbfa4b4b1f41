"""Standing in the database: SQL, Python and the oracle agree, and the past stays as it was."""

from dataclasses import asdict
from itertools import count

import orjson
import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agreements.analysis.matrix import matrix
from agreements.lifecycle import MAY_HAVE_UNTIL, Kind, Refused, periods
from agreements.models import Agreement, Event, Standing
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Head, Revision
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import revision
from tests import cast
from tests.agreements.test_lifecycle import SPAN, brute_force, day, histories, text_of

pytestmark = pytest.mark.django_db
in_the_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = count()


def record(events) -> str:
    """A new agreement with these events, in one revision; its slug."""
    slug = f"paper-{next(numbers)}"
    with revision(actor="editor", reason="A history"):
        cast.agreement(slug, type_id="mou")
        Event.objects.bulk_create(
            Event(
                slug=f"{slug}-{made.id}",
                agreement_id=slug,
                event=made.kind,
                date=made.date.text,
                until=made.until.text,
            )
            for made in events
        )
    return slug


def open_rows(slug):
    return Standing.objects.filter(agreement=slug, superseded_in__isnull=True)


@in_the_database
@given(events=histories())
def test_sql_python_and_the_oracle_agree(world, events):
    try:
        found = periods(events)
    except Refused:
        assume(False)
    slug, oracle = record(events), brute_force(events)
    for number in range(SPAN):
        on = day(number)
        possible = set(open_rows(slug).possible_on(on).values_list("status", flat=True))
        certain = set(open_rows(slug).certain_on(on).values_list("status", flat=True))
        assert possible == {p.status for p in found if p.possible_on(on)}
        assert possible == oracle[number] - {"none"}
        assert certain == (oracle[number] - {"none"} if len(oracle[number]) == 1 else set())


def answers(known_at: int) -> bytes:
    """What the matrix says of every day, as known at a revision, byte for byte."""
    pinned = pin(known_at)
    return orjson.dumps(
        [[asdict(row) for row in matrix(pinned, day(number)).rows] for number in range(SPAN)],
        default=tuple,
    )


@st.composite
def corrections(draw):
    """What a curator does to one event: another date, another kind, or away with it."""
    last = draw(st.integers(0, SPAN - 1))
    first = draw(st.integers(0, last))
    return draw(st.sampled_from(["date", "kind", "remove"])), text_of(first, last)


@in_the_database
@given(events=histories(), done=st.lists(corrections(), min_size=1, max_size=4), data=st.data())
def test_a_correction_leaves_every_earlier_answer_as_it_was(world, events, done, data):
    try:
        periods(events)
    except Refused:
        assume(False)
    slug = record(events)
    told = {}
    for what, text in done:
        known = Head.objects.get().number
        told[known] = answers(known)
        chosen = list(Event.objects.filter(agreement=slug).order_by("slug"))
        if not chosen:
            break
        event = data.draw(st.sampled_from(chosen))
        try:
            if what == "remove":
                remove(event, actor="editor", reason="Never happened")
                continue
            if what == "date":
                event.date = text
            else:
                event.event = data.draw(st.sampled_from(Kind.values))
            if event.event not in MAY_HAVE_UNTIL:
                event.until = ""
            keep(event, actor="editor", reason="We were wrong", kind="correction")
        except ValidationError:
            continue
    for known, said in told.items():
        assert answers(known) == said


def test_standing_follows_an_event_at_once(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    assert [row.status for row in open_rows("sosa-xru")] == ["signed"]
    cast.event("sosa-xru", "entered_into_force", "2020-01-01")
    assert [row.status for row in open_rows("sosa-xru")] == ["in_force"]


def test_rows_that_did_not_change_are_left_alone(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    cast.event("sosa-xru", "entered_into_force", "2021-01-01")
    before = list(open_rows("sosa-xru").values_list("pk", flat=True))
    cast.event("sosa-xru", "amended", "2022-01-01")
    assert list(open_rows("sosa-xru").values_list("pk", flat=True)) == before


def test_an_agreement_that_moves_to_another_partner_takes_its_standing_along(world):
    made = cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    made.partner_id = "DNK"
    keep(made, actor="editor", reason="It was Denmark", kind="correction")
    assert [row.partner for row in open_rows("sosa-xru")] == ["DNK"]


def test_a_history_refused_writes_nothing_and_says_why(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    with pytest.raises(ValidationError) as refused:
        cast.event("sosa-xru", "signed", "2021-01-01")
    assert "Signed twice" in refused.value.message_dict["date"][0]
    assert Event.objects.count() == 1


def test_deleting_what_another_event_needs_is_refused(world):
    cast.agreement()
    cast.event("sosa-xru", "entered_into_force", "2019")
    suspended = cast.event("sosa-xru", "suspended", "2020")
    cast.event("sosa-xru", "resumed", "2021")
    before = Revision.objects.count()
    with pytest.raises(ValidationError, match="nothing was suspended"):
        remove(suspended, actor="editor", reason="Never happened")
    assert (Event.objects.count(), Revision.objects.count()) == (3, before)


def test_an_event_gets_the_next_free_id_and_one_deleted_is_not_given_again(world):
    cast.agreement()
    assert cast.event("sosa-xru", "signed", "2020").slug == "sosa-xru-e1"
    second = cast.event("sosa-xru", "entered_into_force", "2021")
    remove(second, actor="editor", reason="Not yet")
    assert cast.event("sosa-xru", "entered_into_force", "2022").slug == "sosa-xru-e3"


def test_an_agreement_removed_keeps_its_past(world):
    made = cast.agreement()
    known = Head.objects.get().number + 1
    event = cast.event("sosa-xru", "signed", "2020-01-01")
    with revision(actor="editor", reason="It was a rumour", kind="correction"):
        event.delete()
        made.delete()
    assert not Agreement.objects.exists()
    assert Standing.objects.known_at(known).get().status == "signed"
    assert not Standing.objects.known_at(known + 1).exists()


def test_an_event_stays_with_its_agreement(world):
    cast.agreement()
    cast.agreement("sosa-dnk", "DNK")
    event = cast.event("sosa-xru", "signed", "2020-01-01")
    event.agreement_id = "sosa-dnk"
    with pytest.raises(ValidationError) as refused:
        keep(event, actor="editor", reason="Moved")
    assert list(refused.value.message_dict) == ["agreement"]


def test_an_event_moved_past_the_rules_leaves_no_standing_behind(world):
    cast.agreement()
    cast.agreement("sosa-dnk", "DNK")
    event = cast.event("sosa-xru", "signed", "2020-01-01")
    event.agreement_id = "sosa-dnk"
    with revision(actor="editor", reason="Moved"):
        event.save()
    assert not open_rows("sosa-xru").exists()
    assert open_rows("sosa-dnk").exists()
