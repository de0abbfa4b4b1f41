"""Old names go on working: a page or a resource of the API that was renamed or merged away.

Asked only when the answer would be 404, so that a name in use costs nothing. Pages answer with a
permanent redirect (301), the API with 308, which keeps the method and what was sent.
"""

from django.http import HttpResponsePermanentRedirect
from django.urls import NoReverseMatch, reverse

from partners.models import Redirect

# The addresses of pages by name, and what kind of record each shows.
PAGES = {
    "agreement": "agreement",
    "agreement-feed": "agreement",
    "grouping": "grouping",
    "code": "code",
    "firm": "firm",
    "source": "source",
    "archived-copy": "source",
    "invocation": "invocation",
    "list": "list",
}


class Moved(HttpResponsePermanentRedirect):
    """308: ask there, in the same way."""

    status_code = 308


class MovedMiddleware:
    """Looks up where a name leads once nothing is found under it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """The answer, or the way to where it moved."""
        response = self.get_response(request)
        if response.status_code != 404 or request.resolver_match is None:
            return response
        address = _moved(request.resolver_match)
        if address is None:
            return response
        query = request.META.get("QUERY_STRING", "")
        address = f"{address}?{query}" if query else address
        is_api = "api" in request.resolver_match.namespaces
        return (Moved if is_api else HttpResponsePermanentRedirect)(address)


def _moved(match) -> str | None:
    name, kind = _asked(match)
    old = match.kwargs.get(name) if kind else None
    new = Redirect.followed(kind, old) if old and "\0" not in old else None
    if new is None:
        return None
    try:
        return reverse(match.view_name, kwargs={**match.kwargs, name: new})
    except NoReverseMatch:
        return None


def _asked(match) -> tuple[str, str]:
    """By which argument of the address a record was asked for, and of what kind it is."""
    if "api" not in match.namespaces:
        return "slug", PAGES.get(match.url_name, "")
    view = getattr(match.func, "cls", None)
    argument = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", "")
    model = getattr(getattr(view, "queryset", None), "model", None)
    return argument, getattr(model, "record_kind", "")
