"""What is explored: agreements, events, firms and sources, each with its facets and columns."""

from dataclasses import asdict
from functools import partial

from django.db.models import Q
from django.utils.html import format_html, format_html_join

from agreements.analysis import facets
from agreements.analysis.cells import NONE
from agreements.analysis.evidence import summaries
from agreements.analysis.facets import by
from agreements.analysis.reference import Reference
from agreements.analysis.standings import ASKABLE, standings_on
from agreements.analysis.watching import about_agreements, about_records
from agreements.api import AgreementViewSet, EventViewSet
from agreements.api_evidence import GradedSourceViewSet
from agreements.grading import GRADES, grade_expression, grade_of
from agreements.lifecycle import Kind
from agreements.models import Agreement, Event, Standing
from agreements.templatetags.registry import edtf, glyph
from partners.api import FirmViewSet
from partners.models import Citation, Confidence, Firm, Source

from .explorer import Column, Explorer, FacetField, Shown, explore
from .explorer_pages import Turns
from .marks import NOT_RECORDED, mark, status_words


def _link(address: str, text, css: str = ""):
    return format_html('<a href="{}"{}><bdi>{}</bdi></a>', address, _css(css), text)


def _css(name: str):
    return format_html(' class="{}"', name) if name else ""


def _key(text: str):
    return format_html('<span class="quiet key nowrap">{}</span>', text) if text else ""


def _text(name: str):
    return lambda row, shown: format_html("<bdi>{}</bdi>", getattr(row, name))


def _display(name: str):
    return lambda row, shown: getattr(row, f"get_{name}_display")()


def _day(name: str):
    return lambda row, shown: edtf(getattr(row, name))


def _choices(choices):
    words = dict(choices.choices)
    return {
        "words": lambda value, known: words.get(value, value),
        "order": lambda known: list(words),
    }


_TYPES = {
    "words": lambda value, known: (
        known.types[value].abbreviation if value in known.types else value
    ),
    "order": lambda known: list(known.types),
}


_CONFIDENCE = {"label": "Confidence", **_choices(Confidence)}


def _country(value: str, known: Reference) -> str:
    return known.name(value.upper())


def _status(value: str, known: Reference) -> str:
    return {NONE: "Not yet", NOT_RECORDED: "Not recorded"}.get(value, status_words(value))


def _grouping(value: str, known: Reference) -> str:
    return known.groupings[value].name if value in known.groupings else value


def _partner(row: Agreement, shown: Shown):
    if row.partner_id:
        return _link(f"/countries/{row.partner_id}/{shown.query}", row.partner.name, "name")
    grouping = row.partner_grouping
    return _link(f"/groupings/{grouping.slug}/{shown.query}", grouping.name, "name")


def _standing(row: Agreement, shown: Shown):
    said = mark(shown.prepared["standing"].get(row.slug))
    return format_html(
        '<span class="status" title="{}">{}{}</span>', said.detail, glyph(said.glyph), said.words
    )


def _since(row: Agreement, shown: Shown):
    cell = shown.prepared["standing"].get(row.slug)
    return edtf(cell.since) if cell and cell.since else ""


def _agreements_prepared(rows, clocks) -> dict:
    slugs = [row.slug for row in rows]
    return {
        "standing": standings_on(clocks.pin, clocks.as_of, slugs),
        "evidence": {key: asdict(one) for key, one in summaries(None, "agreement", slugs).items()},
    }


def _evidence(name: str):
    return lambda row, shown: shown.prepared["evidence"][row.slug][name]


def _once_stood(statuses: list[str], clocks):
    """Agreements that on that day had one of these statuses, as the registry once knew it."""
    if set(statuses) & {NONE, NOT_RECORDED}:
        return Q()  # of what never stood no row tells
    stood = Standing.objects.filter(status__in=statuses).possible_on(clocks.as_of)
    return Q(slug__in=stood.order_by().values("agreement"))


def _always(values: list[str], clocks):
    """Which memberships or citations there once were is not asked: too much rather than less."""
    return Q()


