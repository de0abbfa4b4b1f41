"""Proposals: drafted by one, approved by another, one revision; none seen before, none lost."""

import logging

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Agreement, Event, Standing
from partners.models import Citation, Firm
from partners.naming import merge, rename
from sosa_registry.ledger import integrity, rebasing, review
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Head, Proposal, ProposedChange, Revision, Version
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"reason": "The gazette says so", "kind": "event"}


@pytest.fixture
def anna(world):
    """An analyst, beside a paper signed in 2020."""
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    return cast.account("anna", "analyst")


@pytest.fixture
def bert(world):
    """An approver."""
    return cast.account("bert", "approver")


def entry_into_force():
    Event(agreement_id="sosa-xru", event="entered_into_force", date="2021-01-01").save()
    Citation(subject_kind="event", subject="sosa-xru-e2", source_id="gazette").save()


def retitle(title="Second", slug="sosa-xru"):
    def write():
        record = Agreement.objects.get(slug=slug)
        record.title = title
        record.save()

    return write


@pytest.fixture
def drafted(anna):
    return review.draft(entry_into_force, author=anna, **WHY)


@pytest.fixture
def submitted(drafted, anna):
    return review.submit(drafted, author=anna)


def test_a_draft_keeps_what_would_change_and_writes_nothing(anna):
    before = (Head.objects.get().number, Version.objects.count(), Standing.objects.count())
    made = review.draft(entry_into_force, author=anna, **WHY)
    assert [(each.operation, each.key) for each in made.changes.all()] == [
        ("created", "sosa-xru-e2"),
        ("created", "event/sosa-xru-e2/gazette"),
    ]
    assert (Head.objects.get().number, Version.objects.count(), Standing.objects.count()) == before
    assert (Event.objects.count(), Citation.objects.count()) == (1, 0)
    assert list(integrity.problems()) == []


def test_what_a_door_would_refuse_cannot_be_drafted(anna):
    def impossible():
        keep(
            Event(agreement_id="sosa-xru", event="resumed", date="2021-01-01"),
            actor=anna,
            reason="x",
        )

    with pytest.raises(ValidationError, match="nothing was suspended"):
        review.draft(impossible, author=anna, **WHY)
    assert not Proposal.objects.exists()


def test_a_draft_that_changes_nothing_is_refused(anna):
    with pytest.raises(ValidationError, match="Nothing would be changed"):
        review.draft(retitle("Paper sosa-xru"), author=anna, **WHY)
    assert not Proposal.objects.exists()


def test_approving_is_one_revision_that_names_author_and_approver(submitted, bert):
    made = review.approve(submitted, approver=bert)
    newest = Revision.objects.first()
    assert (newest.actor, newest.approver, newest.reason) == ("anna", "bert", WHY["reason"])
    assert (made.status, made.revision, newest.changes) == ("approved", newest.number, 2)
    assert Event.objects.get(slug="sosa-xru-e2").date == "2021-01-01"
    assert Standing.objects.filter(status="in_force", superseded_in__isnull=True).exists()
    assert list(integrity.problems()) == []


