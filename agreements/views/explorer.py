"""The explorer: any list of the API as a page, with facets, search, order, columns and pages.

A page declares an `Explorer`: the API's resource, the facets, the columns. Filters, search and
order are the resource's own, so a page, its address and the files it offers have exactly the same
rows. Every state is in the address; every choice is a link. What is declared is in `explorers`.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.safestring import SafeString

from agreements.analysis.bits import Bits, bits_of
from agreements.analysis.facet_sets import Facet
from agreements.analysis.facets import Counts, counted
from agreements.analysis.reference import Reference, reference
from sosa_registry.api.filters import (
    ChoiceFilter,
    KeyFilter,
    ValueFilter,
    ordered,
    searched,
)
from sosa_registry.api.views import Resource
from sosa_registry.asking import Clocks, some_of
from sosa_registry.ledger.models import Version
from sosa_registry.pages import PAGE_SIZE, PageOf, Question, Toolbar, refused, show

from .explorer_pages import FEW, Keys, Turns

SIZES = ("25", "50", "100", "200", "500")
MOST_LINES = 12  # values of one facet that are shown at once; more are a click away
OWN = ("search", "ordering", "columns", "page", "page_size")


@dataclass(frozen=True)
class Shown:
    """What cells and words may need beside their row: the clocks, names, and what was prepared."""

    clocks: Clocks
    known: Reference
    query: str
    prepared: Any = None


@dataclass(frozen=True)
class Column:
    """A column: its name in the API, its heading, its cell as markup, and what it is ordered by."""

    name: str
    label: str
    cell: Callable[[Any, Shown], str]
    order: str = ""
    usual: bool = True
    lead: bool = False


@dataclass(frozen=True)
class FacetField:
    """A facet as it is shown: its heading, and the words for a value."""

    facet: Facet
    label: str
    words: Callable[[str, Reference], str]
    # In this order; without it the most frequent value first.
    order: Callable[[Reference], list[str]] | None = None


@dataclass(frozen=True)
class Explorer:
    """One page: which resource of the API, how it is headed, its facets and columns."""

    name: str
    section: str
    heading: str
    noun: str
    searches: str
    resource: type[Resource]
    rows: Callable[[], QuerySet]
    ordering: str
    facets: list[FacetField]
    columns: list[Column]
    dated: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[list, Clocks], Any] = lambda rows, clocks: None
    turns: Turns | None = None  # what its usual order goes by
    # Where to follow it: which revisions touched rows, given lists of their keys …
    about: Callable[[list[QuerySet]], Q] | None = None
    # … and, for a filter that other records decide, the rows that once passed it.
    once: dict[str, Callable[[list[str], Clocks], Q]] = field(default_factory=dict)

    @property
    def allowed(self) -> list[str]:
        """The parameters of the page: all of them are the API's too."""
        filters = list(self.resource.filterset_class.base_filters)
        return [*filters, *OWN, *(["as_of"] if self.dated else [])]


@dataclass(frozen=True)
class Line:
    """One value of a facet: what to call it, how many rows it leaves, the link that turns it."""

    words: str
    count: int | None
    url: str
    chosen: bool


@dataclass(frozen=True)
class Heading:
    """A column's head: its name, the link that orders by it, and how it is ordered now."""

    label: str
    lead: bool
    url: str = ""
    said: str = ""
    sign: str = ""


def explore(request, explorer: Explorer):
    """The page of an explorer: two statements a page, those of the facets and of `prepare`."""
    question = Question(request, *explorer.allowed)
    known = reference(question.clocks.pin)
    found = _Asked(question, explorer)
    fits, counts = found.counts() if not question.faults else (None, {})
    page = found.page(fits, counts)
    if question.faults:
        return refused(question, _toolbar(question, explorer), explorer.section, explorer.heading)
    shown = Shown(question.clocks, known, _day_query(question, explorer))
    shown = replace(shown, prepared=explorer.prepare(page.rows, question.clocks))
    api = _api(question, explorer)
    return show(
        question,
        f"{explorer.name}.html",
        explorer.section,
        api=api,
        feed=f"/{explorer.name}/changes.atom",
        explorer=explorer,
        toolbar=_toolbar(question, explorer),
        pager=page,
        facets=_facets(question, explorer, counts, known),
        headings=[_heading(question, explorer, column) for column in found.columns],
        rows=[_cells(row, found.columns, shown) for row in page.rows],
        filtered=bool(found.filtered),
        choices=_column_choices(question, explorer, found.columns),
        files=_exports(question, explorer) if page.rows else [],
    )


