"""Every address of the admin, asked by every role: the answer is the permission table's.

Pages have such a test in `tests/pages/test_by_role.py`, the API in `tests/api/test_roles.py`.
Records are asked for by guessed keys too: who may not look learns nothing about what is there.
"""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from partners.models import Country
from sosa_registry.accounts.roles import Action, Role, may, may_in_admin
from sosa_registry.ledger.recording import Recorded
from tests.cast import account

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "none", *Role.values)


@pytest.fixture
def caller(client):
    """Signs in as one who holds a role; the user."""

    def sign_in(role):
        if role == "anonymous":
            return AnonymousUser()
        user = account(f"a-{role}", *([] if role == "none" else [role]))
        client.force_login(user)
        return user

    return sign_in


MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
VERBS = {
    "changelist": "view",
    "add": "add",
    "change": "view",
    "history": "view",
    "delete": "delete",
}


def address(model, page) -> str:
    """A page of the admin; a record is asked for by a key that is guessed."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=[] if page in ("changelist", "add") else ["987654321"])


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_each_role_as_the_table_says(client, caller, role):
    user, wrong = caller(role), {}
    for model in MODELS:
        for page, verb in VERBS.items():
            where = address(model, page)
            answer = client.get(where)
            allowed = may_in_admin(user, model._meta.app_label, model._meta.model_name, verb)
            if verb == "add" and issubclass(model, Recorded):
                allowed = allowed or may(user, Action.PROPOSE)  # the same form drafts
            if not may(user, Action.CURATE):
                right = answer.status_code == 302 and "/admin/login/" in answer["Location"]
            elif not allowed:
                # A record that is not there sends to the index, whoever asks and whether it was.
                right = answer.status_code in (302, 403)
            else:
                # A list, a form, “no such record”; or a door that its model closes to all.
                right = answer.status_code in (200, 302, 403, 404)
            if not right:
                wrong[where] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_write_writes_nothing_by_posting(world, client, caller, role):
    user = caller(role)
    country = Country.objects.get(code="XRU")
    form = {"code": "XGR", "alpha2": "XG", "name": "Graustark", "region": "Europe"}
    why = {"revision_kind": "correction", "revision_reason": "Because"}
    rest = {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"}
    before = list(Country.objects.values_list("code", flat=True))
    client.post(address(Country, "add"), form | why | rest)
    change = reverse("admin:partners_country_change", args=[country.pk])
    client.post(change, form | why | rest | {"name": "Changed"})
    remove = reverse("admin:partners_country_delete", args=[country.pk])
    client.post(remove, why | {"post": "yes"})
    if may(user, Action.WRITE):
        assert list(Country.objects.values_list("code", flat=True)) != before
    else:
        assert list(Country.objects.values_list("code", flat=True)) == before
        assert Country.objects.get(code="XRU").name == "Ruritania"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_nobody_gives_themselves_a_role(client, caller, role):
    user = caller(role)
    target = user if user.pk else account("somebody")
    page = reverse("admin:auth_user_change", args=[target.pk])
    groups = [group.pk for group in account("chief", "admin").groups.all()]
    client.post(page, {"username": target.username, "is_active": "on", "groups": groups})
    target.refresh_from_db()
    assert "admin" not in target.groups.values_list("name", flat=True)
