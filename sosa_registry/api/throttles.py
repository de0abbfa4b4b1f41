"""How often one address may do what costs something, counted in the process's own memory."""

from hashlib import sha256

from django.core.cache import caches
from rest_framework.throttling import SimpleRateThrottle


class AddressThrottle(SimpleRateThrottle):
    """So many an hour and address, signed in or not. A subclass says for what (`scope`)."""

    cache = caches["memory"]
    rate = "20/hour"

    def get_cache_key(self, request, view):
        """By address, as the proxy tells it."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class CitingThrottle(AddressThrottle):
    """Citations: twenty."""

    scope = "citing"


class ReportingThrottle(AddressThrottle):
    """Reports of errors: ten."""

    scope, rate = "reporting", "10/hour"


class SubscribingThrottle(AddressThrottle):
    """Requests for a digest: ten."""

    scope, rate = "subscribing", "10/hour"


class LetterThrottle(AddressThrottle):
    """Letters to an e-mail address that has not confirmed anything: three a day, whoever asks."""

    scope, rate = "letters", "3/day"

    def get_cache_key(self, request, view):
        """By where the letter goes; `request` is that address."""
        return self.cache_format % {
            "scope": self.scope,
            "ident": sha256(request.lower().encode()).hexdigest(),
        }
