"""A newer shipped dataset over a registry that was edited: nothing local goes without a yes."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from agreements.exchange import importing, shipped
from agreements.models import Claim, Event, ShippedEdition
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db
HEAD = "id,agreement,event,date,sources,confidence,note\n"


@pytest.fixture
def folder(registry, tmp_path):
    """A small shipped dataset, taken once, that a test ships anew."""
    ship(tmp_path, "first", "first")
    importing.import_package(tmp_path, actor="shippers", reason="Then", accept_warnings=True)
    shipped.remember(tmp_path)
    return tmp_path


def ship(folder, one: str, other: str, more: str = ""):
    (folder / "events.csv").write_text(
        f"{HEAD}sosa-aus-e1,sosa-aus,signed,2011,,high,{one}\n"
        f"sosa-nor-e1,sosa-nor,signed,2018-04-12,,high,{other}\n{more}"
    )


def here(slug: str, note: str):
    event = Event.objects.get(slug=slug)
    event.note = note
    keep(event, actor="editor", reason="We know better", accept_warnings=True)


def note(slug: str) -> str:
    return Event.objects.get(slug=slug).note


def verdicts(folder) -> dict[str, str]:
    return {row.id: row.verdict for row in shipped.compare(folder).rows}


def update(folder, *flags) -> str:
    told = io.StringIO()
    call_command("import_registry", folder, "--update-shipped", *flags, stdout=told)
    return told.getvalue()


def test_what_only_the_shippers_changed_is_taken(folder):
    ship(folder, "second", "first", "sosa-aus-e9,sosa-aus,amended,2020,,high,new\n")
    assert verdicts(folder) == {"events/sosa-aus-e1": "take", "events/sosa-aus-e9": "take"}
    assert "0 rows kept" in update(folder)
    assert (note("sosa-aus-e1"), note("sosa-aus-e9")) == ("second", "new")


def test_what_only_was_changed_here_stays(folder):
    here("sosa-aus-e1", "ours")
    ship(folder, "first", "second")
    assert verdicts(folder) == {"events/sosa-aus-e1": "keep", "events/sosa-nor-e1": "take"}
    update(folder)
    assert (note("sosa-aus-e1"), note("sosa-nor-e1")) == ("ours", "second")


def test_a_conflict_is_told_column_by_column_and_nothing_is_written(folder):
    here("sosa-aus-e1", "ours")
    ship(folder, "second", "second")
    revisions = Revision.objects.count()
    [row] = shipped.compare(folder).of(shipped.CONFLICT)
    [each] = row.columns
    assert (each.column, each.base, each.theirs, each.mine) == ("note", "first", "second", "ours")
    with pytest.raises(CommandError, match="1 conflicts, nothing was written"):
        update(folder)
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize(("flag", "said"), [("--ours", "ours"), ("--theirs", "second")])
def test_conflicts_go_as_it_is_said(folder, flag, said):
    here("sosa-aus-e1", "ours")
    ship(folder, "second", "second")
    update(folder, flag)
    assert (note("sosa-aus-e1"), note("sosa-nor-e1")) == (said, "second")


def test_a_conflict_is_decided_row_by_row(folder):
    here("sosa-aus-e1", "ours")
    here("sosa-nor-e1", "ours")
    ship(folder, "second", "second")
    made = shipped.compare(folder)
    yes = ["events/sosa-nor-e1"]
    shipped.take(made, actor="editor", reason="Newer", theirs=yes, folder=folder)
    assert (note("sosa-aus-e1"), note("sosa-nor-e1")) == ("ours", "second")


def test_another_column_of_a_row_in_conflict_is_taken_all_the_same(folder):
    here("sosa-aus-e1", "ours")
    changed = (folder / "events.csv").read_text().replace("2011,,high,first", "2011,,low,second")
    (folder / "events.csv").write_text(changed)
    update(folder, "--ours")
    event = Event.objects.get(slug="sosa-aus-e1")
    assert (event.note, event.confidence) == ("ours", "low")


def test_what_was_kept_once_is_kept_when_nothing_new_is_shipped(folder):
    here("sosa-aus-e1", "ours")
    ship(folder, "second", "first")
    update(folder, "--ours")
    assert verdicts(folder) == {"events/sosa-aus-e1": "keep"}
    assert not shipped.is_newer(folder)


def test_a_row_deleted_here_stays_deleted_until_somebody_says_otherwise(folder):
    event = Event.objects.get(slug="sosa-aus-e1")
    remove(event, actor="editor", reason="It never was", accept_warnings=True)
    assert verdicts(folder) == {"events/sosa-aus-e1": "keep"}
    ship(folder, "second", "first")
    assert verdicts(folder) == {"events/sosa-aus-e1": "conflict"}
    update(folder, "--ours")
    assert not Event.objects.filter(slug="sosa-aus-e1").exists()


def test_a_row_that_is_shipped_no_longer_is_kept_and_named(folder):
    text = (folder / "events.csv").read_text().splitlines(keepends=True)
    (folder / "events.csv").write_text("".join(text[:-1]))
    [row] = shipped.compare(folder).rows
    assert (row.id, row.verdict) == ("events/sosa-nor-e1", "keep")
    assert "Shipped no longer" in row.note


def test_starting_over_an_older_edition_only_says_that_there_is_a_newer(folder):
    ship(folder, "second", "first")
    told = io.StringIO()
    call_command("import_registry", folder, "--if-empty", stdout=told)
    assert "A newer shipped dataset is there; nothing was changed" in told.getvalue()
    assert note("sosa-aus-e1") == "first"


def test_without_a_kept_edition_the_first_import_is_the_base(registry):
    assert not ShippedEdition.objects.exists()
    claim = Claim.objects.get(slug="c0001")
    claim.note = "ours"
    keep(claim, actor="editor", reason="We know better", accept_warnings=True)
    assert {row.id: row.verdict for row in shipped.compare().rows} == {"claims/c0001": "keep"}
    assert not shipped.is_newer()


def test_what_was_agreed_on_and_is_another_by_now_is_not_taken(folder):
    ship(folder, "second", "first")
    seen = shipped.compare(folder)
    here("sosa-aus-e1", "ours")
    with pytest.raises(importing.Changed):
        again = shipped.compare(folder)
        shipped.take(again, actor="editor", reason="Newer", agreed=seen.digest(), folder=folder)


def test_the_admin_shows_three_ways_and_takes_what_is_ticked(client, folder, monkeypatch):
    client.force_login(cast.account("erika", "editor"))
    monkeypatch.setattr(shipped, "FIXTURES", folder)
    for function in (shipped.compare, shipped.remember):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    monkeypatch.setitem(shipped.take.__kwdefaults__, "folder", folder)
    here("sosa-aus-e1", "ours")
    ship(folder, "second", "second")
    address = reverse("admin:agreements_importjob_shipped")
    page = client.get(address)
    assert "Changed here and by the shippers" in page.content.decode()

    again = client.post(address, {"digest": "another", "theirs": "events/sosa-aus-e1"}, follow=True)
    assert "have changed meanwhile" in again.content.decode()
    assert note("sosa-nor-e1") == "first"

    client.post(address, {"digest": page.context["digest"]})
    assert (note("sosa-aus-e1"), note("sosa-nor-e1")) == ("ours", "second")
