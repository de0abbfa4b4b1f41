"""Asking again who it is, before what cannot be left to an unattended screen.

`recently_authenticated(request)` says whether password or code was given again within the last
five minutes; `ask_again(request)` raises what sends a page's reader to give it and then on with
what they were doing. Approving, making tokens and erasing a person ask; a view may use the
decorator `asked_again`.
"""

from functools import wraps

from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings

from . import sessions


def recently_authenticated(request) -> bool:
    """Whether the person gave password or code again within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    if not request.user.is_authenticated:
        return False
    if get_reauthentication_flows(request.user):
        return did_recently_reauthenticate(request)
    # Neither password nor app: single sign-on alone. Then signing in anew is the only way to ask.
    return sessions.age(request) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask_again(request) -> None:
    """Go on, or raise ReauthenticationRequired: the middleware then asks, and comes back."""
    if not recently_authenticated(request):
        raise ReauthenticationRequired


def asked_again(view):
    """A view whose every POST asks again who it is."""

    @wraps(view)
    def asking(request, *args, **kwargs):
        if request.method == "POST":
            ask_again(request)
        return view(request, *args, **kwargs)

    return asking
