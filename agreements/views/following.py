"""Which pages can be followed, and which revisions each follower hears of: feeds and digests alike.

A view that is followed is a page with its query. What its follower hears of is every revision that
touched something the view shows or, in an earlier state of the record, showed. The one thing to
know: a revision is told when it touched the view's rows, though nothing the view shows of them may
have changed; it never is when it touched other rows only. Presentation (order, columns, pages) and
`known_at` make no difference; `as_of` decides where a view asks how something stands on a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse

from agreements.analysis.reference import Reference, reference
from agreements.analysis.watching import (
    about_agreement,
    about_cells,
    about_country,
    about_grouping,
    about_type,
)
from agreements.models import Agreement
from sosa_registry.ledger.models import Revision
from sosa_registry.pages import CLOCKS, Question, written

from .countries import PRINCIPAL
from .explorer import Explorer, followed_rows
from .explorers import AGREEMENTS, EVENTS, FIRMS, SOURCES
from .gaps import read_asked
from .matrix import ALLOWED as MATRIX
from .matrix import read_filters
from .side_by_side import read_countries

LONGEST = 500  # characters of a page's address: what a link in a letter can carry
UNSEEN = ("page", "page_size", "columns", "ordering", "known_at")  # these make no other view


@dataclass(frozen=True)
class Followed:
    """A view as it is followed: what to call it, its page, and which revisions touch it.

    `heading` is the title without anything that a reader typed.
    """

    heading: str
    title: str
    page: str
    about: Q | None
    kind: str = ""


Reader = Callable[..., tuple[str, Q | None]]


def read(question: Question, name: str, **key: str) -> Followed:
    """What the page of that name and query follows; faults are noted in the question.

    Raises Http404 for a record that is not there. Statements: those of the page's filters.
    """
    known = reference(question.clocks.pin)
    heading, about = FOLLOWABLE[name].reader(question, known, **key)
    told = {part: question.text(part) for part in question.allowed if question.text(part)}
    kept = {part: value for part, value in told.items() if part not in UNSEEN}
    own = FOLLOWABLE[name].allowed
    said = [f"{part} {kept[part]}" for part in (*own, "kind") if part in kept]
    # Of sources it is the sources' own.
    kind = "" if "kind" in own else question.choice("kind", Revision.Kind.values)
    title = f"{heading} ({', '.join(said)})" if said else heading
    page = reverse(name, kwargs=key) + written(kept).rstrip("?")
    return Followed(heading, title, page, about, kind)


def follow(address: str) -> tuple[Followed | None, list[str]]:
    """What somebody follows who names a page by its address, and the faults in it if there are."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None, ["That is no address."]
    if parts.netloc and parts.netloc != urlsplit(settings.SITE_URL).netloc:
        return None, ["It lies outside this registry."]
    request = HttpRequest()
    request.path, request.GET = parts.path or "/", QueryDict(parts.query)
    try:
        found = resolve(request.path)
    except Resolver404:
        return None, ["No page of this registry. Allowed: such as /countries/AUS/."]
    if found.view_name not in FOLLOWABLE:
        return None, [
            "This page cannot be followed. Allowed: such as /countries/AUS/ or /changes/."
        ]
    question = Question(request, *FOLLOWABLE[found.view_name].parameters)
    try:
        made = read(question, found.view_name, **found.kwargs)
    except Http404 as error:
        return None, [str(error)]
    return made, [f"{name}: {said}" for name, said in question.faults.items()]


def _all(question: Question, known: Reference) -> tuple[str, None]:
    return "Changes", None


def _matrix(question: Question, known: Reference, heading: str = "Matrix") -> tuple[str, Q]:
    filters = read_filters(question, known)
    countries = None
    if filters.region:
        countries = [
            made.code for made in known.countries.values() if made.region == filters.region
        ]
    about = about_cells(
        principal=filters.principal,
        types=filters.types,
        countries=countries,
        grouping=filters.grouping,
    )
    return heading, about


def _explorer(question: Question, known: Reference, *, explorer: Explorer) -> tuple[str, Q]:
    return explorer.heading, explorer.about(followed_rows(question, explorer))


