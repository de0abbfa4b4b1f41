"""How often one address may do what costs something, counted in the process's own memory."""

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
