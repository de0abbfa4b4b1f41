"""Deleting through the admin: why is asked, what rests on a record is shown, citations go along."""

import pytest
from django.urls import reverse

from partners.models import Citation, Country, Membership, Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision, Version
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"post": "yes", "revision_kind": "correction", "revision_reason": "Never was one"}


@pytest.fixture
def editor(admin_client):
    cast.found_world()
    return admin_client


@pytest.fixture
def cited(editor):
    """Ruritania, with a citation."""
    citation = Citation(subject_kind="country", subject="XRU", source_id="gazette")
    keep(citation, actor="editor", reason="Read it")
    return Country.objects.get(code="XRU")


def deletion(record):
    name = f"admin:partners_{record._meta.model_name}_delete"
    return reverse(name, args=[record.pk])


def selected(*records, **posted):
    keys = [str(record.pk) for record in records]
    return {"action": "delete_selected", "_selected_action": keys} | posted


def test_a_record_is_deleted_with_its_citations_in_one_revision(editor, cited):
    editor.post(deletion(cited), WHY)
    made = Revision.objects.first()
    assert (made.actor, made.reason, made.changes) == ("admin", "Never was one", 2)
    assert not Citation.objects.exists()
    assert not Country.objects.filter(code="XRU").exists()


def test_the_page_of_a_deletion_names_what_goes(editor, cited):
    page = editor.get(deletion(cited)).text
    assert "gazette for country XRU" in page
    assert "revision_reason" in page


def test_a_deletion_without_a_reason_is_refused_beside_the_field(editor, cited):
    answer = editor.post(deletion(cited), WHY | {"revision_reason": " "})
    assert "Say why" in answer.context["revision_form"].errors["revision_reason"][0]
    assert Country.objects.filter(code="XRU").exists()


@pytest.mark.parametrize("ask", [lambda c, page: c.get(page), lambda c, page: c.post(page, WHY)])
def test_a_country_that_others_need_is_not_deleted_and_they_are_named(editor, cited, ask):
    cast.member("XRU", "2001")
    answer = ask(editor, deletion(cited))
    assert answer.status_code == 200
    assert "cannot be deleted" in answer.text
    assert "XRU in league" in answer.text
    assert Country.objects.filter(code="XRU").exists()


def test_a_source_that_is_cited_is_not_deleted(editor, cited):
    answer = editor.post(deletion(Source.objects.get()), WHY)
    assert "gazette for country XRU" in answer.text
    assert Source.objects.exists()


def test_of_many_in_the_way_some_are_named_and_the_rest_counted(registry, admin_client):
    page = admin_client.get(deletion(Country.objects.get(code="USA"))).text
    assert "more agreements" in page


def test_deleting_several_asks_for_a_reason(editor, cited):
    page = reverse("admin:partners_country_changelist")
    answer = editor.post(page, selected(cited))
    assert "revision_reason" in answer.text
    answer = editor.post(page, selected(cited, **(WHY | {"revision_reason": ""})))
    assert "Say why" in answer.text
    assert Country.objects.filter(code="XRU").exists()


def test_several_are_deleted_in_one_revision(editor, cited):
    pair = list(Country.objects.filter(code__in=["XRU", "DNK"]))
    before = Revision.objects.count()
    page = reverse("admin:partners_country_changelist")
    answer = editor.post(page, selected(*pair, **WHY), follow=True)
    assert "Deleted 2 countries. Recorded as revision" in answer.text
    assert Revision.objects.count() == before + 1
    assert not Country.objects.filter(code__in=["XRU", "DNK"]).exists()


def test_of_several_one_that_others_need_keeps_them_all(editor, cited):
    cast.member("DNK", "2001")
    pair = Country.objects.filter(code__in=["XRU", "DNK"])
    page = reverse("admin:partners_country_changelist")
    assert "cannot be deleted" in editor.post(page, selected(*pair, **WHY)).text
    assert pair.count() == 2


def test_members_are_edited_on_their_grouping_s_page(editor):
    kept = cast.member("DNK", "2001")
    row = {
        "id": kept.pk,
        "grouping": "league",
        "slug": kept.slug,
        "country": "DNK",
        "joined": "2001",
        "left": "2011",
        "confidence": "medium",
    }
    posted = {"name": "The League", "kind": "alliance"} | WHY
    posted |= {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"}
    posted |= {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    posted |= {f"memberships-0-{name}": value for name, value in row.items()}
    page = reverse("admin:partners_grouping_change", args=[kept.grouping.pk])
    assert editor.post(page, posted).status_code == 302
    assert Membership.objects.get().left == "2011"
    assert Version.objects.of("memberships", kept.slug).count() == 2


def test_a_membership_that_ends_before_it_begins_is_refused_beside_the_field(editor):
    kept = cast.member("DNK", "2001")
    posted = {"slug": kept.slug, "grouping": "league", "country": "DNK", "confidence": "low"}
    posted |= {"joined": "2001", "left": "1999"} | WHY
    posted |= {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"}
    page = reverse("admin:partners_membership_change", args=[kept.pk])
    errors = editor.post(page, posted).context["adminform"].form.errors
    assert "Not after the day of joining" in errors["left"][0]


def test_two_memberships_cannot_have_one_id(editor):
    kept = cast.member("DNK", "2001")
    posted = {"slug": kept.slug, "grouping": "league", "country": "XRU", "confidence": "low"}
    posted |= {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"} | WHY
    answer = editor.post(reverse("admin:partners_membership_add"), posted)
    assert "Another membership has this id." in answer.text
