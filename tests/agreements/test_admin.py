"""Curating agreements: events and what follows from them, rows judged together, all or nothing."""

import pytest
from django.db.models import ProtectedError
from django.urls import reverse

from agreements.models import (
    Agreement,
    AgreementType,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Signatory,
    Standing,
)
from partners.models import Citation, Country, Firm
from sosa_registry.ledger.actions import keep, remove
from sosa_registry.ledger.models import Revision, Version
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"revision_kind": "event", "revision_reason": "The gazette says so"}


def rows(prefix, *typed, stored=()):
    """A formset as a browser posts it: rows as stored, then rows as typed."""
    posted = {
        f"{prefix}-TOTAL_FORMS": str(len(stored) + len(typed)),
        f"{prefix}-INITIAL_FORMS": str(len(stored)),
    }
    for place, row in enumerate([*stored, *typed]):
        posted |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return posted


def event(kind, date, **values):
    return {"event": kind, "date": date, "confidence": "high"} | values


@pytest.fixture
def paper(db):
    return cast.signed_paper()


def form_of(paper) -> dict:
    """The agreement's own fields, as its form posts them."""
    return {
        "type": "sosa",
        "principal": "USA",
        "partner": "XRU",
        "title": paper.title,
        "binding": "unknown",
        "confidence": "medium",
    }


@pytest.fixture
def save(paper, admin_client):
    """Posts the agreement's page."""
    page = reverse("admin:agreements_agreement_change", args=[paper.pk])
    fields = form_of(paper)
    empty = rows("events") | rows("commitments") | rows("citations")
    return lambda posted: admin_client.post(page, fields | empty | WHY | posted, follow=True)


def stored_event(slug, **values):
    kept = Event.objects.get(slug=slug)
    names = ("id", "agreement", "event", "date", "until", "confidence", "note")
    return {name: getattr(kept, kept._meta.get_field(name).attname) for name in names} | values


def standing():
    live = Standing.objects.filter(agreement="sosa-xru", superseded_in__isnull=True)
    return [row.status for row in live]


def errors_of(answer, prefix):
    [formset] = [
        group.formset
        for group in answer.context["inline_admin_formsets"]
        if group.formset.prefix == prefix
    ]
    return formset.errors


def test_standing_follows_an_event_at_once(save):
    answer = save(rows("events", event("entered_into_force", "2020-06-01")) | {"_continue": "1"})
    assert standing() == ["signed", "in_force"]
    assert [row["status"] for row in answer.context["standing"]] == ["Signed", "In force"]


def test_agreement_events_commitments_and_citations_are_one_revision(save):
    promise = {
        "direction": "principal_to_partner",
        "kind": "priority_delivery",
        "mechanism": "dpas_rating",
        "enforceability": "statutory",
    }
    citation = {"source": "gazette", "position": "0"}
    before = Revision.objects.count()
    save(
        {"title": "A better title"}
        | rows("events", event("entered_into_force", "2020-06-01"))
        | rows("commitments", promise)
        | rows("citations", citation)
    )
    assert Revision.objects.count() == before + 1
    assert Revision.objects.first().changes == 4
    assert Citation.objects.get().key == "agreement/sosa-xru/gazette"


def test_a_resumption_without_a_suspension_is_refused_beside_its_date(save):
    before = Revision.objects.count()
    answer = save(rows("events", event("resumed", "2021-01-01")))
    assert "nothing was suspended before it" in errors_of(answer, "events")[0]["date"][0]
    assert (Revision.objects.count(), Event.objects.count()) == (before, 1)


def test_a_suspension_and_its_resumption_can_be_typed_in_one_go(save):
    save(
        rows(
            "events",
            event("entered_into_force", "2020-06-01"),
            event("suspended", "2021-01-01"),
            event("resumed", "2021-06-01"),
        )
    )
    assert standing() == ["signed", "in_force", "suspended", "in_force"]
    assert sorted(Event.objects.values_list("slug", flat=True))[-1] == "sosa-xru-e4"


def test_a_day_that_does_not_exist_is_refused_beside_its_field(save):
    answer = save(rows("events", event("suspended", "2021-02-30")))
    assert "does not exist in the calendar" in errors_of(answer, "events")[0]["date"][0]


def test_deleting_what_a_later_event_needs_is_refused_and_writes_nothing(save):
    save(rows("events", event("suspended", "2021-01-01"), event("resumed", "2021-06-01")))
    answer = save(rows("events", stored=[stored_event("sosa-xru-e2", DELETE="on")]))
    assert "nothing was suspended before it" in str(answer.context["errors"])
    assert Event.objects.filter(slug="sosa-xru-e2").exists()


def test_a_deleted_event_takes_its_citations_along(save):
    keep(
        Citation(subject_kind="event", subject="sosa-xru-e1", source_id="gazette"),
        actor="editor",
        reason="Read it",
    )
    save(rows("events", stored=[stored_event("sosa-xru-e1", DELETE="on")]))
    assert not Citation.objects.exists()
    assert Revision.objects.first().changes == 2


def test_an_event_that_a_claim_is_about_stays(save):
    keep(
        Claim(
            slug="c1",
            subject_kind="event",
            subject="sosa-xru-e1",
            property="date",
            value="2020",
            source_id="gazette",
            stance="agrees",
        ),
        actor="editor",
        reason="Read it",
    )
    answer = save(rows("events", stored=[stored_event("sosa-xru-e1", DELETE="on")]))
    assert "still needed by claim c1" in str(answer.context["errors"])
    assert Event.objects.filter(slug="sosa-xru-e1").exists()


