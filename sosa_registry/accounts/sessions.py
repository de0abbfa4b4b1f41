"""How long one stays signed in: ten hours at most, and no more than one hour without a request.

Both are kept in the session, which is in the database, so that a stolen cookie ends as well. The
time of the last request is written every five minutes, not with every one; then the list that one
sees of one's own sessions (django-allauth's) is told, too.
"""

import time

from django.apps import apps
from django.contrib.auth import logout

from sosa_registry import logs

LONGEST, IDLE, WRITTEN_EVERY = 10 * 3600, 3600, 300
BEGUN, SEEN = "begun", "seen"


def begin(request) -> None:
    """Note when the session began."""
    request.session[BEGUN] = request.session[SEEN] = int(time.time())


def renew(request) -> None:
    """Give the session another key, so that whoever took the one before holds nothing."""
    before = request.session.session_key
    request.session.cycle_key()
    own = apps.get_model("usersessions", "UserSession").objects.filter(session_key=before)
    own.update(session_key=request.session.session_key)


def age(request) -> int:
    """Seconds since one signed in."""
    return int(time.time()) - request.session.get(BEGUN, 0)


class SessionEnds:
    """Middleware that ends sessions which are too old or were left alone too long."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Judge the session before the view sees it."""
        # A reader without a cookie has no session: nothing is asked of the database.
        if request.session.session_key and request.user.is_authenticated:
            now, kept = int(time.time()), request.session
            begun, seen = kept.get(BEGUN, now), kept.get(SEEN, now)
            if now - begun > LONGEST or now - seen > IDLE:
                logs.note("session ended", account=request.user)
                logout(request)
            elif now - seen > WRITTEN_EVERY or BEGUN not in kept:
                kept[BEGUN], kept[SEEN] = begun, now
                apps.get_model("usersessions", "UserSession").objects.create_from_request(request)
        return self.get_response(request)
