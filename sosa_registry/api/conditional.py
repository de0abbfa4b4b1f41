"""Answers that need not be given again: tags, `304 Not Modified`, and answers kept in the cache.

The registry changes only by revisions, so an answer stays true until the next one, or until the day
asked about is another. Every answer from the ledger says so in its `ETag`; one small statement
tells whether the client's copy, or the one kept here, is that answer still. What is not of the
ledger is not tagged. A client that sends `Cache-Control: no-cache` is answered anew.

Tag and rows are read one after the other, and no transaction holds them together (`reading`). So
once an answer is made, the registry is asked whether it still is where it was; where a revision has
come in between, the answer is made again. What is answered from the clocks alone (`replays`) holds
whatever comes.
"""

import re
import zlib
from dataclasses import dataclass
from itertools import chain, islice

from django.conf import settings
from django.core.cache import caches
from django.http import FileResponse, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers

from sosa_registry import asking
from sosa_registry.ledger import clock, conditional
from sosa_registry.ledger.reading import Pin, pin

LARGEST_KEPT = 64_000  # bytes, compressed: the cache of one process stays small
KEPT_FOR = 24 * 60 * 60  # seconds; another day's answers to “today” have other tags anyway
ACCEPTS_GZIP = re.compile(r"\bgzip\b")
YEAR = 31_536_000
TRIES = 3  # answers that are made while revisions come; the last of them goes without a tag


class Answered(Exception):
    """The answer is known before the view's question is asked."""

    def __init__(self, response: HttpResponse):
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Named:
    """An answer by its tag, and who may keep it for how long."""

    tag: str
    public: bool
    for_ever: bool = False

    def told(self, response, *vary: str) -> None:
        """Say so in the headers of a response."""
        response["ETag"] = self.tag
        whose = {"public": True} if self.public else {"private": True}
        if self.for_ever:
            patch_cache_control(response, **whose, max_age=YEAR, immutable=True)
        else:
            patch_cache_control(response, **whose, no_cache=True)
        patch_vary_headers(response, vary)


def role_of(request) -> str:
    """For whom an answer is made; anybody, without asking the database, when nobody signed in."""
    user = getattr(request, "user", None)
    return "anonymous" if user is None or not user.is_authenticated else f"user {user.pk}"


def is_public(role: str) -> bool:
    """Whether an answer may be kept by caches that serve everybody."""
    return settings.ANONYMOUS_READ and role == "anonymous"


def known_to(request, named: Named, *vary: str) -> HttpResponse | None:
    """304 for a client that has the answer; the answer kept here; or None."""
    if conditional.holds(request.headers.get("If-None-Match", ""), named.tag):
        response = HttpResponseNotModified()
    elif "no-cache" in request.headers.get("Cache-Control", ""):
        return None
    else:
        response = _taken(request, named)
    if response is not None:
        named.told(response, *vary)
    return response


def _taken(request, named: Named) -> HttpResponse | None:
    kept = caches["answers"].get(f"answer-{named.tag}")
    if kept is None:
        return None
    headers, packed = kept
    if ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(packed, headers=headers | {"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(zlib.decompress(packed, wbits=31), headers=headers)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def keep(response, named: Named) -> None:
    """Keep a whole answer for whoever asks the same of the same state. Once: it cannot change."""
    name = f"answer-{named.tag}"
    if name in caches["answers"]:
        return
    packed = zlib.compress(response.content, level=1, wbits=31)
    if len(packed) <= LARGEST_KEPT:
        told = ("Content-Type", "Link", "Content-Disposition")
        headers = {each: response[each] for each in told if response.has_header(each)}
        caches["answers"].set(name, (headers, packed), KEPT_FOR)


def begin(response) -> None:
    """Have a response's statements asked: all of them, or of a stream the one its rows come from.

    PostgreSQL's cursor and SQLite's open statement hold to the state they began with.
    """
    if isinstance(response, FileResponse):
        return  # was written before
    if response.streaming:
        parts = iter(response.streaming_content)
        # A file's head is a part of its own, and is made before any row is read.
        response.streaming_content = chain([part for _ in "12" for part in islice(parts, 1)], parts)
    elif hasattr(response, "render"):
        response.render()
        response.data = None  # is written; view and request, which hold one another, would keep it


def let_go(response) -> None:
    """Close what an answer that is not given reads from: its cursor is the connection's own, and
    the search for garbage would close it in the midst of another statement.
    """
    for close in response._resource_closers:
        close()


def untagged(response) -> None:
    """Say that nobody is to keep an answer: the registry went on whenever it was made."""
    patch_cache_control(response, no_store=True)


class Conditional:
    """A view whose answers to reading requests are tagged, and kept while they are true."""

    clock_names: tuple[tuple[str, str], ...] = ()
    named: Named | None = None
    present: Pin | None = None  # the registry's newest state, once it has been read
    reached: Pin | None = None  # where it was when the last row was read, if that is known

    def initial(self, request, *args, **kwargs):
        """After every refusal, before any question: is the answer known? Raises Answered."""
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and self.is_of_the_ledger:
            self.named = self._named(request)
            if known := known_to(request, self.named, *self._vary()):
                raise Answered(known)

    @property
    def is_of_the_ledger(self) -> bool:
        """Whether the answer changes with revisions only."""
        return True

    def state(self) -> tuple[Pin, int]:
        """The registry's present, and the revision that names the answer. One small statement."""
        pinned = pin()
        return pinned, pinned.revision

    def _vary(self) -> tuple[str, ...]:
        return ("Accept", "Cookie", "Authorization")

    def _named(self, request) -> Named:
        self.present, revision = self.state()
        role, today = role_of(request), clock.today().isoformat()
        days = [request.query_params.get(name) or today for name, _ in self.clock_names] or [today]
        if max(days) > today:
            days.append(today)  # “projected” holds until that day comes
        made = conditional.tag(
            revision,
            self.present.state,
            days,
            request.build_absolute_uri(),
            request.accepted_renderer.format,
            role,
            settings.RELEASE,
        )
        return Named(made, is_public(role), self.replays and self._is_settled(request))

    def _is_settled(self, request) -> bool:
        """Whether every clock is set, to states of the registry that nothing will be added to."""
        asked = [request.query_params.get(name) for pair in self.clock_names for name in pair]
        if not asked or not all(asked):
            return False
        return all(asking.is_past(text) for text in asked[1::2])

    @property
    def replays(self) -> bool:
        """Whether both clocks together give the same answer for ever."""
        return False

    def handle_exception(self, exc):
        """An answer that was known is none of the framework's exceptions."""
        if isinstance(exc, Answered):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(self, request, response, *args, **kwargs):
        """Tag the answer, and keep it; make it again where a revision came while it was made."""
        for tried in range(1, TRIES + 1):
            response = super().finalize_response(request, response, *args, **kwargs)
            if not self.named or response.status_code != 200 or response.has_header("ETag"):
                return response
            begin(response)
            if self.replays or (self.reached or pin()) == self.present:
                self.named.told(response, *self._vary())
                if not response.streaming and request.method == "GET":
                    keep(response, self.named)
                return response
            if tried < TRIES:
                let_go(response)
                response = self._answered_again(request, *args, **kwargs)
        untagged(response)
        return response

    def _answered_again(self, request, *args, **kwargs):
        """The same question, of the registry's present."""
        try:
            self.named, self.reached = self._named(request), None
            return getattr(self, request.method.lower())(request, *args, **kwargs)
        except Exception as exc:
            return self.handle_exception(exc)
