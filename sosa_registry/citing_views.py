"""The doors of citing: POST /api/v1/permalinks/, the form at /cite/, and what is kept at /r/.

Open to readers; at most 20 new citations an hour and address, counted in the process's memory.
"""

import orjson
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from sosa_registry import citing
from sosa_registry.api.inputs import Exact, Text
from sosa_registry.api.problems import ProblemSerializer
from sosa_registry.api.throttles import CitingThrottle
from sosa_registry.ledger.models import Permalink
from sosa_registry.pages import Question, show

FOR_EVER = "public, max-age=31536000, immutable"


class AskedSerializer(Exact):
    """What to cite."""

    url = Text(
        max_length=citing.LONGEST_URL,
        help_text="An address of this registry's API, such as /api/v1/matrix/?as_of=2021-08-10.",
    )


class PermalinkSerializer(serializers.Serializer):
    """A stored answer."""

    id = serializers.CharField(help_text="Its lasting name.")
    url = serializers.CharField(help_text="Where it is found for ever.")
    sha256 = serializers.CharField(help_text="SHA-256 of the bytes of the answer.")
    revision = serializers.IntegerField(help_text="The revision it was answered from.")


class PermalinksView(APIView):
    """Store an answer of this API and get an address that gives the same bytes for ever."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_classes = [CitingThrottle]

    @extend_schema(
        operation_id="permalinks_create",
        request=AskedSerializer,
        responses={
            201: PermalinkSerializer,
            400: ProblemSerializer,
            413: ProblemSerializer,
            415: ProblemSerializer,
            429: ProblemSerializer,
        },
        examples=[
            OpenApiExample(
                "A matrix", value={"url": "/api/v1/matrix/?as_of=2021-08-10"}, request_only=True
            ),
            OpenApiExample(
                "Stored",
                value={
                    "id": "0123456789abcdef",
                    "url": "/r/0123456789abcdef",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "revision": 12,
                },
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request):
        """Store the answer, or find it stored already."""
        asked = AskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = citing.cite(asked.validated_data["url"], host=request.get_host())
        except citing.NotCitable as error:
            raise serializers.ValidationError({"url": [str(error)]}) from error
        body = {
            "id": made.id,
            "url": f"/r/{made.id}",
            "sha256": made.sha256,
            "revision": made.revision,
        }
        return Response(body, status=status.HTTP_201_CREATED)


def cite_form(request):
    """Ask once more before storing; on POST store and go to what was stored."""
    url = request.POST.get("url", request.GET.get("url", ""))
    question, error = Question(request, "url"), ""
    if request.method == "POST":
        if not CitingThrottle().allow_request(request, None):
            return _page(question, url, "Twenty citations an hour are allowed. Try later.", 429)
        try:
            made = citing.cite(url, host=request.get_host())
            return HttpResponseRedirect(f"/r/{made.id}")
        except citing.NotCitable as refusal:
            error = str(refusal)
    return _page(question, url, error, 400 if error else 200)


def _page(question, url, error, status_code):
    return show(question, "cite.html", "cite", status=status_code, url=url, error=error)


def _found(name: str) -> Permalink:
    return get_object_or_404(Permalink, id=name)


def kept(request, name):
    """The page of a stored answer."""
    made = _found(name)
    question = Question(request)
    return show(
        question,
        "permalink.html",
        "cite",
        made=made,
        citation=citing.citation(made),
        address=citing.address(made),
        size=len(made.content),
        since=citing.since(made),
    )


def changed_since(request, name):
    """What has changed since an answer was stored."""
    made = _found(name)
    return show(Question(request), "since.html", "cite", made=made, since=citing.since(made))


def content(request, name):
    """The stored bytes."""
    made = _found(name)
    response = HttpResponse(bytes(made.content), content_type=made.media_type)
    response["Cache-Control"], response["ETag"] = FOR_EVER, f'"{made.sha256}"'
    return response


WRITERS = {
    "txt": (lambda made: citing.citation(made) + "\n", "text/plain; charset=utf-8"),
    "bib": (citing.bibtex, "application/x-bibtex; charset=utf-8"),
    "csl.json": (
        lambda made: orjson.dumps([citing.csl(made)]),
        "application/vnd.citationstyles.csl+json",
    ),
}


def written(request, name, form):
    """The citation as text, BibTeX or CSL-JSON."""
    if form not in WRITERS:
        raise Http404(f"No citation as {form}. Allowed: {', '.join(WRITERS)}.")
    write, media_type = WRITERS[form]
    return HttpResponse(write(_found(name)), content_type=media_type)
