"""Two people at one page: the second is told, shown both versions, and loses nothing."""

import pytest
from django.urls import reverse

from agreements.models import Agreement, Event
from partners.models import Country
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.reading import pin
from tests import cast
from tests.agreements.test_admin import event, form_of, rows, stored_event

pytestmark = pytest.mark.django_db

WHY = {"revision_kind": "correction", "revision_reason": "Mine"}


@pytest.fixture
def paper(admin_client):
    return cast.signed_paper()


@pytest.fixture
def mine(paper, admin_client):
    """Posts the form as it was made now, with some values changed."""
    page = reverse("admin:agreements_agreement_change", args=[paper.pk])
    shown = admin_client.get(page).context
    fields = form_of(paper) | {"note": "", "_base": shown["base"], "_key": "sosa-xru"}
    fields |= rows("events", stored=[stored_event("sosa-xru-e1")]) | rows("commitments")
    fields |= rows("citations") | WHY
    return lambda **typed: admin_client.post(page, fields | typed, follow=True)


def theirs(**values):
    record = Agreement.objects.get(slug="sosa-xru")
    for name, value in values.items():
        setattr(record, name, value)
    keep(record, actor="Anna", reason="Theirs")


def test_a_form_carries_the_revision_it_was_made_from(paper, admin_client):
    page = admin_client.get(reverse("admin:agreements_agreement_change", args=[paper.pk]))
    assert page.context["base"] == str(pin().revision)
    assert f'name="_base" value="{pin().revision}"' in page.text


def test_a_save_nobody_came_before_is_saved(mine):
    mine(title="My title")
    assert Agreement.objects.get().title == "My title"


def test_the_second_is_told_who_saved_and_why_and_nothing_is_written(mine):
    theirs(title="Their title")
    answer = mine(title="My title")
    assert Agreement.objects.get().title == "Their title"
    [overlap] = answer.context["overlaps"]
    assert (overlap.revisions[0].actor, overlap.revisions[0].reason) == ("Anna", "Theirs")
    [title] = overlap.fields
    assert (title.base, title.theirs, title.mine) == ("Paper sosa-xru", "Their title", "My title")
    assert title.clashes


def test_what_the_second_typed_stays_in_the_form(mine):
    theirs(title="Their title")
    form = mine(title="My title").context["adminform"].form
    assert form["title"].value() == "My title"
    assert form["revision_reason"].value() == "Mine"


def test_what_the_second_had_not_touched_says_what_the_first_saved(mine):
    theirs(title="Their title")
    form = mine(note="My note").context["adminform"].form
    assert (form["title"].value(), form["note"].value()) == ("Their title", "My note")


def test_after_seeing_it_the_second_may_save(mine):
    theirs(title="Their title")
    answer = mine(title="My title")
    mine(title="My title", _base=answer.context["base"])
    assert Agreement.objects.get().title == "My title"


def test_an_event_they_added_is_told_and_kept(mine):
    cast.event("sosa-xru", "entered_into_force", "2020-06-01")
    answer = mine(title="My title")
    [overlap] = answer.context["overlaps"]
    assert (overlap.key, overlap.fate) == ("sosa-xru-e2", "added")
    [events] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == "events"
    ]
    assert [form["date"].value() for form in events.forms] == ["2020-01-01", "2020-06-01"]


def test_an_event_they_changed_and_i_did_not_shows_theirs(mine):
    stored = Event.objects.get()
    stored.date = "2020-02-02"
    keep(stored, actor="Anna", reason="Read again")
    answer = mine(title="My title")
    assert answer.context["inline_admin_formsets"][0].formset.forms[0]["date"].value() == (
        "2020-02-02"
    )


def test_an_event_they_deleted_goes_from_my_form(mine):
    remove(Event.objects.get(), actor="Anna", reason="It never was")
    answer = mine(title="My title")
    assert answer.context["overlaps"][0].fate == "deleted"
    assert answer.context["inline_admin_formsets"][0].formset.forms == []


def test_an_event_they_deleted_and_i_changed_is_offered_as_a_new_one(mine):
    remove(Event.objects.get(), actor="Anna", reason="It never was")
    changed = rows("events", stored=[event("signed", "2020-03-03", id="1")])
    answer = mine(**changed)
    [form] = answer.context["inline_admin_formsets"][0].formset.forms
    assert (form["date"].value(), form.instance.pk) == ("2020-03-03", None)


def test_a_record_they_deleted_is_offered_as_a_new_one_with_what_i_typed(admin_client):
    cast.found_world()
    ruritania = Country.objects.get(code="XRU")
    page = reverse("admin:partners_country_change", args=[ruritania.pk])
    base = admin_client.get(page).context["base"]
    remove(ruritania, actor="Anna", reason="There is no such country")
    posted = {"name": "Ruritania", "alpha2": "XR", "region": "My region", "_base": base}
    answer = admin_client.post(page, posted | {"_key": "XRU"} | rows("citations") | WHY)
    form = answer.context["adminform"].form
    assert "somebody deleted this record" in form.non_field_errors()[0]
    assert (form["code"].value(), form["region"].value()) == ("XRU", "My region")
    add = answer.context["form_url"]
    typed = {"name": "Ruritania", "code": "XRU", "alpha2": "XR", "region": "My region"}
    admin_client.post(add, typed | rows("citations") | WHY)
    assert Country.objects.get(code="XRU").region == "My region"


def test_another_record_changed_meanwhile_is_no_matter(mine):
    denmark = Country.objects.get(code="DNK")
    denmark.region = "North"
    keep(denmark, actor="Anna", reason="Elsewhere")
    mine(title="My title")
    assert Revision.objects.first().reason == "Mine"