def _gaps(question: Question, known: Reference) -> tuple[str, Q | None]:
    grouping, countries, types, _ = read_asked(question, known)
    if not grouping and not countries:
        question.fault("grouping", "Needed: a grouping or countries.")
    about = about_cells(
        principal=PRINCIPAL, types=types, countries=countries or None, grouping=grouping
    )
    return "Coverage and gaps", about


def _side_by_side(question: Question, known: Reference) -> tuple[str, Q | None]:
    codes = question.read(read_countries, "c", known) or []
    if not codes:
        question.fault("c", "Needed: countries.")
    return "Countries side by side", _countries(codes)


def _pair(question: Question, known: Reference) -> tuple[str, Q | None]:
    codes = [
        question.choice(name, known.countries, usual, fold=str.upper)
        for name, usual in (("a", PRINCIPAL), ("b", ""))
    ]
    if not codes[1]:
        question.fault("b", "Needed: the other country.")
    # What the principal has with everybody else is beside the point.
    return "Reciprocity", _countries([code for code in codes if code and code != PRINCIPAL])


def _pathways(question: Question, known: Reference) -> tuple[str, Q | None]:
    code = question.choice("country", known.countries, fold=str.upper)
    if not code:
        question.fault("country", "Needed: a country.")
    return "Pathways", _countries([code] if code else [])


def _countries(codes: list[str]) -> Q:
    about = Q(pk__in=())
    for code in codes:
        about |= about_country(code)
    return about


def _country(question: Question, known: Reference, code: str) -> tuple[str, Q]:
    if code not in known.countries:
        raise Http404(f"No country “{code[:20]}” in the registry.")
    return known.name(code), about_country(code)


def _type(question: Question, known: Reference, slug: str) -> tuple[str, Q]:
    if slug not in known.types:
        raise Http404(f"No agreement type “{slug[:80]}” in the registry.")
    return known.types[slug].abbreviation, about_type(slug)


def _grouping(question: Question, known: Reference, slug: str) -> tuple[str, Q]:
    if slug not in known.groupings:
        raise Http404(f"No grouping “{slug[:80]}” in the registry.")
    return known.groupings[slug].name, about_grouping(slug, PRINCIPAL)


def _agreement(question: Question, known: Reference, slug: str) -> tuple[str, Q]:
    found = None if "\0" in slug else Agreement.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"No agreement “{slug[:80]}” in the registry.")
    return found.title, about_agreement(slug)


@dataclass(frozen=True)
class Followable:
    """A page that can be followed: its reader, and the parameters that matter to it."""

    reader: Reader
    allowed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = CLOCKS

    @property
    def parameters(self) -> list[str]:
        """All that its address may have."""
        return [*dict.fromkeys([*self.allowed, *self.ignored, "kind"])]


def _of(explorer: Explorer) -> Followable:
    return Followable(partial(_explorer, explorer=explorer), tuple(explorer.allowed), ())


FOLLOWABLE = {
    "changes": Followable(_all, (), ("page",)),
    "matrix": Followable(_matrix, MATRIX),
    "map": Followable(partial(_matrix, heading="Map"), MATRIX),
    "trend": Followable(partial(_matrix, heading="Trend"), MATRIX, (*CLOCKS, "from", "to", "step")),
    "agreements": _of(AGREEMENTS),
    "events": _of(EVENTS),
    "firms": _of(FIRMS),
    "sources": _of(SOURCES),
    "gaps": Followable(_gaps, (*CLOCKS, "grouping", "countries", "type", "assume")),
    "compare-countries": Followable(_side_by_side, (*CLOCKS, "c")),
    "reciprocity": Followable(_pair, (*CLOCKS, "a", "b")),
    "pathways": Followable(_pathways, (*CLOCKS, "direction", "country", "firm")),
    "country": Followable(_country),
    "type": Followable(_type),
    "agreement": Followable(_agreement),
    "grouping": Followable(_grouping, ignored=(*CLOCKS, "assume")),
}
