"""Editing many rows at once, and what every list of the admin offers."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.urls import reverse

from agreements.models import Event
from partners.models import Citation, Country
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.admin import ReadOnlyAdmin, RecordedAdmin
from sosa_registry.ledger.models import Proposal, Revision
from sosa_registry.ledger.recording import revision
from tests import cast
from tests.agreements.test_admin import event, rows

pytestmark = pytest.mark.django_db

WHY = {"revision_kind": "correction", "revision_reason": "One spelling for all"}
LISTS = [
    site
    for site in admin.site._registry.values()
    if isinstance(site, RecordedAdmin | ReadOnlyAdmin)
]


@pytest.fixture
def edit(world, client):
    """Posts the list of countries with Ruritania and Denmark chosen, as an editor."""
    client.force_login(cast.account("ed", "editor"))
    chosen = Country.objects.filter(code__in=["XRU", "DNK"]).values_list("pk", flat=True)
    posted = {"action": "edit_selected", "_selected_action": list(chosen)}
    page = reverse("admin:partners_country_changelist")
    return lambda **typed: client.post(page, posted | typed, follow=True)


def test_the_fields_are_asked_for_first(edit):
    answer = edit()
    assert "fields_to_set" in answer.context["form"].fields
    assert not answer.context["previewed"]


def test_each_row_is_previewed_and_nothing_written(edit):
    answer = edit(fields_to_set=["region"], region="Middle Europe", _preview="1")
    told = {each.key: each.fields[0] for each in answer.context["changes"]}
    assert (told["XRU"].before, told["XRU"].after) == ("Europe", "Middle Europe")
    assert set(told) == {"XRU", "DNK"}
    assert Revision.objects.count() == 1


def test_confirmed_it_is_one_revision(edit):
    edit(fields_to_set=["region"], region="Middle Europe", _confirm="1", **WHY)
    made = Revision.objects.first()
    assert (made.number, made.actor, made.changes) == (2, "ed", 2)
    assert Country.objects.filter(region="Middle Europe").count() == 2


def test_fields_that_are_not_chosen_stay(edit):
    edit(fields_to_set=["region"], region="Here", official_name="x", _confirm="1", **WHY)
    assert not Country.objects.filter(official_name="x").exists()


def test_a_row_at_fault_is_named_and_nothing_written(edit):
    answer = edit(fields_to_set=["region"], region="", _preview="1")
    assert any(each.startswith("XRU: region:") for each in answer.context["problems"])
    assert Revision.objects.count() == 1


def test_without_a_reason_nothing_is_written(edit):
    edit(fields_to_set=["region"], region="Here", _confirm="1")
    assert Revision.objects.count() == 1


def test_an_analyst_can_propose_it(world, client):
    client.force_login(cast.account("anna", "analyst"))
    chosen = list(Country.objects.values_list("pk", flat=True))
    posted = {"action": "edit_selected", "_selected_action": chosen, "_propose": "1"}
    page = reverse("admin:partners_country_changelist")
    client.post(page, posted | WHY | {"fields_to_set": ["region"], "region": "Here"})
    assert Proposal.objects.get().changes.count() == 3
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.model_name)
def test_every_list_can_be_searched_and_filtered(site):
    assert site.search_fields
    assert site.list_filter


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.model_name)
def test_every_reference_is_completed_as_one_types(site):
    if isinstance(site, ReadOnlyAdmin):
        return
    for each in [site, *(inline for inline in site.inlines)]:
        references = {
            field.name
            for field in each.model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.name != getattr(each, "fk_name", None)
        }
        shown = set(getattr(each, "fields", None) or references)
        assert references & shown <= set(each.autocomplete_fields)


class TestSourced:
    """The setting that wants a source for each new event."""

    @pytest.fixture
    def editor(self, world, settings):
        cast.agreement()
        settings.REQUIRE_EVENT_SOURCE = True
        return cast.account("ed", "editor")

    def test_an_event_without_a_source_is_refused(self, editor):
        made = Event(agreement_id="sosa-xru", event="signed", date="2020-01-01")
        with pytest.raises(ValidationError, match="none is cited for sosa-xru-e1"):
            keep(made, actor=editor, reason="Signed")
        assert not Event.objects.exists()

    def test_one_with_a_source_is_kept(self, editor):
        with revision(actor=editor, reason="Signed"):
            Event(agreement_id="sosa-xru", event="signed", date="2020-01-01").save()
            Citation(subject_kind="event", subject="sosa-xru-e1", source_id="gazette").save()
        assert Event.objects.exists()

    def test_the_agreements_page_takes_the_source_beside_the_event(self, editor, client):
        client.force_login(editor)
        record = Event._meta.get_field("agreement").related_model.objects.get()
        page = reverse("admin:agreements_agreement_change", args=[record.pk])
        posted = {
            "type": "sosa",
            "principal": "USA",
            "partner": "XRU",
            "title": record.title,
            "binding": "unknown",
            "confidence": "medium",
        }
        posted |= rows("commitments") | rows("citations") | WHY
        bare = client.post(page, posted | rows("events", event("signed", "2020")))
        assert "names its source" in str(bare.context["errors"])
        client.post(page, posted | rows("events", event("signed", "2020", source="gazette")))
        assert Citation.objects.get().key == "event/sosa-xru-e1/gazette"
