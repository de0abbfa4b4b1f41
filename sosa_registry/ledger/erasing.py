"""Erasing a person's name from the history, on request.

In every revision the name becomes `sha256:` and the salted digest that the chain covers, and its
salt goes, so that nobody can find the name by trying; the chain verifies as before. The account is
emptied and switched off. What the person changed, when and why stays: history is never purged. A
name that somebody wrote into a reason stays too, because reasons are part of the chain.
"""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import F, Value
from django.db.models.functions import Concat

from .models import Revision
from .revising import revision


def erase_person(name: str, *, actor, reason: str) -> int:
    """Erase a name; returns in how many revisions it stood. The erasure is a revision of its own.

    Raises ValidationError for a name that is nowhere, and for the name of whoever erases.
    """
    by = actor if isinstance(actor, str) else actor.get_username()
    if name == by:
        raise ValidationError({"name": "Another admin has to erase it: the erasure names you."})
    accounts = get_user_model().objects.filter(username=name)
    with revision(actor=actor, reason=reason, kind=Revision.Kind.ERASURE) as opened:
        acted, approved = (
            Revision.objects.filter(**{role: name}) for role in ("actor", "approver")
        )
        count = (acted | approved).count()
        account = accounts.first()
        if not count and account is None:
            raise ValidationError({"name": f"Nobody here is called “{name[:150]}”."})
        acted.update(actor=_erased("actor"), actor_salt="", user=None)
        approved.update(approver=_erased("approver"), approver_salt="")
        if account is not None:
            _empty(account)
        opened.leaves_trace = True
        opened.reason = f"A name was erased from {count} revisions. {opened.reason}"
    return count


def _erased(role: str) -> Concat:
    return Concat(Value("sha256:"), F(f"{role}_digest"))


def _empty(account) -> None:
    account.username = f"erased-{account.pk}"
    account.first_name = account.last_name = account.email = ""
    account.is_active = account.is_superuser = account.is_staff = False
    account.set_unusable_password()
    account.save()
    account.groups.clear()
