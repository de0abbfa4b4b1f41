"""Citing a view: the answer itself is stored, under its SHA-256, and given back for ever.

The question is resolved first (both clocks spelt out), asked as an anonymous reader would ask it,
and its bytes kept in the ledger, where nothing can change them. The same view is stored once. What
has changed since is found by asking the same question of the present state.
"""

import hashlib
import io
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.urls import Resolver404, resolve

from sosa_registry.asking import BadParameter, BadQuery, Clocks, read_clocks
from sosa_registry.ledger import clock
from sosa_registry.ledger.models import Permalink, Revision
from sosa_registry.ledger.reading import pin

ROOT = "/api/v1/"
LONGEST_URL, LARGEST = 2000, 1_000_000
MOST_DIFFERENCES = 50
_CLOCKS = (("as_of", "known_at"),)


class NotCitable(ValueError):
    """The address cannot be cited; the message says why and what is allowed."""


@dataclass(frozen=True)
class Since:
    """What has happened to an answer since it was stored."""

    revisions: int
    same: bool
    failed: str
    differences: list[tuple[str, object, object]]

    @property
    def sentence(self) -> str:
        """The line that every citation carries."""
        if not self.revisions:
            return "The registry has not changed since."
        times = "once" if self.revisions == 1 else f"{self.revisions} times"
        if self.failed:
            return f"The registry has changed {times} since; the question fails now: {self.failed}"
        if self.same:
            return f"The registry has changed {times} since; this answer is still the same."
        return f"The registry has changed {times} since, and this answer with it."


def cite(url: str, *, host: str) -> Permalink:
    """Store the answer at an address of this registry's API, or find it stored already.

    Raises NotCitable for an address elsewhere, one that fails, or an answer over 1 MB.
    """
    path, query = _checked(url, host)
    resolved, as_of, revision = _resolved(path, query)
    media_type, content = _ask(path, resolved)
    if len(content) > LARGEST:
        raise NotCitable(f"The answer has {len(content)} bytes. Allowed: {LARGEST}; ask for less.")
    address = f"{path}?{urlencode(resolved)}" if resolved else path
    if len(address) > LONGEST_URL:  # spelt out and encoded, it is longer than what was asked
        raise NotCitable(f"Longer than {LONGEST_URL} characters when both clocks are spelt out.")
    digest = hashlib.sha256(content).hexdigest()
    name = hashlib.sha256(f"{address}\n{digest}".encode()).hexdigest()[:16]
    made, _ = Permalink.objects.get_or_create(
        id=name,
        defaults={
            "url": address,
            "asked": url,
            "as_of": as_of,
            "revision": revision,
            "sha256": digest,
            "media_type": media_type,
            "content": content,
            "made_at": clock.now(),
        },
    )
    return made


def _checked(url: str, host: str) -> tuple[str, QueryDict]:
    if len(url) > LONGEST_URL:
        raise NotCitable(f"Longer than {LONGEST_URL} characters.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NotCitable("That is no address.") from error
    own = {host, urlsplit(settings.SITE_URL).netloc}
    if (parts.scheme or parts.netloc) and (
        parts.scheme not in {"http", "https"} or parts.netloc not in own
    ):
        raise NotCitable("It lies outside this registry.")
    allowed = f"Allowed: addresses of this registry that begin with {ROOT}."
    if not parts.path.startswith(ROOT) or parts.path.startswith(f"{ROOT}permalinks"):
        raise NotCitable(f"“{parts.path[:80]}” cannot be cited. {allowed}")
    return parts.path, QueryDict(parts.query)


def _resolved(path: str, query: QueryDict) -> tuple[dict[str, str], object, int]:
    """The query with both clocks spelt out, as far as the question takes them."""
    try:
        view = resolve(path).func
    except Resolver404 as error:
        raise NotCitable(f"There is nothing at “{path[:80]}”.") from error
    cls = getattr(view, "cls", None)
    names, takes = getattr(cls, "clock_names", ()), None
    if names:
        takes = {parameter.name for parameter in cls.parameters}
    elif getattr(cls, "clocked", False) and "list" in view.actions.values():
        names = _CLOCKS
    asked, clocks = query.dict(), None
    for as_of_name, known_at_name in names:
        clocks = _clocks(query, as_of_name, known_at_name)
        if takes is None or as_of_name in takes:
            asked[as_of_name] = clocks.as_of.isoformat()
        if takes is None or known_at_name in takes:
            asked[known_at_name] = str(clocks.revision)
    asked.pop("format", None)
    return (
        dict(sorted(asked.items())),
        clocks.as_of if clocks else None,
        clocks.revision if clocks else pin().revision,
    )


def _clocks(query: QueryDict, as_of_name: str, known_at_name: str) -> Clocks:
    try:
        return read_clocks(query, as_of_name, known_at_name)
    except (BadParameter, BadQuery) as fault:
        raise NotCitable(str(fault)) from fault


def _ask(path: str, query: dict[str, str]) -> tuple[str, bytes]:
    """The answer as an anonymous reader sees it. Raises NotCitable when it is none."""
    site = urlsplit(settings.SITE_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": urlencode(query),
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "HTTP_HOST": site.netloc,
            "HTTP_ACCEPT": "application/json",
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
        }
    )
    request.user = AnonymousUser()
    found = resolve(path)
    response = found.func(request, *found.args, **found.kwargs)
    if hasattr(response, "render"):
        response.render()
    if response.status_code != 200:
        raise NotCitable(_said(response))
    return response["Content-Type"], bytes(response.content)


