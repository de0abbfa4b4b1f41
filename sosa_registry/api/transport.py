"""The API is asked by https or not at all: a program that is sent on would never notice.

A page in the clear is redirected, for somebody typed its address. A program would go on sending its
token in the clear with each request and be answered all the same; so it is refused, once and for
all, and told why.
"""

from django.conf import settings
from django.http import HttpResponse

from .problems import MEDIA_TYPE, problem
from .renderers import as_json

API = "/api/v"
TOLD = (
    "Ask by https. What was sent in the clear, a token above all, was not private: "
    "revoke the token and make another."
)


class Enciphered:
    """The middleware; for a registry whose address is https."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """403 as a problem for a request of the API that came in the clear."""
        if settings.HTTPS and request.path.startswith(API) and not request.is_secure():
            return HttpResponse(as_json(problem(403, TOLD)), content_type=MEDIA_TYPE, status=403)
        return self.get_response(request)
