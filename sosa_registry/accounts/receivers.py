"""The one place that listens to signals: what authentication announces goes to the security log."""

from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out

from sosa_registry import logs

from . import sessions


def _signed_in(sender, request, user, **more):
    sessions.begin(request)
    logs.note("signed in", account=user)


def _signed_out(sender, request, user, **more):
    if user is not None:
        logs.note("signed out", account=user)


def _authenticated(sender, request, user, method, reauthenticated=False, **more):
    if reauthenticated:
        sessions.renew(request)
    logs.note("asked again" if reauthenticated else "authenticated", account=user, method=method)


def _password_changed(sender, request, user, **more):
    logs.note("password changed", account=user)


def _second_factor(event):
    def receive(sender, user, authenticator, **more):
        logs.note(event, account=user, method=authenticator.type)

    return receive


SECOND_FACTOR = {
    "authenticator_added": _second_factor("second factor added"),
    "authenticator_removed": _second_factor("second factor removed"),
    "authenticator_reset": _second_factor("recovery codes made anew"),
    "authentication_failed": _second_factor("second factor refused"),
}


def listen(mfa_signals) -> None:
    """Connect the receivers; allauth's module of second factors can be read once apps are."""
    user_logged_in.connect(_signed_in, dispatch_uid="signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="signed_out")
    authentication_step_completed.connect(_authenticated, dispatch_uid="authenticated")
    password_changed.connect(_password_changed, dispatch_uid="password_changed")
    password_reset.connect(_password_changed, dispatch_uid="password_reset")
    for name, receiver in SECOND_FACTOR.items():
        getattr(mfa_signals, name).connect(receiver, dispatch_uid=name)
