"""What is done to accounts: invite, accept, begin anew, leave. Each is noted in the security log.

An account is never deleted, for history names it. Leaving ends every session at once and for good:
the password becomes unusable, and a session is bound to the password it began with.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from sosa_registry import logs

from .mail import send_invitation


@transaction.atomic
def invite(user, *, actor) -> None:
    """Send the holder a link to choose a password; a link sent before becomes void."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    send_invitation.enqueue(user.pk)
    logs.note("account invited", account=user, by=actor.get_username())


@transaction.atomic
def accept(user, password: str) -> None:
    """Take up an invitation: the password is set, and the mailbox is proven."""
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    logs.note("invitation accepted", account=user)


@transaction.atomic
def begin_anew(user, *, actor) -> None:
    """For one who lost password or authenticator: both are taken away, and a new link is sent."""
    Authenticator.objects.filter(user=user).delete()
    logs.note("second factor removed", account=user, by=actor.get_username())
    invite(user, actor=actor)


@transaction.atomic
def leave(user, *, actor) -> None:
    """Switch an account off: it may do nothing from now on; what it did stays recorded."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    Authenticator.objects.filter(user=user).delete()
    user.tokens.update(revoked=True)
    for session in UserSession.objects.filter(user=user):
        session.end()
    logs.note("account switched off", account=user, by=actor.get_username())


@transaction.atomic
def end_sessions(sessions, *, actor) -> int:
    """Sign out wherever these are; how many they were."""
    ended = list(sessions.select_related("user"))
    for session in ended:
        session.end()
        logs.note("session ended", account=session.user, by=actor.get_username())
    return len(ended)