def _said(response) -> str:
    try:
        detail = orjson.loads(response.content)["detail"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        detail = ""
    return f"It answers {response.status_code}. {detail}".strip()


def since(made: Permalink) -> Since:
    """What has changed since an answer was stored."""
    later = Revision.objects.after(made.revision).count()
    path, _, query = made.url.partition("?")
    asked = QueryDict(query).dict()
    now = {name: value for name, value in asked.items() if not name.endswith("known_at")}
    if not later:
        return Since(0, True, "", [])
    try:
        _, content = _ask(path, now)
    except NotCitable as error:
        return Since(later, False, str(error), [])
    before, after = orjson.loads(bytes(made.content)), orjson.loads(content)
    differences = list(_differences(_told(before), _told(after)))
    return Since(later, not differences, "", differences[:MOST_DIFFERENCES])


def _told(answer):
    """An answer without the words that only say when it was asked."""
    if isinstance(answer, dict):
        dropped = {"known_at", "revision", "next", "previous"}
        return {name: _told(value) for name, value in answer.items() if name not in dropped}
    return answer


def _differences(before, after, pointer: str = ""):
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(name), after.get(name), f"{pointer}/{name}")
    elif isinstance(before, list) and isinstance(after, list):
        for name, (one, other) in _paired(before, after).items():
            yield from _differences(one, other, f"{pointer}/{name}")
    elif before != after:
        yield pointer, before, after


def _paired(before: list, after: list) -> dict:
    """Members that are about the same record side by side, else by place."""
    named = [{_name(item, place): item for place, item in enumerate(x)} for x in (before, after)]
    return {
        name: (named[0].get(name), named[1].get(name))
        for name in dict.fromkeys([*named[0], *named[1]])
    }


def _name(item, place: int):
    if isinstance(item, dict):
        parts = [str(item[key]) for key in ("country", "list", "type", "id") if item.get(key)]
        return "/".join(parts) or place
    return item if isinstance(item, str) else place


def citation(made: Permalink) -> str:
    """The view as a line of plain text."""
    day = f"as of {made.as_of}, " if made.as_of else ""
    return (
        f"Registry of defence-supply agreements. {_title(made)} ({day}as known at revision "
        f"{made.revision}). {address(made)} (SHA-256 {made.sha256}; stored "
        f"{made.made_at:%Y-%m-%d})."
    )


def bibtex(made: Permalink) -> str:
    """The view as a BibTeX entry."""
    title = _title(made).replace("_", r"\_").replace("&", r"\&").replace("%", r"\%")
    day = f"As of {made.as_of}, as" if made.as_of else "As"
    return (
        f"@misc{{registry-{made.id},\n"
        f"  author = {{{{Registry of defence-supply agreements}}}},\n"
        f"  title = {{{{{title}}}}},\n"
        f"  year = {{{made.made_at.year}}},\n"
        f"  url = {{{address(made)}}},\n"
        f"  note = {{{day} known at revision {made.revision}. SHA-256 {made.sha256}}}\n"
        "}\n"
    )


def csl(made: Permalink) -> dict:
    """The view as CSL-JSON, the way citation managers read it."""
    stored = made.made_at
    return {
        "id": f"registry-{made.id}",
        "type": "dataset",
        "title": _title(made),
        "author": [{"literal": "Registry of defence-supply agreements"}],
        "issued": {"date-parts": [[stored.year, stored.month, stored.day]]},
        "URL": address(made),
        "version": f"revision {made.revision}",
        "note": f"As of {made.as_of}. SHA-256 {made.sha256}" if made.as_of else made.sha256,
    }


def _title(made: Permalink) -> str:
    return made.url.removeprefix(ROOT)


def address(made: Permalink) -> str:
    """Where the answer is found for ever."""
    return f"{settings.SITE_URL}/r/{made.id}"
