"""What all pages share: reading a question with its faults, the toolbar, paging, calm refusals.

A page's view reads its query through a `Question`, which gathers every fault instead of stopping at
the first, and builds a `Toolbar` whose fields keep what was typed. When there is a fault, the view
answers with `refused`: status 400, the same form, each fault beside its field. The one thing to
know: `asking` decides what is allowed; here it is only shown.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from .api.formats import TABLES
from .api.problems import RETRY_AFTER, SAFE, bare_problem, code_of
from .asking import BadParameter, BadQuery, Clocks, one_of, read_clocks, refuse_unknown
from .ledger.counting import count_of
from .ledger.reading import Pin

API = "/api/"  # below it a refusal is a problem for a program, never a page
CLOCKS = ("as_of", "known_at")
# What makes no other view of a page: its followers hear the same.
NOT_FOLLOWED = ("known_at", "page", "page_size", "columns", "ordering", "add")
PAGE_SIZE = 50
LONGEST_ANSWERABLE = 200


class Question:
    """One page's query as it is read: both clocks, each value, and every fault by parameter."""

    def __init__(self, request: HttpRequest, *allowed: str):
        self.request, self.allowed = request, allowed
        self.faults: dict[str, str] = {}
        self.hear(refuse_unknown, request.GET, allowed)
        # A page that may be kept has read the registry's newest state already.
        self._present: Pin | None = getattr(request, "pinned", None)
        self.clocks: Clocks = self._read_clocks() or read_clocks({}, present=self._present)

    def _read_clocks(self) -> Clocks | None:
        asked = {name: self.text(name) for name in CLOCKS if name in self.allowed}
        found = self.hear(read_clocks, asked, present=self._present)
        if "as_of" in self.faults:  # the other clock may be at fault as well
            return self.hear(read_clocks, {"known_at": asked.get("known_at", "")})
        return found

    def text(self, name: str) -> str:
        """What was typed, as it is."""
        return self.request.GET.get(name, "")

    def words(self, name: str) -> str:
        """Free text to search for; one too long to be a search is a fault."""
        text = self.text(name).strip()
        if len(text) > LONGEST_ANSWERABLE:
            self.fault(name, f"Too long. Allowed: {LONGEST_ANSWERABLE} characters.")
            return ""
        return text.replace("\x00", "")

    def choice(self, name: str, allowed: Iterable[str], default: str = "", **options) -> str:
        """One of the values allowed, or the default when nothing was asked."""
        return self.read(one_of, name, allowed, **options) or default

    def read(self, reader, name: str, *args, **options):
        """What one of `asking`'s readers makes of a parameter; None when empty or at fault."""
        return (
            self.hear(reader, name, self.text(name), *args, **options) if self.text(name) else None
        )

    def fault(self, name: str, message: str) -> None:
        """Note that a parameter cannot be answered; the first fault of each is kept."""
        self.faults.setdefault(name, message)

    def hear(self, reader, *args, **options):
        """What a reader makes of what it is given; None, with its faults noted, when it refuses."""
        try:
            return reader(*args, **options)
        except BadParameter as fault:
            self.fault(fault.name, fault.message)
        except BadQuery as query:
            for fault in query.faults:
                self.fault(fault.name, fault.message)
        return None

    def address(self, **changes) -> str:
        """This page's query with some values changed; None leaves one out. Starts with “?”."""
        asked = {name: self.text(name) for name in self.allowed if self.text(name)}
        asked |= changes
        return written({name: value for name, value in asked.items() if value is not None})

    def page_of(self, rows, size: int = PAGE_SIZE, count: int | None = None) -> "PageOf":
        """One page of a queryset or list. Two statements for a queryset, one if it is counted."""
        if count is None:
            is_here = isinstance(rows, Sequence)
            count = len(rows) if is_here else count_of(rows, self._present)
        pages = max(1, ceil(count / size))
        number = 1
        if asked := self.text("page"):
            number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
            if not 1 <= number <= pages:
                self.fault("page", f"No page “{asked[:40]}”. Allowed: 1 to {pages}.")
                number = 1
        start = (number - 1) * size
        return PageOf(
            rows=list(rows[start : start + size]),
            count=count,
            number=number,
            pages=pages,
            first=start + 1 if count else 0,
            last=min(start + size, count),
            previous_url=self.address(page=number - 1) if number > 1 else "",
            next_url=self.address(page=number + 1) if number < pages else "",
        )


@dataclass(frozen=True)
class PageOf:
    """One page of rows, with the addresses of its neighbours."""

    rows: list
    count: int
    number: int
    pages: int
    first: int
    last: int
    previous_url: str
    next_url: str


@dataclass
class Field:
    """One field of a toolbar: what it shows, and where its fault is found."""

    name: str
    label: str
    kind: str
    value: str
    faults: dict[str, str]
    choices: list[tuple[str, str]] = field(default_factory=list)
    placeholder: str = ""

    @property
    def error(self) -> str:
        """The fault to say beside it, asked when shown: reading goes on after the form is made."""
        return self.faults.get(self.name, "")

    @property
    def input_type(self) -> str:
        """A date that cannot be stays text: a browser would empty a date field that holds it."""
        return "text" if self.error and self.kind == "date" else self.kind

    @property
    def described_by(self) -> str:
        """The id of what explains the field."""
        return f"error-{self.name}" if self.error else ""


