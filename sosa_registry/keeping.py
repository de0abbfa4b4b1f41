"""Pages that need not be made again: tagged and kept as the API's answers are.

A page that shows nothing but the ledger's own state is declared `kept` where its address is. What a
signed-in person sees, forms with a token of their own, and pages with anything that is not of the
ledger (proposals, notes, progress of work) are made anew every time and never tagged. A page in the
making of which a revision came is made again, as an answer of the API is.
"""

from functools import wraps

from django.conf import settings
from django.contrib.messages import get_messages

from .api.conditional import TRIES, Named, begin, is_public, keep, known_to, untagged
from .ledger import clock, conditional
from .ledger.reading import pin

VARIES = ("Cookie",)


def kept(view, *, replays: bool = False):
    """A page whose answers are tagged by the registry's state, and kept while they are true.

    `replays`: it is answered from its two clocks alone, so that no revision can come in between.
    """

    @wraps(view)
    def answer(request, *args, **kwargs):
        if request.method not in ("GET", "HEAD") or _is_personal(request):
            return view(request, *args, **kwargs)
        request.pinned = pin()
        named = _named(request)
        if known := known_to(request, named, *VARIES):
            return known
        for _ in range(TRIES):
            response = view(request, *args, **kwargs)
            personal = response.cookies or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
            if response.status_code != 200 or personal or list(get_messages(request)):
                return response
            begin(response)
            if replays or pin() == request.pinned:
                named.told(response, *VARIES)
                if request.method == "GET" and not response.streaming:
                    keep(response, named)
                return response
            request.pinned = pin()
            named = _named(request)
        untagged(response)
        return response

    return answer


def _is_personal(request) -> bool:
    """Whether the page may show who asks; without asking the database."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES


def _named(request) -> Named:
    pinned, today = request.pinned, clock.today().isoformat()
    address = request.build_absolute_uri()
    made = conditional.tag(pinned.revision, pinned.state, today, address, "page", settings.RELEASE)
    return Named(made, is_public("anonymous"))
