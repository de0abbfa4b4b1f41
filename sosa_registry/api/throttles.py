"""How often one may ask: by token, by address, and for what costs something more, by address too.

Counted by fixed stretches of time, in the cache `memory`: the process's own, or the Redis that
several share; never in the database. Every answer says what is left, in the words of the IETF's
draft (`RateLimit-Policy`, `RateLimit`); a refusal says when to come back (`Retry-After`).
"""

import math
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from rest_framework.throttling import BaseThrottle

from sosa_registry.accounts.models import Token
from sosa_registry.ledger import clock

HOUR = 3600  # seconds


class Throttle(BaseThrottle):
    """So many within a stretch of time. A subclass says by whom, and how many."""

    policy: str
    rate: tuple[int, int] | None = None  # how many, within how many seconds; None: no limit

    def ident(self, request) -> str | None:
        """Who is counted; None for who is not, here. By address, as the proxy tells it."""
        return self.get_ident(request)

    def allow_request(self, request, view):
        """Count, and tell the answer's headers what is left."""
        rate, who = self.rate, self.ident(request)
        if rate is None or who is None:
            return True
        most, seconds = rate
        now = clock.now().timestamp()
        self.left = math.ceil(seconds - now % seconds)
        used = counted(f"rate-{self.policy}-{who}-{int(now // seconds)}", seconds)
        if plain := getattr(request, "_request", None):  # one of the API's: its answer will say
            told = (self.policy, most, seconds, max(0, most - used), self.left)
            plain.rates = [*getattr(plain, "rates", []), told]
        return used <= most

    def wait(self):
        """Seconds until the next stretch begins."""
        return self.left


def counted(key: str, seconds: int) -> int:
    """How often this key was counted within its stretch, this time included."""
    kept = caches["memory"]
    kept.add(key, 0, seconds + 1)
    try:
        return kept.incr(key)
    except ValueError:  # pushed out meanwhile by the many
        return 1


class TokenThrottle(Throttle):
    """What shows a token is counted by it."""

    policy = "token"

    @property
    def rate(self):
        """By setting."""
        return settings.RATE_TOKEN

    def ident(self, request):
        """The token, whatever address it is shown from."""
        return str(request.auth.pk) if isinstance(request.auth, Token) else None


class AddressThrottle(Throttle):
    """Everything else is counted by its address, and so is a token that is not taken."""

    policy = "address"

    @property
    def rate(self):
        """By setting."""
        return settings.RATE_ADDRESS

    def ident(self, request):
        """The address."""
        return None if isinstance(request.auth, Token) else self.get_ident(request)


class CitingThrottle(Throttle):
    """Citations: twenty an hour and address."""

    policy, rate = "citing", (20, HOUR)


class ReportingThrottle(Throttle):
    """Reports of errors: ten an hour and address."""

    policy, rate = "reporting", (10, HOUR)


class SubscribingThrottle(Throttle):
    """Requests for a digest: ten an hour and address."""

    policy, rate = "subscribing", (10, HOUR)


class LetterThrottle(Throttle):
    """Letters to an e-mail address that has not confirmed anything: three a day, whoever asks."""

    policy, rate = "letters", (3, 24 * HOUR)

    def ident(self, request):
        """Where the letter goes; `request` is that address."""
        return sha256(request.lower().encode()).hexdigest()


class Counted:
    """A view that counts whoever calls it, before it says what they may not."""

    _is_counted = False

    def perform_authentication(self, request):
        """Who is calling; one whose token is not taken is counted as well."""
        try:
            super().perform_authentication(request)
        finally:
            self.check_throttles(request)

    def check_throttles(self, request):
        """Once a request. Raises Throttled."""
        if not self._is_counted:
            self._is_counted = True
            super().check_throttles(request)


class RateHeaders:
    """Middleware that says in each counted answer what is left of which limit."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer, then say."""
        response = self.get_response(request)
        if rates := getattr(request, "rates", None):
            response["RateLimit-Policy"] = ", ".join(
                f'"{name}";q={most};w={seconds}' for name, most, seconds, _, _ in rates
            )
            response["RateLimit"] = ", ".join(
                f'"{name}";r={left};t={wait}' for name, _, _, left, wait in rates
            )
        return response
