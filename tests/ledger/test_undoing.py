"""Going back: a record restored, a revision undone, always as a new revision, never over others."""

import pytest
from django.core.exceptions import ValidationError

from agreements.models import Agreement, Event, Standing
from partners.actions import remove_with_citations
from partners.models import Citation, Country
from sosa_registry.ledger import integrity, undoing
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import revision
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("paper")]

WHY = {"actor": "Carla", "reason": "It was right before"}


@pytest.fixture
def paper(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")


def newest() -> Revision:
    return Revision.objects.first()


def retitle(title: str) -> int:
    record = Agreement.objects.get()
    record.title = title
    keep(record, actor="Anna", reason=f"Called {title}")
    return newest().number


def test_a_record_goes_back_to_what_it_said():
    before = newest().number
    retitle("Second")
    retitle("Third")
    undoing.restore("agreements", "sosa-xru", before, **WHY)
    assert Agreement.objects.get().title == "Paper sosa-xru"
    assert (newest().actor, newest().reason, newest().changes) == (*WHY.values(), 1)


def test_a_deleted_record_comes_back_with_what_went_along():
    cited = Citation(subject_kind="event", subject="sosa-xru-e1", source_id="gazette")
    keep(cited, actor="Anna", reason="Read it")
    before = newest().number
    remove_with_citations(Event.objects.get(), actor="Anna", reason="Never was")
    assert not Standing.objects.filter(superseded_in__isnull=True).exists()
    undoing.restore("events", "sosa-xru-e1", before, **WHY)
    assert Event.objects.get().date == "2020-01-01"
    assert Citation.objects.get().subject == "sosa-xru-e1"
    assert Standing.objects.get(superseded_in__isnull=True).status == "signed"


def test_a_whole_revision_is_undone():
    with revision(actor="Anna", reason="Much at once") as made:
        record = Agreement.objects.get()
        record.title = "Second"
        record.save()
        Event(agreement_id="sosa-xru", event="entered_into_force", date="2021-01-01").save()
        Citation(subject_kind="agreement", subject="sosa-xru", source_id="gazette").save()
        Country.objects.get(code="DNK").delete()
    undoing.undo(made.number, **WHY)
    assert Agreement.objects.get().title == "Paper sosa-xru"
    assert (Event.objects.count(), Citation.objects.count()) == (1, 0)
    assert Country.objects.filter(code="DNK").exists()
    assert newest().changes == 4
    assert list(integrity.problems()) == []


def test_an_undoing_can_be_undone():
    number = retitle("Second")
    undone = undoing.undo(number, **WHY)
    undoing.undo(undone, **WHY)
    assert Agreement.objects.get().title == "Second"


def test_later_changes_stand_in_the_way_and_are_all_named():
    number = retitle("Second")
    retitle("Third")
    with pytest.raises(undoing.Overtaken) as refused:
        undoing.undo(number, **WHY)
    [told] = refused.value.messages
    assert told.startswith(
        f"agreements sosa-xru was changed again in revision {number + 1} by Anna"
    )
    assert Agreement.objects.get().title == "Third"


def test_what_others_rest_on_since_is_not_taken_away():
    made = Country(code="XGR", alpha2="XG", name="Graustark", region="Europe")
    keep(made, actor="Anna", reason="Found on a map")
    number = newest().number
    cast.agreement("sosa-xgr", "XGR")
    with pytest.raises(ValidationError, match="countries XGR: Still needed by Paper sosa-xgr"):
        undoing.undo(number, **WHY)
    assert Country.objects.filter(code="XGR").exists()


def test_what_no_longer_makes_sense_is_refused_and_nothing_written():
    cast.event("sosa-xru", "suspended", "2021-01-01")
    number = newest().number
    cast.event("sosa-xru", "resumed", "2021-06-01")
    with pytest.raises(ValidationError, match="nothing was suspended before it"):
        undoing.undo(number, **WHY)
    assert Event.objects.count() == 3


def test_a_record_that_was_not_there_then_cannot_be_restored():
    with pytest.raises(ValidationError, match="There was no events sosa-xru-e1 at revision 1"):
        undoing.restore("events", "sosa-xru-e1", 1, **WHY)


def test_a_record_that_says_the_same_needs_no_restoring():
    with pytest.raises(ValidationError, match="says the same now"):
        undoing.restore("agreements", "sosa-xru", newest().number, **WHY)


def test_a_key_that_lives_again_is_not_written_over():
    number = newest().number
    remove(Event.objects.get(), actor="Anna", reason="Never was")
    gone = newest().number
    undoing.restore("events", "sosa-xru-e1", number, **WHY)
    with pytest.raises(undoing.Overtaken):
        undoing.undo(gone, **WHY)
