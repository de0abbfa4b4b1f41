"""The admin's door to the ledger: one revision a save, always a reason, history of versions."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Country
from sosa_registry.ledger.admin import ReadOnlyAdmin, RecordedAdmin
from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.recording import recorded_models
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"revision_kind": "correction", "revision_reason": "The gazette says so"}
NO_CITATIONS = {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"}
OURS = [
    model
    for model, site in admin.site._registry.items()
    if isinstance(site, RecordedAdmin | ReadOnlyAdmin)
]


def address(page, model, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def ruritania(**values):
    kept = Country.objects.get(code="XRU")
    names = ("code", "alpha2", "name", "official_name", "region", "aliases")
    return {name: getattr(kept, name) for name in names} | NO_CITATIONS | values


@pytest.fixture
def editor(admin_client):
    cast.found_world()
    return admin_client


@pytest.fixture
def change(editor):
    """Posts Ruritania's form with some values changed."""
    page = address("change", Country, Country.objects.get(code="XRU").pk)
    return lambda **values: editor.post(page, ruritania(**values), follow=True)


def test_a_save_makes_one_revision_with_actor_reason_and_kind(change):
    change(region="Central Europe", **WHY)
    made = Revision.objects.first()
    assert (made.number, made.actor, made.changes) == (2, "admin", 1)
    assert (made.kind, made.reason) == ("correction", "The gazette says so")


def test_the_answer_to_a_save_names_the_revision(change):
    assert "Recorded as revision 2." in change(region="Central Europe", **WHY).text


def test_an_addition_makes_one_revision(editor):
    fields = ruritania(code="XGR", alpha2="XG", name="Graustark") | WHY
    editor.post(address("add", Country), fields)
    assert Version.objects.get(key="XGR").revision.reason == "The gazette says so"


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [("revision_reason", "Say why"), ("revision_kind", "This field is required")],
)
def test_a_save_without_reason_or_kind_is_refused_beside_the_field(change, left_out, sentence):
    answer = change(region="Central Europe", **(WHY | {left_out: ""}))
    form = answer.context["adminform"].form
    assert sentence in form.errors[left_out][0]
    assert Country.objects.get(code="XRU").region == "Europe"


def test_a_save_that_changes_nothing_makes_no_revision_and_says_so(change):
    answer = change(**WHY)
    assert "Nothing was changed in “Ruritania”: no revision was made." in answer.text
    assert Revision.objects.count() == 1


def test_an_import_is_no_kind_of_change_to_choose(change):
    answer = change(region="Central Europe", **(WHY | {"revision_kind": "import"}))
    assert "revision_kind" in answer.context["adminform"].form.errors


def test_a_key_is_given_once(change):
    change(code="ZZZ", region="Central Europe", **WHY)
    assert Country.objects.get(name="Ruritania").code == "XRU"


def test_history_shows_who_when_why_and_field_by_field(change, editor):
    change(region="Central Europe", **WHY)
    page = editor.get(address("history", Country, Country.objects.get(code="XRU").pk))
    newest = page.context["entries"][0]
    assert (newest.revision.number, newest.revision.actor) == (2, "admin")
    [field] = newest.changes[0].fields
    assert (field.name, field.before, field.after) == ("region", "Europe", "Central Europe")
    assert "The gazette says so" in page.text


def test_history_begins_with_the_import(editor):
    page = editor.get(address("history", Country, Country.objects.get(code="XRU").pk))
    assert [entry.revision.reason for entry in page.context["entries"]] == ["A small world"]


def test_every_record_is_registered():
    registered = {model for model, site in admin.site._registry.items()}
    assert set(recorded_models()) <= registered


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_anonymous_is_asked_to_log_in(client, model):
    answer = client.get(address("changelist", model))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("roles", [(), ("reader",)])
def test_staff_without_a_curators_role_are_asked_for_another_account(client, roles):
    client.force_login(cast.account("clerk", *roles, is_staff=True))
    for page in (reverse("admin:index"), address("changelist", Country)):
        assert client.get(page).url.startswith(reverse("admin:login"))


def test_one_who_may_only_view_is_asked_for_no_reason(client):
    cast.found_world()
    client.force_login(cast.account("clerk", "approver"))
    page = client.get(address("change", Country, Country.objects.get(code="XRU").pk))
    assert page.status_code == 200
    assert "revision_reason" not in page.text


@pytest.mark.parametrize("model", [Revision, Version])
def test_the_ledger_can_be_read_and_not_written(editor, model):
    kept = model.objects.first()
    assert editor.get(address("change", model, kept.pk)).status_code == 200
    assert editor.get(address("add", model)).status_code == 403
    assert editor.post(address("delete", model, kept.pk), {"post": "yes"}).status_code == 403


def test_a_version_shows_what_changed(change, editor):
    change(region="Central Europe", **WHY)
    version = Version.objects.get(key="XRU", revision=2)
    page = editor.get(address("change", Version, version.pk)).text
    assert "<del>Europe</del>" in page
    assert "<ins>Central Europe</ins>" in page


def test_every_page_of_every_record_answers(registry, admin_client):
    for model in OURS:
        pages = [address("changelist", model)]
        if record := model.objects.first():
            pages.append(address("change", model, record.pk))
        if record and isinstance(admin.site._registry[model], RecordedAdmin):
            pages += [address("history", model, record.pk), address("delete", model, record.pk)]
            pages.append(address("add", model))
        for page in pages:
            assert admin_client.get(page).status_code == 200, page


def statements(client, page):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def test_every_list_takes_as_many_statements_for_all_rows_as_for_two(registry, admin_client):
    for model in OURS:
        page = address("changelist", model)
        keys = ",".join(str(pk) for pk in model.objects.values_list("pk", flat=True)[:2])
        few = statements(admin_client, f"{page}?pk__in={keys or 0}")
        assert statements(admin_client, page) <= few, page


def test_no_page_has_anything_inline(editor):
    page = editor.get(address("change", Country, Country.objects.get(code="XRU").pk))
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert "onclick" not in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_the_header_names_the_registry_and_links_to_the_site(editor):
    page = editor.get(reverse("admin:index")).text
    assert "Registry of defence-supply agreements" in page
    assert '<a href="/">View site</a>' in page
