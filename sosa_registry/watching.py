"""What stands around every request: its id, one line of log, its figures, two constant headers.

Outermost of the middleware, so that a refusal by any other is counted and logged too. Neither the
query nor the body is logged: what people ask about is their own business.
"""

import logging
import re
import time

from django.conf import settings
from prometheus_client import Counter, Histogram

from . import logs

requests = logging.getLogger("registry.requests")
ANSWERED = Counter("registry_requests", "Requests answered.", ["method", "place", "status"])
TOOK = Histogram(
    "registry_request_seconds",
    "Seconds until the answer began.",
    ["place"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Everything that Django and django-csp do not say by themselves.
HEADERS = {
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def address_of(request) -> str:
    """The caller's address: behind the proxy that speaks https the last it names, else the peer."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return told.rpartition(",")[2].strip()[:45] or request.META.get("REMOTE_ADDR", "")


def place_of(request) -> str:
    """Which route answered, so that figures have as many series as there are routes."""
    found = getattr(request, "resolver_match", None)
    return f"/{found.route}" if found and found.route else "elsewhere"


class Watch:
    """The middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Name the request, answer it, tell its name, count it."""
        begun = time.perf_counter()
        request_id = logs.begin(request.headers.get("X-Request-ID", ""), address_of(request))
        response = self.get_response(request)
        took = time.perf_counter() - begun
        response["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        method = request.method if request.method in METHODS else "other"
        ANSWERED.labels(method, place_of(request), str(response.status_code)).inc()
        TOOK.labels(place_of(request)).observe(took)
        self._log(request, response, method, took)
        return response

    def _log(self, request, response, method, took):
        # Whoever asked is named only where the view had to know: looking would cost a statement.
        user = getattr(request, "_cached_user", None)
        facts = {
            "method": method,
            "path": UNPRINTABLE.sub("?", request.path)[:500],
            "status": response.status_code,
            "ms": round(took * 1000, 1),
            "bytes": None if response.streaming else len(response.content),
            "account": user.get_username() if user is not None and user.pk else None,
        }
        requests.info("answered", extra={"facts": facts})
        if response.status_code in (401, 403, 429):
            logs.note("refused", account=user, path=facts["path"], status=response.status_code)