class Toolbar:
    """A page's form: fields that keep what was typed, each with its fault beside it."""

    def __init__(self, question: Question, label: str = "Filters", submit: str = "Show"):
        self.question, self.label, self.submit = question, label, submit
        self.fields: list[Field] = []

    def date(self, name: str, label: str, default) -> "Toolbar":
        """A calendar day; shows the day that applies when none was asked."""
        return self._add(name, label, "date", self.question.text(name) or default.isoformat())

    def input(self, name: str, label: str, kind: str = "text", placeholder: str = "") -> "Toolbar":
        """A line of text."""
        return self._add(name, label, kind, self.question.text(name), placeholder=placeholder)

    def select(self, name: str, label: str, blank: str, choices) -> "Toolbar":
        """One of several; a value outside them is kept and shown, so that it can be mended."""
        value, choices = self.question.text(name), [("", blank), *choices]
        folded = {str(key).lower(): key for key, _ in choices}
        value = folded.get(value.lower(), value)
        if value not in folded.values():
            choices.append((value, value[:60]))
        return self._add(name, label, "select", value, choices=choices)

    def clocks(self) -> "Toolbar":
        """Both clocks."""
        self.date("as_of", "As of", self.question.clocks.as_of)
        return self.known_at()

    def known_at(self) -> "Toolbar":
        """The registry's own clock."""
        return self.input("known_at", "Known at", placeholder="revision or time")

    def keep(self, *names: str) -> "Toolbar":
        """Values that the form sends along unseen, such as an order."""
        for name in names:
            if value := self.question.text(name):
                self._add(name, "", "hidden", value)
        return self

    def _add(self, name, label, kind, value, **more) -> "Toolbar":
        self.fields.append(Field(name, label, kind, value, self.question.faults, **more))
        return self

    @property
    def other_faults(self) -> list[tuple[str, str]]:
        """Faults of parameters that have no field here."""
        shown = {made.name for made in self.fields if made.kind != "hidden"}
        return [pair for pair in self.question.faults.items() if pair[0] not in shown]

    @property
    def reset_url(self) -> str:
        """The page without any question."""
        return self.question.request.path if self.question.request.GET else ""


def written(asked: dict, safe: str = ",:") -> str:
    """A query as people can read it. Starts with “?”."""
    return "?" + urlencode(asked, safe=safe)


def files_of(api_url: str) -> list[tuple[str, str]]:
    """The same rows as files, where the API gives a table: what to call each, and its address."""
    path, _, query = api_url.partition("?")
    try:
        view = resolve(path).func
    except Resolver404:
        return []
    tabled = getattr(view.cls, "columns", []) or "list" in getattr(view, "actions", {}).values()
    if not tabled:
        return []
    asked = QueryDict(query).dict()
    for name in ("page", "page_size"):
        asked.pop(name, None)
    kinds = (kind.format for kind in TABLES)
    files = [(kind.upper(), path + written(asked | {"format": kind})) for kind in kinds]
    return [*files, ("JSON", api_url)]


def clock_query(clocks: Clocks) -> str:
    """The query that keeps both clocks on a link to another page; empty for now."""
    asked = {}
    if clocks.as_of != clocks.today:
        asked["as_of"] = clocks.as_of.isoformat()
    if clocks.known_at:
        asked["known_at"] = clocks.known_at
    return "?" + urlencode(asked) if asked else ""


def banner(clocks: Clocks) -> list[str]:
    """Sentences for a page whose clocks are not both now."""
    said = []
    if clocks.projected:
        said.append(
            f"Projected: {clocks.as_of} has yet to come. What is recorded is carried forward, "
            "with the ends that are known; nothing else is foreseen."
        )
    elif clocks.as_of != clocks.today:
        said.append(f"As of {clocks.as_of}, not today.")
    if clocks.known_at:
        made = f" of {clocks.pin.at:%Y-%m-%d %H:%M} UTC" if clocks.pin.at else ""
        said.append(f"As the registry knew it at revision {clocks.revision}{made}, not now.")
    return said


def show(
    question: Question,
    template: str,
    section: str,
    *,
    api: str = "",
    feed: str = "",
    status=200,
    **context,
):
    """A page, in the frame of all pages.

    `api` is the path of the same data in the API, `feed` that of the Atom feed of what touches it.
    """
    clocks = question.clocks
    followed = question.address(**dict.fromkeys(NOT_FOLLOWED)).rstrip("?")
    return render(
        question.request,
        template,
        {
            "section": section,
            "clocks": clocks,
            "banner": banner(clocks),
            "now_url": question.address(as_of=None, known_at=None, page=None),
            "query": clock_query(clocks),
            "as_of_matters": "as_of" in question.allowed,
            "api_url": f"/api/v1/{api}".rstrip("?") if api else "",
            "feed_url": feed and feed + followed,
            "follow_url": feed
            and "/digests/" + written({"view": question.request.path + followed}, safe=""),
            "files": files_of(f"/api/v1/{api}") if api else [],
            "question": question,
            **context,
        },
        status=status,
    )


def refused(question: Question, toolbar: Toolbar, section: str, title: str) -> HttpResponse:
    """The calm page for a question that cannot be answered: 400, the form kept, faults beside."""
    return show(question, "refused.html", section, status=400, toolbar=toolbar, heading=title)


def not_found(request: HttpRequest, exception) -> HttpResponse:
    """404. A page that raised it with a sentence has that sentence shown."""
    said = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return render(request, "404.html", {"said": said}, status=404)


def bad_request(request: HttpRequest, exception) -> HttpResponse:
    """400 for a request that is not fit to be read: not even its host may be asked of it."""
    if request.path.startswith(API):
        return bare_problem(400)
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception) -> HttpResponse:
    """403."""
    if request.path.startswith(API):
        return bare_problem(403)
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 or 507 when it is the database that fails. Asks nothing of the database."""
    code = code_of(sys.exception())
    if request.path.startswith(API):
        return bare_problem(code, request.method)
    headers = {} if code == 500 else {"Retry-After": RETRY_AFTER}
    told = {"may_be_written": request.method not in SAFE}
    return HttpResponse(render_to_string(f"{code}.html", told), status=code, headers=headers)
