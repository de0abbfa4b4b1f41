"""What we export, we can import: the same bytes come out of a copy, and the past can be had."""

import csv
import json

import pytest
from django.apps import apps
from django.db import connection, models

from agreements.exchange import package
from agreements.exchange.importing import import_package
from agreements.exchange.tables import TABLES
from agreements.models import Event
from partners.models import Citation, Source
from sosa_registry.ledger import triggers
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Head, Revision, Version
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import recorded_models, revision
from tests.snapshot import FIXTURES


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def empty_the_registry():
    """As a fresh database is: every row of ours gone."""
    triggers.remove(connection)
    with connection.constraint_checks_disabled():
        for model in [*recorded_models(), apps.get_model("agreements.Standing")]:
            models.QuerySet(model)._raw_delete(connection.alias)
        for model in (Version, Revision, Head):
            models.QuerySet(model)._raw_delete(connection.alias)
    triggers.install(connection)


def test_export_into_an_empty_registry_gives_the_same_bytes(registry, tmp_path):
    keep(
        Citation(
            subject_kind="event", subject="sosa-aus-e1", source_id="cfr_700", locator="700.57 (a)"
        ),
        actor="editor",
        reason="A locator",
    )
    package.write_folder(tmp_path / "one", pin())
    empty_the_registry()
    import_package(tmp_path / "one", actor="copy", reason="A copy", accept_warnings=True)
    package.write_folder(tmp_path / "two", pin())
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    one["datapackage.json"] = one["datapackage.json"].replace(b'"revision": 2', b'"revision": 1')
    assert one == two


def cited(kind, subject, source, **values):
    made = Citation(subject_kind=kind, subject=subject, source_id=source, **values)
    return keep(made, actor="editor", reason="A citation")


@pytest.mark.parametrize("into", ["an empty registry", "itself"])
def test_a_copy_keeps_every_citation_in_its_place(registry, tmp_path, into):
    with revision(actor="editor", reason="Cited anew"):
        Citation.objects.filter(subject_kind="agreement", subject="sosa-fin").delete()
        cited("membership", "nato-fin", "cfr_700")
        cited("agreement", "sosa-fin", "acq_latvia_2022", position=0, note="first")
        cited("agreement", "sosa-fin", "cfr_700", position=0)
        cited("agreement", "sosa-fin", "fmi_denmark_2023", position=0, note="third")
        cited("agreement", "sosa-fin", "tradegov_denmark", position=7, note="last")
    package.write_folder(tmp_path / "one", pin())
    before = pin().revision
    if into == "an empty registry":
        empty_the_registry()
    outcome = import_package(tmp_path / "one", actor="copy", reason="A copy", accept_warnings=True)
    assert outcome.revision == (None if into == "itself" else 1)
    assert Citation.objects.filter(subject_kind="membership", subject="nato-fin").exists()
    package.write_folder(tmp_path / "two", pin())
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    for name in one:
        assert two[name].replace(b'"revision": 1', b'"revision": %d' % before) == one[name], name


def test_a_carriage_return_alone_comes_back(registry, tmp_path):
    source = Source.objects.get(slug="cfr_700")
    source.note = "one\rtwo"
    keep(source, actor="editor", reason="An old line end")
    package.write_folder(tmp_path, pin())
    assert import_package(
        tmp_path, actor="copy", reason="The same", accept_warnings=True
    ).changed_nothing


def test_the_state_known_at_an_earlier_revision_can_be_exported(registry, tmp_path):
    package.write_folder(tmp_path / "before", pin())
    event = Event.objects.get(slug="sosa-aus-e1")
    event.note = "changed since"
    keep(event, actor="editor", reason="A note", kind="correction")
    package.write_folder(tmp_path / "after", pin(1))
    assert contents(tmp_path / "before") == contents(tmp_path / "after")


def test_exporting_and_importing_changes_nothing(registry, tmp_path):
    package.write_zip(tmp_path / "registry.zip", pin())
    outcome = import_package(
        tmp_path / "registry.zip", actor="copy", reason="The same", accept_warnings=True
    )
    assert outcome.changed_nothing


def test_every_column_of_the_description_is_in_its_file(registry, tmp_path):
    package.write_folder(tmp_path, pin())
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert [made["name"] for made in described["resources"]] == [table.name for table in TABLES]
    for made in described["resources"]:
        with (tmp_path / made["path"]).open(newline="") as file:
            header = next(csv.reader(file))
        assert header == [field["name"] for field in made["schema"]["fields"]]
        assert all(field["description"] for field in made["schema"]["fields"])


def test_the_shipped_description_is_that_of_the_shipped_files():
    headers = {}
    for file in FIXTURES.glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as opened:
            headers[file.stem] = next(csv.reader(opened))
    shipped = json.loads((FIXTURES / "datapackage.json").read_text())
    assert shipped == json.loads(json.dumps(package.describe(headers=headers)))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_declares_every_column_of_its_model(table):
    held = {name for name, _ in table.model._columns()}
    declared = set(table.columns) - {"sources"}
    assert held - declared <= ({"type", "agreement"} if table.only else set())
