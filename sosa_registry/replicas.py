"""Reading from replicas of PostgreSQL, without anyone ever seeing the registry go backwards.

Active only where the setting REPLICA_URLS names replicas. A request that only reads is answered
from one replica, chosen at its start, if that replica has reached the newest revision the client
has seen (told by a cookie, or by the header Registry-Revision for programs); otherwise from the
primary. A replica that fails is left alone for some seconds and the request is answered again from
elsewhere, so a reader sees no error. With the primary gone, reading goes on; writing waits for a
promotion.
"""

import random
import re
import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import DatabaseError, connections

from sosa_registry.ledger.models import Head

PRIMARY = "default"
HEADER, COOKIE = "Registry-Revision", "registry_revision"
REVISION = re.compile(r"[0-9]{1,15}")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REST = 5.0  # seconds that a database which failed is left alone
# What sessions, accounts and tasks hold is not covered by revisions, so it is read where it is
# written for as long as that answers.
REGISTRY_APPS = frozenset({"ledger", "partners", "agreements"})

_registry_from: ContextVar[str] = ContextVar("registry_from", default=PRIMARY)
_rest_from: ContextVar[str] = ContextVar("rest_from", default=PRIMARY)
_down_until: dict[str, float] = {}  # by alias, on this process's monotonic clock


class ReplicaRouter:
    """Sends reads where the request decided, and every write to the primary."""

    def db_for_read(self, model, **hints):
        """The database chosen for this request."""
        ours = model._meta.app_label in REGISTRY_APPS
        return (_registry_from if ours else _rest_from).get()

    def db_for_write(self, model, **hints):
        """The primary."""
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        """All are copies of one database."""
        return True

    def allow_migrate(self, db, app_label, **hints):
        """Replicas follow the primary's tables by themselves."""
        return db == PRIMARY


def aliases() -> list[str]:
    """The replicas, as Django's settings name them."""
    return [alias for alias in settings.DATABASES if alias.startswith("replica")]


def is_down(alias: str) -> bool:
    """Whether a database failed a moment ago."""
    return _down_until.get(alias, 0.0) > time.monotonic()


def set_down(alias: str) -> None:
    """Leave a database that failed alone for a while, and drop its connection."""
    _down_until[alias] = time.monotonic() + REST
    connections[alias].close()


def reached(alias: str) -> int | None:
    """The newest revision a database holds; None where it does not answer. One statement."""
    try:
        return Head.objects.using(alias).values_list("number", flat=True).first() or 0
    except DatabaseError:
        set_down(alias)
        return None


def choose(seen: int) -> str:
    """A replica, at random, that has what the client has seen; else the primary."""
    candidates = [alias for alias in aliases() if not is_down(alias)]
    for alias in random.sample(candidates, len(candidates)):
        number = reached(alias)
        if number is not None and number >= seen:
            return alias
    return PRIMARY


def seen_by(request) -> int:
    """The newest revision the client says it has seen; 0 where it says nothing readable."""
    told = [request.headers.get(HEADER, ""), request.COOKIES.get(COOKIE, "")]
    return max(int(text) if REVISION.fullmatch(text) else 0 for text in told)


@contextmanager
def reading_from(registry: str, rest: str):
    """Read the registry's tables from one database and all others from another."""
    registry_token, rest_token = _registry_from.set(registry), _rest_from.set(rest)
    try:
        yield
    finally:
        _registry_from.reset(registry_token)
        _rest_from.reset(rest_token)


def streamed(parts, registry: str, rest: str):
    """The parts of a body that is made while it is sent, each read from the request's database."""
    parts = iter(parts)
    while True:
        with reading_from(registry, rest):
            part = next(parts, None)
        if part is None:
            return
        yield part


class ReplicaMiddleware:
    """Chooses the database of each request, and asks again where it fails."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer from a replica where that is possible, from the primary otherwise."""
        if request.method not in SAFE or request.path.startswith("/admin/"):
            return self.told(self.answer(request, PRIMARY), request, PRIMARY)
        seen = seen_by(request)
        alias = choose(seen)
        response = self.answer(request, alias)
        if response.status_code >= 500 and (failed := self.failed(alias)):
            for name in failed:
                set_down(name)
            alias = choose(seen)
            response = self.answer(request, alias)
        return self.told(response, request, alias)

    def answer(self, request, alias):
        """The response, with the registry read from one database from beginning to end."""
        rest = alias if is_down(PRIMARY) else PRIMARY
        with reading_from(alias, rest):
            response = self.get_response(request)
        if response.streaming:
            response.streaming_content = streamed(response.streaming_content, alias, rest)
        return response

    def failed(self, alias: str) -> list[str]:
        """Which of the two databases of a request is to blame for its failing."""
        return [name for name in {alias, PRIMARY} if not answers(name)]

    def told(self, response, request, alias):
        """Say which revision the client has now seen, unless the answer is everybody's to keep."""
        if "immutable" in response.get("Cache-Control", "") or is_down(alias):
            return response
        number = reached(alias)
        if number:
            response[HEADER] = str(number)
            if request.COOKIES.get(COOKIE) != str(number):
                response.set_cookie(
                    COOKIE,
                    str(number),
                    secure=settings.HTTPS,
                    httponly=True,
                    samesite="Lax",
                )
        return response


def answers(alias: str) -> bool:
    """Whether a database can be reached, by a fresh connection if need be."""
    try:
        connections[alias].close_if_unusable_or_obsolete()
        connections[alias].ensure_connection()
        return connections[alias].is_usable()
    except DatabaseError:
        return False