def test_the_same_commitment_twice_is_refused_and_writes_nothing(save):
    promise = {
        "direction": "principal_to_partner",
        "kind": "priority_delivery",
        "mechanism": "dpas_rating",
        "enforceability": "statutory",
    }
    answer = save(rows("commitments", promise, promise))
    assert "the registry has each only once" in str(answer.context["errors"])
    assert not Commitment.objects.exists()


def test_an_agreement_can_be_added_with_its_first_event_and_source(paper, admin_client):
    posted = {
        "slug": "sosa-dnk",
        "type": "sosa",
        "principal": "USA",
        "partner": "DNK",
        "title": "Danish paper",
        "binding": "no",
        "confidence": "high",
    }
    posted |= rows("events", event("signed", "2021")) | rows("commitments")
    posted |= rows("citations", {"source": "gazette", "position": "0"})
    admin_client.post(reverse("admin:agreements_agreement_add"), posted | WHY)
    assert Agreement.objects.get(slug="sosa-dnk").events.get().slug == "sosa-dnk-e1"
    assert Citation.objects.get().subject == "sosa-dnk"


def test_an_event_added_by_itself_is_judged_too(paper, admin_client):
    posted = {"agreement": "sosa-xru"} | event("resumed", "2021") | rows("citations") | WHY
    answer = admin_client.post(reverse("admin:agreements_event_add"), posted)
    assert "nothing was suspended" in answer.context["adminform"].form.errors["date"][0]


def test_the_history_of_an_agreement_tells_of_its_events(save, paper, admin_client):
    save(rows("events", event("suspended", "2021-01-01")))
    page = admin_client.get(reverse("admin:agreements_agreement_history", args=[paper.pk]))
    newest = page.context["entries"][0]
    assert [change.key for change in newest.changes] == ["sosa-xru-e2"]


def test_standing_is_shown_and_cannot_be_written(paper, admin_client):
    row = Standing.objects.get()
    page = reverse("admin:agreements_standing_change", args=[row.pk])
    assert admin_client.get(page).status_code == 200
    assert admin_client.post(page, {"status": "in_force"}).status_code == 403


def test_a_firm_cannot_sign_a_new_code_of_another_country(paper, admin_client):
    smiths = Firm(slug="smiths", name="Smiths", country_id="DNK")
    keep(smiths, actor="editor", reason="A firm")
    posted = {"slug": "coc-xru", "country": "XRU", "title": "Code", "status": "in_place"}
    posted |= {"confidence": "high"} | rows("citations")
    posted |= rows("signatories", {"slug": "coc-xru-smiths", "firm": "smiths"})
    answer = admin_client.post(reverse("admin:agreements_codeofconduct_add"), posted | WHY)
    assert "Established in DNK" in errors_of(answer, "signatories")[0]["firm"][0]
    assert not CodeOfConduct.objects.exists()


def test_a_code_that_a_firm_has_signed_stays(paper, admin_client):
    why = {"actor": "editor", "reason": "A code and who signed it"}
    keep(Firm(slug="smiths", name="Smiths", country_id="XRU"), **why)
    code = CodeOfConduct(slug="coc-xru", country_id="XRU", title="Code", status="in_place")
    keep(code, **why)
    keep(Signatory(slug="coc-xru-smiths", code=code, firm_id="smiths"), **why)
    page = reverse("admin:agreements_codeofconduct_delete", args=[code.pk])
    assert "Smiths under Code" in admin_client.post(page, WHY | {"post": "yes"}).text
    with pytest.raises(ProtectedError):
        remove(code, **why)


def test_a_type_can_be_added_as_data(paper, admin_client):
    posted = {"slug": "pact", "abbreviation": "PACT", "name": "A pact", "order": "9"}
    posted |= rows("commitments") | rows("citations")
    admin_client.post(reverse("admin:agreements_agreementtype_add"), posted | WHY)
    assert AgreementType.objects.get(slug="pact").name == "A pact"


def test_a_claim_about_nothing_is_refused_beside_its_subject(paper, admin_client):
    posted = {
        "slug": "c1",
        "subject_kind": "agreement",
        "subject": "sosa-nowhere",
        "property": "signed_on",
        "value": "2020",
        "source": "gazette",
        "stance": "agrees",
    }
    answer = admin_client.post(
        reverse("admin:agreements_claim_add"), posted | rows("citations") | WHY
    )
    assert "No agreement “sosa-nowhere”" in answer.context["adminform"].form.errors["subject"][0]


def test_a_closed_row_of_the_past_is_not_offered(registry, admin_client):
    code = CodeOfConduct.objects.first()
    code.title = "Another title"
    keep(code, actor="editor", reason="Read again")
    page = admin_client.get(reverse("admin:agreements_codeofconduct_changelist"))
    assert page.context["cl"].result_count == CodeOfConduct.objects.count()
    assert Version.objects.of("codes_of_conduct", code.slug).count() == 2
    assert Country.objects.filter(code=code.country_id).exists()


def test_a_warning_is_asked_about_and_recorded_once_it_is_accepted(save):
    doubtful = rows(
        "events", event("terminated", "2990-01-01"), stored=[stored_event("sosa-xru-e1")]
    )

    asked = save(doubtful)
    assert "2990-01-01 has yet to come" in asked.content.decode()
    assert "Record it nevertheless" in asked.content.decode()
    assert Event.objects.count() == 1

    save(doubtful | {"accept_warnings": "on"})
    assert Event.objects.count() == 2