AGREEMENTS = Explorer(
    name="agreements",
    section="agreements",
    heading="Agreements",
    noun="agreement",
    searches="Words in title or name",
    resource=AgreementViewSet,
    rows=lambda: Agreement.objects.select_related(
        "type", "partner", "partner_grouping", "principal"
    ),
    ordering="type",
    turns=Turns("type", "type_id", lambda value, known: known.types[value].order),
    dated=True,
    about=about_agreements,
    once={"status": _once_stood, "min_grade": _always, "grouping": _always},
    texts={"partner": "Partner (alpha-3)"},
    prepare=_agreements_prepared,
    facets=[
        FacetField(by("type", "type_id"), "Type", **_TYPES),
        FacetField(facets.STANDING, "Standing", _status, lambda known: ASKABLE),
        FacetField(by("principal", "principal_id"), "Principal", _country),
        FacetField(
            by("region", "partner__region", "countries"),
            "Region",
            lambda value, known: value,
            lambda known: known.regions,
        ),
        FacetField(facets.GROUPING, "Grouping", _grouping),
        FacetField(by("binding", "binding"), "Binding", **_choices(Agreement.Binding)),
        FacetField(by("confidence", "confidence"), **_CONFIDENCE),
        FacetField(
            facets.BEST_GRADE,
            "Evidence",
            lambda value, known: value if value == "A" else f"{value} or better",
            lambda known: list(GRADES),
        ),
    ],
    columns=[
        Column(
            "type",
            "Type",
            lambda row, shown: _link(f"/types/{row.type_id}/", row.type.abbreviation, "nowrap"),
            "type",
        ),
        Column("partner", "Partner", _partner, "partner_name"),
        Column(
            "agreement",
            "Agreement",
            lambda row, shown: format_html(
                "{} {}",
                _link(f"/agreements/{row.slug}/{shown.query}", row.title),
                _key(row.slug),
            ),
            "title",
            lead=True,
        ),
        Column("status", "Standing", _standing),
        Column("since", "Since", _since),
        Column("binding", "Binding", _display("binding"), "binding"),
        Column("evidence.grade", "Evidence", _evidence("grade")),
        Column("evidence.conflicts", "Disagree", _evidence("conflicts"), usual=False),
        Column("principal", "Principal", lambda row, shown: row.principal.name, usual=False),
        Column(
            "confidence",
            "Confidence",
            _display("confidence"),
            "confidence",
            usual=False,
        ),
        Column("legal_basis", "Legal basis", _text("legal_basis"), usual=False),
        Column(
            "framework",
            "Framework",
            lambda row, shown: (
                _link(f"/agreements/{row.framework_id}/{shown.query}", row.framework_id, "key")
                if row.framework_id
                else ""
            ),
            usual=False,
        ),
    ],
)


def _events_prepared(rows, clocks) -> dict[str, list[str]]:
    cited: dict[str, list[str]] = {}
    found = Citation.objects.filter(subject_kind="event", subject__in=[row.slug for row in rows])
    for subject, source in found.order_by("position").values_list("subject", "source_id"):
        cited.setdefault(subject, []).append(source)
    return cited


def _cited(row: Event, shown: Shown):
    slugs = shown.prepared.get(row.slug, [])
    return format_html_join(", ", "{}", ((_link(f"/sources/{s}/", s, "key"),) for s in slugs))