class _Asked:
    """What of an explorer is asked for; every fault is noted on the question."""

    def __init__(self, question: Question, explorer: Explorer):
        self.question, self.explorer = question, explorer
        resource = explorer.resource
        made = resource.filterset_class(question.request.GET, queryset=explorer.rows())
        question.hear(made.refuse_errors)
        made.clocks = question.clocks
        self.filters, self.words = made, question.text("search").strip()
        self.filtered = self.words or any(question.text(name) for name in made.filters)
        names = [column.name for column in explorer.columns if not column.lead]
        chosen = question.read(some_of, "columns", names)
        self.columns = [
            column
            for column in explorer.columns
            if column.lead or (column.name in chosen if chosen else column.usual)
        ]
        self.ordering = question.text("ordering") or explorer.ordering
        self.size = int(question.choice("page_size", SIZES, str(PAGE_SIZE)))

    def narrowed(self, but: Container[str] = ()):
        """The rows that search and every filter but these leave."""
        rows = self.filters.narrowed(but=but) if self.filters.is_valid() else self.explorer.rows()
        fields = self.explorer.resource.search_fields
        found = self.question.hear(searched, rows, self.words, fields) if self.words else rows
        return rows if found is None else found

    def in_order(self, rows: QuerySet) -> QuerySet:
        """Rows in the asked order."""
        asked, resource = self.ordering, self.explorer.resource()
        found = self.question.hear(ordered, rows, asked, resource.ordering_columns())
        return rows if found is None else found

    def page(self, fits: Bits | None, counts: Counts) -> PageOf:
        """The rows of the page: found by their keys, then read, so that no others are."""
        stored, known = self.explorer.rows(), fits is not None
        self.filters.many = known and fits.bit_count() > FEW
        keys = self.in_order(self.narrowed()).values_list("pk", flat=True)
        if known:
            turns = self._turns(counts)
            keys = Keys(keys, lambda few: self.in_order(stored.filter(pk__in=few)), fits, *turns)
        page = self.question.page_of(keys, self.size, fits.bit_count() if known else None)
        found = stored.in_bulk(page.rows)
        return replace(page, rows=[found[pk] for pk in page.rows if pk in found])

    def _turns(self, counts: Counts) -> tuple:
        turns = self.explorer.turns
        if not turns or self.ordering != self.explorer.ordering:
            return ()
        chosen = self.filters.form.cleaned_data[turns.facet] or []
        known = reference(self.question.clocks.pin)
        return turns.column, tuple(turns.of(counts[turns.facet], chosen, known))

    def counts(self) -> tuple[Bits, Counts]:
        """Which rows there are, and the facets' numbers."""
        facets = [one.facet for one in self.explorer.facets]
        names = {facet.name for facet in facets}
        asked = {name: value for name, value in self.filters.form.cleaned_data.items() if value}
        chosen = {name: list(value) for name, value in asked.items() if name in names}
        left = None
        if self.words or asked.keys() - names:
            rows = self.narrowed(but=names).order_by()
            left = bits_of(rows.values_list("pk", flat=True))
        return counted(facets, self.explorer.rows(), self.question.clocks, chosen, left)


def followed_rows(question: Question, explorer: Explorer) -> list[QuerySet]:
    """Lists of keys of the rows that somebody follows who follows this view; faults are noted.

    Those that fit now; those of which an earlier state fitted, as far as its own columns tell;
    and those that fit but for a filter which other records decide (`once`).
    """
    found = _Asked(question, explorer)
    model = explorer.resource.queryset.model
    if question.faults:
        return []
    asked = {name: value for name, value in found.filters.form.cleaned_data.items() if value}
    rows = [found.narrowed()]
    rows += [
        found.narrowed(but=[name]).filter(once(asked[name], question.clocks))
        for name, once in explorer.once.items()
        if name in asked
    ]
    past = Version.objects.filter(record_type=model.record_type, superseded_by__isnull=False)
    columns = {name for name, _ in model._columns()}
    for name, value in asked.items():
        one = found.filters.filters[name]
        column, _, beyond = one.field_name.partition("__")
        if type(one) not in (KeyFilter, ValueFilter, ChoiceFilter) or column not in columns:
            continue  # other records decide: too much rather than less
        if beyond:
            field = model._meta.get_field(column)
            fits = field.related_model.objects.filter(**{f"{beyond}__in": value}).order_by()
            value = fits.values(field.target_field.attname)
        was = Cast(KeyTextTransform(column, "state"), TextField())  # a text on both engines
        past = past.alias(**{f"was_{name}": was})
        past = past.filter(**{f"was_{name}__in": value})
    if found.words:
        own = [f"state__{name}" for name in explorer.resource.search_fields if name in columns]
        past = searched(past, found.words, own)
    keys = [one.order_by().values(model.key_field) for one in rows]
    return [*keys, past.order_by().values("key")]


def _day_query(question: Question, explorer: Explorer) -> str:
    asked = question.text("as_of") if explorer.dated else ""
    return f"?as_of={asked}" if asked else ""


def _api(question: Question, explorer: Explorer) -> str:
    """The API's address of the same page: the day spelt out, so that a citation keeps it."""
    changes = {"ordering": question.text("ordering") or explorer.ordering, "columns": None}
    if explorer.dated:
        changes["as_of"] = question.clocks.as_of.isoformat()
    return f"{explorer.name}/{question.address(**changes)}"


