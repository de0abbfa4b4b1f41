"""`revision()` is the only way to write, every write is recorded, and bulk stays bulk."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from agreements.models import ListEntry, PublishedList
from partners.models import Country, Membership, Source
from sosa_registry.ledger import clock
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import ClosedRow, revision
from sosa_registry.ledger.revising import NoOpenRevision
from tests import cast

pytestmark = pytest.mark.django_db


def versions_of(key):
    return list(Version.objects.filter(key=key).order_by("revision_id"))


def test_a_revision_records_who_why_and_what():
    keep(cast.source("a"), actor="Ada", reason="First source")
    made = Revision.objects.get()
    assert (made.number, made.actor, made.reason, made.changes) == (1, "Ada", "First source", 1)
    assert versions_of("a")[0].state["publisher"] == "Ruritanian Gazette"


@pytest.mark.parametrize(
    "write",
    [
        lambda: cast.source("b").save(),
        lambda: Source.objects.create(slug="b"),
        lambda: Source.objects.bulk_create([cast.source("b")]),
        lambda: Source.objects.filter(slug="a").update(title="x"),
        lambda: Source.objects.filter(slug="a").delete(),
        lambda: Source.objects.get(slug="a").delete(),
        lambda: Source.objects.update_or_create(slug="a", defaults={"title": "x"}),
    ],
)
def test_writing_outside_a_revision_is_refused(write):
    keep(cast.source("a"), actor="Ada", reason="First source")
    with pytest.raises(NoOpenRevision):
        write()
    assert Source.objects.get().title == "Notice a"


def test_a_revision_without_a_reason_is_refused():
    with pytest.raises(ValidationError, match="reason"), revision(actor="Ada", reason="  "):
        cast.source("a").save()
    assert not Revision.objects.exists()


def test_a_revision_in_which_nothing_changed_leaves_no_trace():
    keep(cast.source("a"), actor="Ada", reason="First source")
    keep(Source.objects.get(), actor="Ada", reason="Saved again as it was")
    assert Revision.objects.count() == 1


def test_a_failed_revision_leaves_nothing():
    with pytest.raises(RuntimeError), revision(actor="Ada", reason="Fails half-way"):
        cast.source("a").save()
        raise RuntimeError
    assert not (Source.objects.exists() or Version.objects.exists())


def test_several_changes_of_one_record_in_a_revision_are_one_version():
    with revision(actor="Ada", reason="Made and mended"):
        made = cast.source("a")
        made.save()
        made.title = "Mended"
        made.save()
    (version,) = versions_of("a")
    assert (version.operation, version.state["title"]) == ("created", "Mended")


def test_a_change_closes_the_version_before_it():
    keep(cast.source("a"), actor="Ada", reason="First")
    record = Source.objects.get()
    record.title = "Second"
    keep(record, actor="Ben", reason="Better title", kind="correction")
    first, second = versions_of("a")
    assert (first.superseded_by, second.superseded_by) == (2, None)


def test_a_deletion_is_a_version_and_the_record_can_come_back():
    keep(cast.source("a"), actor="Ada", reason="First")
    remove(Source.objects.get(), actor="Ada", reason="Gone")
    keep(cast.source("a"), actor="Ada", reason="Back")
    assert [version.operation for version in versions_of("a")] == ["created", "deleted", "created"]


def test_a_new_key_is_recorded_as_a_new_record():
    keep(cast.source("a"), actor="Ada", reason="First")
    record = Source.objects.get()
    record.slug = "b"
    with revision(actor="Ada", reason="Renamed"):
        record.save(renaming=True)
    assert versions_of("a")[-1].operation == "deleted"
    assert versions_of("b")[-1].operation == "created"


def test_bulk_recording_takes_statements_by_batch_not_by_row():
    def statements(count, prefix):
        with CaptureQueriesContext(connection) as captured, revision(actor="Ada", reason="Many"):
            Source.objects.bulk_create(cast.source(f"{prefix}{n}") for n in range(count))
        return len(captured)

    assert statements(300, "b") <= statements(10, "a") + 10
    assert Version.objects.count() == 310


def test_bulk_updating_takes_statements_by_batch_not_by_row():
    with revision(actor="Ada", reason="Many"):
        Source.objects.bulk_create(cast.source(f"s{n}") for n in range(300))

    def statements(count):
        chosen = list(Source.objects.values_list("pk", flat=True)[:count])
        with CaptureQueriesContext(connection) as captured, revision(actor="Ben", reason="New"):
            Source.objects.filter(pk__in=chosen).update(title=f"New {count}")
        return len(captured)

    few = statements(10)
    assert statements(300) <= few + 10
    assert Source.objects.filter(title="New 300").count() == 300


def test_a_record_others_rest_on_is_not_deleted():
    cast.found_world()
    cast.agreement()
    with pytest.raises(ProtectedError):
        remove(Country.objects.get(code="XRU"), actor="Ada", reason="No such country")


def test_a_record_that_replayable_rows_rest_on_is_not_deleted():
    cast.found_world()
    cast.member("DNK", "1949")
    with pytest.raises(ProtectedError):
        remove(Country.objects.get(code="DNK"), actor="Ada", reason="No such country")


def test_a_replayable_row_keeps_its_past():
    cast.found_world()
    row = cast.member("DNK", "1949")
    first = Revision.objects.latest("number").number
    row.joined = "1950"
    keep(row, actor="Ada", reason="A year later", kind="correction")
    assert [m.joined for m in Membership.objects.all()] == ["1950"]
    assert [m.joined for m in Membership.ever.known_at(first)] == ["1949"]
    assert Membership.objects.get().pk == row.pk


def test_a_deleted_replayable_row_is_known_at_its_time():
    cast.found_world()
    row = cast.member("DNK", "1949")
    first = Revision.objects.latest("number").number
    remove(row, actor="Ada", reason="Never was")
    assert not Membership.objects.exists()
    assert Membership.ever.known_at(first).count() == 1
    assert not Membership.ever.known_at(first + 1).exists()


def test_conflict_options_of_bulk_create_are_refused():
    with pytest.raises(TypeError), revision(actor="Ada", reason="Hidden"):
        Source.objects.bulk_create([cast.source("a")], ignore_conflicts=True)


def test_a_related_manager_writes_by_the_same_rules():
    cast.found_world()
    moved, other = cast.agreement("a"), cast.agreement("b")
    event = cast.event("a", "signed", "2020-01-01")
    with pytest.raises(NoOpenRevision):
        other.events.add(event)
    with revision(actor="Ada", reason="Moved"):
        other.events.add(event)
    assert versions_of(event.slug)[-1].state["agreement"] == "b"
    assert not moved.events.exists()


def test_a_row_loaded_before_its_deletion_cannot_rewrite_the_past():
    cast.found_world()
    stale = cast.member("DNK", "1949")
    remove(Membership.objects.get(), actor="Ada", reason="Never was")
    after = Revision.objects.latest("number").number
    stale.joined = "1950"
    with pytest.raises(ClosedRow), revision(actor="Ben", reason="Late"):
        stale.save()
    with pytest.raises(ClosedRow), revision(actor="Ben", reason="Late"):
        Membership.ever.all().delete()
    assert not Membership.ever.known_at(after).exists()


def test_a_list_changed_and_deleted_in_one_revision_keeps_its_past_entries():
    cast.found_world()
    made = PublishedList(
        slug="l",
        type="sosa",
        as_of="2020",
        kind="statement",
        exhaustive="yes",
        source_id="gazette",
        principal_id="USA",
    )
    keep(made, actor="Ada", reason="A list")
    keep(ListEntry(list=made, country_id="DNK"), actor="Ada", reason="An entry")
    known = Revision.objects.latest("number").number
    with revision(actor="Ada", reason="Mended, then withdrawn"):
        made.note = "Doubtful"
        made.save()
        ListEntry.objects.all().delete()
        made.delete()
    then = ListEntry.ever.known_at(known).values_list("list__slug", "country_id")
    assert list(then) == [("l", "DNK")]
    assert not PublishedList.ever.known_at(known + 1).exists()


def test_a_moment_before_a_revision_is_made_is_never_answered_by_it():
    keep(cast.source("a"), actor="Ada", reason="First")
    with revision(actor="Ada", reason="A long import"):
        cast.source("b").save()
        asked_meanwhile = clock.now()
    assert pin(asked_meanwhile).revision == 1