EVENTS = Explorer(
    name="events",
    section="agreements",
    heading="Events",
    noun="event",
    searches="Words in id or note",
    resource=EventViewSet,
    rows=lambda: Event.objects.select_related(
        "agreement", "agreement__partner", "agreement__partner_grouping"
    ),
    ordering="-date",
    about=partial(about_records, "event", "events"),
    texts={"agreement": "Agreement"},
    prepare=_events_prepared,
    facets=[
        FacetField(by("event", "event"), "What", **_choices(Kind)),
        FacetField(by("type", "agreement__type_id", "agreements"), "Type", **_TYPES),
        FacetField(
            facets.by_decade("decade", "date_latest"),
            "Decade",
            lambda value, known: value,
            lambda known: [f"{year}s" for year in range(2090, 1890, -10)],
        ),
        FacetField(by("confidence", "confidence"), **_CONFIDENCE),
    ],
    columns=[
        Column("date", "When", _day("date"), "date"),
        Column(
            "id",
            "What",
            lambda row, shown: format_html(
                "{} {}",
                _link(
                    f"/agreements/{row.agreement_id}/#{row.slug}",
                    row.get_event_display(),
                ),
                _key(row.slug),
            ),
            "event",
            lead=True,
        ),
        Column(
            "agreement",
            "Agreement",
            lambda row, shown: _link(f"/agreements/{row.agreement_id}/", row.agreement.title),
            "agreement",
        ),
        Column(
            "until",
            "Until",
            lambda row, shown: edtf(row.until) if row.until else "",
            "until",
            usual=False,
        ),
        Column(
            "confidence",
            "Confidence",
            _display("confidence"),
            "confidence",
        ),
        Column("sources", "Sources", _cited),
        Column("note", "Note", _text("note"), usual=False),
    ],
)

FIRMS = Explorer(
    name="firms",
    section="codes",
    heading="Firms",
    noun="firm",
    searches="Name or CAGE code",
    resource=FirmViewSet,
    rows=lambda: Firm.objects.select_related("country"),
    ordering="name",
    about=partial(about_records, "firm", "firms"),
    facets=[FacetField(by("country", "country_id"), "Country", _country)],
    columns=[
        Column(
            "firm",
            "Firm",
            lambda row, shown: _link(f"/firms/{row.slug}/", row.name),
            "name",
            lead=True,
        ),
        Column(
            "country",
            "Country",
            lambda row, shown: _link(f"/countries/{row.country_id}/", row.country.name),
            "country",
        ),
        Column("cage_code", "CAGE code", lambda row, shown: _key(row.cage_code), "cage_code"),
        Column("aliases", "Also", _text("aliases"), usual=False),
        Column("note", "Note", _text("note"), usual=False),
    ],
)

SOURCES = Explorer(
    name="sources",
    section="sources",
    heading="Sources",
    noun="source",
    searches="Words in title or publisher",
    resource=GradedSourceViewSet,
    rows=Source.objects.all,
    ordering="publisher",
    about=partial(about_records, "source", "sources"),
    facets=[
        FacetField(by("kind", "kind"), "Kind", **_choices(Source.Kind)),
        FacetField(by("tier", "tier"), "Tier", **_choices(Source.Tier)),
        FacetField(
            by("grade", grade_expression()),
            "Grade",
            lambda value, known: value,
            lambda known: list(GRADES),
        ),
    ],
    columns=[
        Column(
            "source",
            "Source",
            lambda row, shown: format_html(
                "{} {}", _link(f"/sources/{row.slug}/", row.title), _key(row.slug)
            ),
            "title",
            lead=True,
        ),
        Column("publisher", "Publisher", _text("publisher"), "publisher"),
        Column("published_on", "Published", _day("published_on"), "published_on"),
        Column("kind", "Kind", _display("kind"), "kind"),
        Column("tier", "Tier", _display("tier"), "tier"),
        Column("grade", "Grade", lambda row, shown: grade_of(row.kind, row.tier)),
        Column(
            "retrieved_on",
            "Read on",
            _day("retrieved_on"),
            "retrieved_on",
            usual=False,
        ),
        Column(
            "verified_on",
            "Checked again",
            _day("verified_on"),
            "verified_on",
            usual=False,
        ),
        Column("note", "Note", _text("note"), usual=False),
    ],
)


def agreements_page(request):
    """Every agreement, by what it is, with whom, and how it stands on a day."""
    return explore(request, AGREEMENTS)


def events_page(request):
    """Every dated fact in the life of an agreement."""
    return explore(request, EVENTS)


def firms_page(request):
    """Every firm on record; there may be none, and the page says why."""
    return explore(request, FIRMS)


def sources_page(request):
    """Every published document on record."""
    return explore(request, SOURCES)
