"""Roles and the one table of what each may do. Every door asks `may(user, Action.…)`, no other way.

Roles are groups (made by a migration), so that an account can hold several and an identity
provider can hand them out by name. A superuser is an admin. An anonymous reader is a reader where
the setting ANONYMOUS_READ says so. Two rules are not in the table because no role lifts them:
nobody approves a proposal of their own, and an account that is switched off may do nothing. Where
REQUIRE_SECOND_FACTOR is on, roles beyond reading come into force with the account's authenticator:
here, below every door, so that none can forget to ask.
"""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import TextChoices


class Role(TextChoices):
    """What an account is trusted with."""

    READER = "reader", "Reader: reads"
    ANALYST = "analyst", "Analyst: drafts changes for review"
    EDITOR = "editor", "Editor: writes"
    APPROVER = "approver", "Approver: reviews what others drafted"
    ADMIN = "admin", "Admin: everything, accounts included"


class Action(TextChoices):
    """What can be done in the registry, each by the sentence that a refusal shows."""

    READ = "read", "read the registry"
    CURATE = "curate", "see drafts, notes and the curators' pages"
    PROPOSE = "propose", "draft changes for review"
    WRITE = "write", "change records"
    IMPORT = "import", "import tables"
    APPROVE = "approve", "review what others drafted"
    RESTORE = "restore", "restore, merge and rename records"
    ERASE_PERSON = "erase_person", "erase a person's name"
    MANAGE_ACCOUNTS = "manage_accounts", "manage accounts"
    MANAGE_SYSTEM = "manage_system", "manage tokens of others, webhooks and the worker"


_EVERYONE = frozenset(Role)
_CURATORS = frozenset({Role.ANALYST, Role.EDITOR, Role.APPROVER, Role.ADMIN})
_WRITERS = frozenset({Role.EDITOR, Role.ADMIN})

PERMISSIONS: dict[Action, frozenset[Role]] = {
    Action.READ: _EVERYONE,
    Action.CURATE: _CURATORS,
    Action.PROPOSE: frozenset({Role.ANALYST, Role.EDITOR, Role.ADMIN}),
    Action.WRITE: _WRITERS,
    Action.IMPORT: _WRITERS,
    Action.APPROVE: frozenset({Role.APPROVER, Role.ADMIN}),
    Action.RESTORE: _WRITERS,
    Action.ERASE_PERSON: frozenset({Role.ADMIN}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMIN}),
    Action.MANAGE_SYSTEM: frozenset({Role.ADMIN}),
}

# The admin's doors: app, or app.model where it differs, to the actions that look and that change.
# What is not named here is closed to all but superusers.
ADMIN_DOORS: dict[str, tuple[Action, Action]] = {
    "partners": (Action.CURATE, Action.WRITE),
    "agreements": (Action.CURATE, Action.WRITE),
    "ledger": (Action.CURATE, Action.MANAGE_SYSTEM),
    "auth": (Action.MANAGE_ACCOUNTS, Action.MANAGE_ACCOUNTS),
    "accounts": (Action.MANAGE_ACCOUNTS, Action.MANAGE_ACCOUNTS),
    "accounts.token": (Action.CURATE, Action.CURATE),
    "webhooks": (Action.MANAGE_SYSTEM, Action.MANAGE_SYSTEM),
    "django_tasks_database": (Action.MANAGE_SYSTEM, Action.MANAGE_SYSTEM),
}


def roles_granted(user) -> frozenset[Role]:
    """The roles that an account was given, whether or not its second factor is set up."""
    names = {Role.ADMIN.value} if user.is_superuser else set()
    names.update(user.groups.values_list("name", flat=True))
    return frozenset(Role(name) for name in names if name in Role.values)


def has_second_factor(user) -> bool:
    """Whether an authenticator app is set up."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def roles_of(user) -> frozenset[Role]:
    """The roles in force for an account; asked of the database once for each user object."""
    if user is None or not user.is_authenticated:
        return frozenset({Role.READER}) if settings.ANONYMOUS_READ else frozenset()
    if not user.is_active:
        return frozenset()
    if not hasattr(user, "_roles"):
        held = roles_granted(user)
        if settings.REQUIRE_SECOND_FACTOR and held - {Role.READER} and not has_second_factor(user):
            held = frozenset({Role.READER})
        user._roles = held
    return user._roles


def may(user, action: Action) -> bool:
    """Whether the account, or the anonymous reader, may do this; by a token, only in its scope."""
    if action not in getattr(user, "limited_to", Action):
        return False
    return not PERMISSIONS[action].isdisjoint(roles_of(user))


def may_in_admin(user, app: str, model: str, verb: str) -> bool:
    """Whether the admin's door to a model is open; `verb` is view, add, change or delete."""
    doors = ADMIN_DOORS.get(f"{app}.{model}") or ADMIN_DOORS.get(app)
    return doors is not None and may(user, doors[0] if verb == "view" else doors[1])
