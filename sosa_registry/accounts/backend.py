"""Django's own question `user.has_perm(…)`, answered from the permission table.

The admin and its templates ask in Django's terms (`agreements.change_event`). No permission is
stored on an account or a group, so what the table says cannot be gone round by ticking boxes.
"""

from allauth.account.auth_backends import AuthenticationBackend

from .roles import ADMIN_DOORS, may, may_in_admin


class RoleBackend(AuthenticationBackend):
    """Passwords by name or e-mail, as slowly for unknown ones; permissions from the table."""

    def has_perm(self, user_obj, perm, obj=None):
        """Whether an account may `app.verb_model`."""
        app, _, codename = perm.partition(".")
        verb, _, model = codename.partition("_")
        return user_obj.is_active and may_in_admin(user_obj, app, model, verb)

    def has_module_perms(self, user_obj, app_label):
        """Whether an account sees anything of an app in the admin."""
        doors = [
            actions for name, actions in ADMIN_DOORS.items() if name.split(".")[0] == app_label
        ]
        return user_obj.is_active and any(may(user_obj, look) for look, _ in doors)

    def get_all_permissions(self, user_obj, obj=None):
        """None are stored; the table is asked one by one."""
        return set()
