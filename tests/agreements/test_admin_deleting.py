"""Deleting a record in the admin: done by who may write, drafted by who may only propose."""

import pytest
from django.urls import reverse

from agreements.models import Event
from partners.models import Citation
from sosa_registry.ledger import review
from sosa_registry.ledger.models import Proposal, Revision
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"post": "yes", "revision_kind": "correction", "revision_reason": "It never was"}
LIST = reverse("admin:agreements_event_changelist")


@pytest.fixture
def event(db):
    """Ruritania's signature."""
    return cast.signed_paper().events.get()


@pytest.fixture
def page(event):
    return reverse("admin:agreements_event_delete", args=[event.pk])


@pytest.fixture
def anna(client, event):
    """An analyst, signed in."""
    made = cast.account("anna", "analyst")
    client.force_login(made)
    return made


def test_an_analyst_proposes_a_deletion_and_another_account_approves_it(client, anna, page):
    shown = client.get(page).text
    assert 'name="_propose"' in shown
    assert 'value="Delete"' not in shown
    answer = client.post(page, WHY | {"_propose": "1"})
    proposal = Proposal.objects.get()
    assert answer.url == proposal.get_absolute_url()
    assert [(each.operation, each.key) for each in proposal.changes.all()] == [
        ("deleted", "sosa-xru-e1")
    ]
    assert Event.objects.exists()
    review.submit(proposal, author=anna)
    review.approve(proposal, approver=cast.account("bert", "approver"))
    assert not Event.objects.exists()
    assert Revision.objects.first().approver == "bert"


def test_an_analyst_deletes_nothing_by_posting(client, anna, event, page):
    assert client.post(page, WHY).status_code == 403
    many = {"action": "delete_selected", "_selected_action": event.pk}
    assert client.post(LIST, WHY | many).status_code == 403
    assert Event.objects.exists()


def test_several_are_proposed_at_once(client, anna, event):
    other = cast.event("sosa-xru", "entered_into_force", "2021-01-01")
    chosen = {"action": "delete_selected", "_selected_action": [event.pk, other.pk]}
    client.post(LIST, WHY | chosen | {"_propose": "1"})
    assert Proposal.objects.get().changes.count() == 2
    assert Event.objects.count() == 2


def test_what_others_rest_on_cannot_be_proposed_away(client, anna, event):
    parent = reverse("admin:agreements_agreement_delete", args=[event.agreement.pk])
    assert "cannot be deleted" in client.get(parent).text
    answer = client.post(parent, WHY | {"_propose": "1"})
    assert answer.status_code == 200
    assert not Proposal.objects.exists()


def test_who_writes_deletes_at_once_with_what_was_cited(client, page):
    client.force_login(cast.account("ed", "editor"))
    assert 'value="Delete"' in client.get(page).text
    client.post(page, WHY)
    assert not Event.objects.exists()
    assert not Citation.objects.exists()