def test_an_approval_is_in_the_security_log(submitted, bert, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    made = review.approve(submitted, approver=bert)
    facts = {"account": "bert", "proposal": made.pk, "revision": made.revision}
    assert [entry.facts for entry in caplog.records if entry.msg == "proposal approved"] == [facts]


def test_a_rejected_one_is_a_draft_again_and_keeps_the_discussion(submitted, anna, bert):
    review.reject(submitted, approver=bert, comment="Which day?")
    review.submit(review.amend(Proposal.objects.get(), retitle(), author=anna), author=anna)
    review.approve(Proposal.objects.get(), approver=bert)
    told = [(each.step, each.author.username, each.text) for each in submitted.remarks.all()]
    assert told == [
        ("drafted", "anna", ""),
        ("submitted", "anna", ""),
        ("rejected", "bert", "Which day?"),
        ("amended", "anna", ""),
        ("submitted", "anna", ""),
        ("approved", "bert", ""),
    ]


def test_a_rejection_says_why(submitted, bert):
    with pytest.raises(ValidationError, match="Say what is to be mended"):
        review.reject(submitted, approver=bert, comment=" ")


def test_amending_builds_on_the_draft(drafted, anna):
    def later():
        event = Event.objects.get(slug="sosa-xru-e2")
        event.date = "2021-02-02"
        event.save()

    made = review.amend(drafted, later, author=anna)
    [event] = made.changes.filter(record_type="events")
    assert (event.operation, event.state["date"]) == ("created", "2021-02-02")
    assert made.changes.count() == 2


def test_nobody_approves_their_own_whatever_their_roles(world):
    cast.agreement()
    boss = cast.account("boss", "admin", is_superuser=True)
    made = review.submit(review.draft(retitle(), author=boss, **WHY), author=boss)
    with pytest.raises(PermissionDenied, match="of their own"):
        review.approve(made, approver=boss)


def test_the_database_refuses_it_too(submitted, anna):
    with pytest.raises(IntegrityError, match="proposal_approved_by_another"), transaction.atomic():
        Proposal.objects.update(status="approved", approver=anna, revision=1)
    with pytest.raises(IntegrityError, match="proposal_approved_by"), transaction.atomic():
        Proposal.objects.update(status="approved")


@pytest.mark.parametrize("role", ["reader", "approver"])
def test_who_may_not_propose_cannot_draft(anna, role):
    with pytest.raises(PermissionDenied):
        review.draft(retitle(), author=cast.account("eve", role), **WHY)


@pytest.mark.parametrize("role", ["reader", "analyst", "editor"])
def test_who_may_not_review_cannot_approve(submitted, role):
    with pytest.raises(PermissionDenied):
        review.approve(submitted, approver=cast.account("eve", role))


def test_a_draft_is_not_approved_nor_an_approved_one_withdrawn(drafted, anna, bert):
    with pytest.raises(ValidationError, match="It is draft now"):
        review.approve(drafted, approver=bert)
    review.submit(drafted, author=anna)
    review.approve(drafted, approver=bert)
    with pytest.raises(ValidationError, match="It is approved now"):
        review.withdraw(drafted, author=anna)


def test_a_withdrawn_one_stays_on_record(submitted, anna):
    assert review.withdraw(submitted, author=anna, comment="A mistake").status == "withdrawn"
    assert ProposedChange.objects.count() == 2


def test_only_its_author_submits_or_withdraws(drafted):
    with pytest.raises(PermissionDenied, match="Only its author"):
        review.withdraw(drafted, author=cast.account("eve", "analyst"))


class TestOvertaken:
    """Records changed, deleted, renamed or merged while a proposal waited."""

    @pytest.fixture
    def mine(self, anna):
        return review.submit(review.draft(retitle("Mine"), author=anna, **WHY), author=anna)

    def theirs(self, **values):
        record = Agreement.objects.get()
        for name, value in values.items():
            setattr(record, name, value)
        keep(record, actor="Carla", reason="Theirs")

    def test_it_is_not_approved_over_a_later_change(self, mine, bert):
        self.theirs(note="Theirs")
        with pytest.raises(ValidationError, match="Changed since it was drafted: agreements sosa-"):
            review.approve(mine, approver=bert)
        assert Agreement.objects.get().title == "Paper sosa-xru"

    def test_base_theirs_and_mine_are_shown(self, mine):
        self.theirs(title="Theirs")
        [found] = rebasing.stale(mine)
        [title] = found.fields
        assert (title.base, title.theirs, title.mine) == ("Paper sosa-xru", "Theirs", "Mine")
        assert title.clashes

    def test_what_only_one_side_changed_is_merged(self, mine, anna, bert):
        self.theirs(note="Theirs")
        made = review.rebase(mine, author=anna, choices={})
        assert made.status == "draft"
        review.approve(review.submit(made, author=anna), approver=bert)
        kept = Agreement.objects.get()
        assert (kept.title, kept.note) == ("Mine", "Theirs")

    def test_where_both_changed_a_field_one_must_choose(self, mine, anna, bert):
        self.theirs(title="Theirs", note="Theirs")
        with pytest.raises(ValidationError, match="both changed title; choose one"):
            review.rebase(mine, author=anna, choices={})
        [found] = rebasing.stale(mine)
        made = review.rebase(mine, author=anna, choices={found.choice("title"): "mine"})
        review.approve(review.submit(made, author=anna), approver=bert)
        assert Agreement.objects.get().title == "Mine"

    def test_a_deleted_record_can_be_brought_back(self, anna, bert):
        def write():
            event = Event.objects.get()
            event.note = "Mine"
            event.save()

        made = review.draft(write, author=anna, **WHY)
        remove(Event.objects.get(), actor="Carla", reason="Never was")
        [found] = rebasing.stale(made)
        assert found.told == "It was deleted meanwhile."
        made = review.rebase(made, author=anna, choices={found.choice("*"): "mine"})
        review.approve(review.submit(made, author=anna), approver=bert)
        assert Event.objects.get().note == "Mine"

    def test_a_deleted_record_can_be_let_go(self, drafted, anna):
        review.amend(drafted, retitle("Mine"), author=anna)
        remove(Event.objects.get(slug="sosa-xru-e1"), actor="Carla", reason="Never was")
        made = review.rebase(drafted, author=anna, choices={}, left_out=set())
        assert made.changes.count() == 3

    def test_a_renamed_record_is_followed(self, mine, anna, bert):
        rename(Agreement.objects.get(), to="sosa-rur", actor="Carla", reason="Better")
        [found] = rebasing.stale(mine)
        assert found.told == "It is called sosa-rur now."
        made = review.rebase(mine, author=anna, choices={})
        review.approve(review.submit(made, author=anna), approver=bert)
        assert Agreement.objects.get(slug="sosa-rur").title == "Mine"

    def test_what_refers_to_a_merged_record_is_followed(self, anna, bert):
        for slug in ("smiths", "smith-ltd"):
            made = Firm(slug=slug, name=slug, country_id="XRU")
            keep(made, actor="Carla", reason="A firm")

        def cite():
            Citation(subject_kind="firm", subject="smith-ltd", source_id="gazette").save()

        proposal = review.draft(cite, author=anna, **WHY)
        gone, kept = Firm.objects.order_by("slug")
        merge(gone, into=kept, actor="Carla", reason="One and the same")
        made = review.rebase(proposal, author=anna, choices={})
        review.approve(review.submit(made, author=anna), approver=bert)
        assert Citation.objects.get().subject == "smiths"

    def test_the_same_change_made_by_others_leaves_nothing_to_do(self, mine, anna):
        self.theirs(title="Mine")
        with pytest.raises(ValidationError, match="withdraw it instead"):
            review.rebase(mine, author=anna, choices={})


class TestRequired:
    """The setting that makes review mandatory."""

    @pytest.mark.parametrize("words", [["agreements"], ["sosa"], ["*"]])
    def test_a_direct_save_is_refused_with_the_way_to_propose(self, anna, settings, words):
        settings.REVIEW_REQUIRED = words
        record = Agreement.objects.get()
        record.title = "Second"
        editor = cast.account("ed", "editor")
        with pytest.raises(ValidationError, match=r"need review: save them as a proposal.*api/v1"):
            keep(record, actor=editor, reason="Directly")
        assert Agreement.objects.get().title == "Paper sosa-xru"

    def test_an_event_counts_for_its_agreements_type(self, anna, settings):
        settings.REVIEW_REQUIRED = ["sosa"]
        made = Event(agreement_id="sosa-xru", event="terminated", date="2022-01-01")
        with pytest.raises(ValidationError, match="sosa"):
            keep(made, actor=cast.account("ed", "editor"), reason="Directly")

    def test_an_approved_proposal_passes(self, submitted, bert, settings):
        settings.REVIEW_REQUIRED = ["*"]
        review.approve(submitted, approver=bert)
        assert Event.objects.count() == 2

    def test_what_the_setting_does_not_name_is_saved_as_ever(self, anna, settings):
        settings.REVIEW_REQUIRED = ["events"]
        keep(cast.source("other"), actor=cast.account("ed", "editor"), reason="A source")