def _exports(question: Question, explorer: Explorer) -> list[tuple[str, str]]:
    """These rows, all of them, in every format; chosen columns where a format has columns."""
    changes = {"page": None, "page_size": None, "columns": None}
    base = {"ordering": question.text("ordering") or explorer.ordering}
    if explorer.dated:
        base["as_of"] = question.clocks.as_of.isoformat()
    chosen = question.text("columns") or None
    lead = next(column.name for column in explorer.columns if column.lead)
    if chosen and lead not in chosen.split(","):
        chosen = f"{lead},{chosen}"
    kinds = {
        "CSV": {"columns": chosen, "format": "csv"},
        "XLSX": {"columns": chosen, "format": "xlsx"},
        "NDJSON": {"format": "ndjson"},
        "JSON": {"page_size": SIZES[-1]},
    }
    address = f"/api/v1/{explorer.name}/"
    return [
        (kind, address + question.address(**changes | base | own)) for kind, own in kinds.items()
    ]


def _toolbar(question: Question, explorer: Explorer) -> Toolbar:
    """Search, day, texts and size as fields; all else is kept unseen, unless it is at fault."""
    made = Toolbar(question, f"Which {explorer.noun}s").input("search", explorer.searches, "search")
    for name, label in explorer.texts.items():
        made.input(name, label)
    if explorer.dated:
        made.date("as_of", "As of", question.clocks.as_of)
    made.select("page_size", "Rows a page", str(PAGE_SIZE), [(size, size) for size in SIZES])
    labels = {one.facet.name: one.label for one in explorer.facets}
    for name in explorer.allowed:
        if name in labels and name in question.faults:
            made.input(name, labels[name])
        elif name not in ("search", "as_of", "page", "page_size", *explorer.texts):
            made.keep(name)
    return made


def _facets(question, explorer: Explorer, counts: Counts, known: Reference) -> list[dict]:
    made = []
    for one in explorer.facets:
        lines = _lines(question, one, counts[one.facet.name], known)
        shown, more = lines[:MOST_LINES], lines[MOST_LINES:]
        made.append({"label": one.label, "lines": shown, "more": more})
    if others := _others(question, explorer):
        made.append({"label": "Also", "lines": others, "more": []})
    return made


def _lines(question, one: FacetField, counts: dict[str, int], known: Reference) -> list[Line]:
    name = one.facet.name
    chosen = _values(question.text(name))
    folded = {value.lower() for value in chosen}
    values = list(dict.fromkeys([*counts, *(v for v in chosen if v not in counts)]))
    values = list({value.lower(): value for value in reversed(values)}.values())
    if one.order:
        place = {value: number for number, value in enumerate(one.order(known))}
        values.sort(key=lambda value: place.get(value, len(place)))
    else:
        values.sort(key=lambda value: (-counts.get(value, 0), one.words(value, known)))
    made = []
    for value in values:
        is_chosen = value.lower() in folded
        if one.facet.in_order:
            left = [] if is_chosen else [value]
        elif is_chosen:
            left = [other for other in chosen if other.lower() != value.lower()]
        else:
            left = [*chosen, value]
        url = question.address(**{name: ",".join(left) or None, "page": None})
        made.append(Line(one.words(value, known), counts.get(value, 0), url, is_chosen))
    return made


def _values(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _others(question: Question, explorer: Explorer) -> list[Line]:
    """Filters in the address that have neither facet nor field: said, and taken away by a link."""
    seen = {*OWN, "as_of", *explorer.texts, *(one.facet.name for one in explorer.facets)}
    return [
        Line(
            f"{name.replace('_', ' ')}: {question.text(name)[:60]}",
            None,
            question.address(**{name: None, "page": None}),
            True,
        )
        for name in explorer.allowed
        if name not in seen and question.text(name)
    ]


def _column_choices(question, explorer: Explorer, chosen: list[Column]) -> list[Line]:
    names = [column.name for column in chosen if not column.lead]
    usual = [column.name for column in explorer.columns if column.usual and not column.lead]
    made = []
    for column in explorer.columns:
        if column.lead:
            continue
        wanted = {*names} ^ {column.name}
        if not wanted:
            continue  # one stays
        left = [one.name for one in explorer.columns if one.name in wanted]
        asked = None if left == usual else ",".join(left)
        url = question.address(columns=asked)
        made.append(Line(column.label, None, url, column.name in names))
    return made


def _heading(question: Question, explorer: Explorer, column: Column) -> Heading:
    if not column.order:
        return Heading(column.label, column.lead)
    asked = (question.text("ordering") or explorer.ordering).split(",")[0]
    said = {column.order: "ascending", f"-{column.order}": "descending"}.get(asked, "")
    turned = f"-{column.order}" if said == "ascending" else column.order
    url = question.address(ordering=turned, page=None)
    sign = {"ascending": "↑", "descending": "↓"}.get(said, "")
    return Heading(column.label, column.lead, url, said, sign)


def _cells(row, columns: list[Column], shown: Shown) -> list[tuple[Column, SafeString | str]]:
    return [(column, column.cell(row, shown)) for column in columns]
