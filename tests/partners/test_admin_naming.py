"""Going back, renaming and merging in the admin: shown first, then one revision or a proposal."""

import pytest
from django.urls import reverse

from agreements.models import Event
from partners.models import Country, Firm, Redirect
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Proposal, Revision, Version
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"revision_kind": "correction", "revision_reason": "It was right before"}


@pytest.fixture
def ed(world, client):
    client.force_login(cast.account("ed", "editor"))
    return client


def firm(slug):
    return keep(Firm(slug=slug, name=slug, country_id="XRU"), actor="Anna", reason="A firm")


def test_a_deleted_record_is_restored_from_its_last_version(ed):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    remove(Event.objects.get(), actor="Anna", reason="Never was")
    gone = Version.objects.get(key="sosa-xru-e1", operation="deleted")
    page = reverse("admin:ledger_version_restore", args=[gone.pk])
    assert [each.operation for each in ed.get(page).context["changes"]] == ["created"]
    assert not Event.objects.exists()
    ed.post(page, WHY | {"_confirm": "1"})
    assert Event.objects.get().date == "2020-01-01"


def test_what_stands_in_the_way_of_an_undoing_is_listed(ed):
    made = firm("smiths")
    made.name = "Smiths Ltd"
    keep(made, actor="Anna", reason="Renamed by its owners")
    page = ed.get(reverse("admin:ledger_revision_undo", args=[2]))
    assert page.context["problems"] == [
        "firms smiths was changed again in revision 3 by Anna: Renamed by its owners"
    ]
    assert not page.context["previewed"]


def test_a_record_is_renamed_after_a_preview(ed):
    made = firm("smiths")
    page = reverse("admin:partners_firm_rename", args=[made.pk])
    shown = ed.post(page, {"to": "smith", "_preview": "1"})
    assert {each.key for each in shown.context["changes"]} >= {"smith", "smiths"}
    assert Firm.objects.get().slug == "smiths"
    ed.post(page, WHY | {"to": "smith", "_confirm": "1"})
    assert Firm.objects.get().slug == "smith"
    assert Revision.objects.first().reason == WHY["revision_reason"]


def test_a_country_is_not_renamed(ed):
    page = reverse("admin:partners_country_rename", args=[Country.objects.get(code="XRU").pk])
    shown = ed.post(page, {"to": "xrr", "_preview": "1"})
    assert "ISO 3166-1" in shown.context["problems"][0]


def test_two_firms_are_merged(ed):
    kept, gone = firm("smiths"), firm("smith-ltd")
    page = reverse("admin:partners_firm_merge", args=[gone.pk])
    ed.post(page, WHY | {"into": kept.slug, "_confirm": "1"})
    assert Firm.objects.get().slug == "smiths"
    assert Redirect.followed("firm", "smith-ltd") == "smiths"


def test_an_analyst_may_only_propose_a_merge(world, client):
    kept, gone = firm("smiths"), firm("smith-ltd")
    client.force_login(cast.account("anna", "analyst"))
    page = reverse("admin:partners_firm_merge", args=[gone.pk])
    client.post(page, WHY | {"into": kept.slug, "_confirm": "1"})
    assert Firm.objects.count() == 2
    client.post(page, WHY | {"into": kept.slug, "_propose": "1"})
    assert Proposal.objects.get().changes.count() == 3


def test_a_reader_and_an_approver_are_refused(world, client):
    made = firm("smiths")
    client.force_login(cast.account("bert", "approver"))
    page = reverse("admin:partners_firm_rename", args=[made.pk])
    assert client.get(page).status_code == 403
