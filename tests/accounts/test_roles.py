"""The permission table, and the admin's doors that ask it."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Permission
from django.urls import reverse

from sosa_registry.accounts.roles import ADMIN_DOORS, PERMISSIONS, Action, Role, may, roles_of
from tests.cast import account

pytestmark = pytest.mark.django_db


def test_the_table_names_every_action_and_admins_may_do_all():
    assert set(PERMISSIONS) == set(Action)
    assert all(Role.ADMIN in roles for roles in PERMISSIONS.values())


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", {"read"}),
        ("analyst", {"read", "curate", "propose"}),
        ("editor", {"read", "curate", "propose", "write", "import", "restore"}),
        ("approver", {"read", "curate", "approve"}),
        ("admin", set(Action.values)),
    ],
)
def test_what_each_role_may(role, allowed):
    holder = account("somebody", role)
    assert {action.value for action in Action if may(holder, action)} == allowed


def test_an_account_may_what_any_of_its_roles_may():
    both = account("both", "analyst", "approver")
    assert may(both, Action.PROPOSE)
    assert may(both, Action.APPROVE)
    assert not may(both, Action.WRITE)


def test_an_account_without_a_role_may_nothing():
    nobody = account("nobody")
    assert not any(may(nobody, action) for action in Action)


def test_an_account_that_is_switched_off_may_nothing():
    gone = account("gone", "admin", is_active=False)
    assert not any(may(gone, action) for action in Action)


def test_a_group_that_is_no_role_grants_nothing():
    assert roles_of(account("odd", "janitor")) == frozenset()


def test_anyone_may_read_unless_the_setting_says_otherwise(settings):
    assert may(AnonymousUser(), Action.READ)
    assert not may(AnonymousUser(), Action.CURATE)
    settings.ANONYMOUS_READ = False
    assert not may(AnonymousUser(), Action.READ)


def test_a_permission_ticked_on_an_account_grants_nothing():
    sly = account("sly", "reader")
    sly.user_permissions.add(Permission.objects.get(codename="change_country"))
    assert not sly.has_perm("partners.change_country")


@pytest.mark.parametrize(
    ("role", "perm", "granted"),
    [
        ("analyst", "agreements.view_event", True),
        ("analyst", "agreements.change_event", False),
        ("editor", "agreements.delete_event", True),
        ("editor", "auth.view_user", False),
        ("admin", "auth.change_user", True),
        ("approver", "partners.add_country", False),
        ("admin", "sessions.view_session", False),
    ],
)
def test_djangos_question_is_answered_from_the_table(role, perm, granted):
    assert account("somebody", role).has_perm(perm) is granted


def test_every_model_in_the_admin_has_a_door_in_the_table():
    for model in admin.site._registry:
        labels = {model._meta.app_label, model._meta.label_lower}
        assert labels & set(ADMIN_DOORS), model


def test_an_admin_cannot_touch_a_superuser_or_become_one(client):
    root = account("root", is_superuser=True)
    chief = account("chief", "admin")
    client.force_login(chief)
    mine = reverse("admin:auth_user_change", args=[chief.pk])
    assert client.get(mine).status_code == 200
    form = {"username": "chief", "is_active": "on", "groups": chief.groups.get().pk}
    assert client.post(mine, form | {"is_superuser": "on"}).status_code == 302
    chief.refresh_from_db()
    assert not chief.is_superuser
    page = client.post(reverse("admin:auth_user_change", args=[root.pk]), {"username": "mine"})
    assert page.status_code == 403


def test_an_account_is_switched_off_and_never_deleted(admin_client):
    leaving = account("leaving", "editor")
    page = reverse("admin:auth_user_delete", args=[leaving.pk])
    assert admin_client.post(page, {"post": "yes"}).status_code == 403
