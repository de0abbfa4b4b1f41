"""The list of agreements, and each agreement's page."""

from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from agreements.analysis.cells import NONE
from agreements.analysis.evidence import summaries
from agreements.analysis.matrix import STATUSES, members_on
from agreements.analysis.profiles import agreement_profile
from agreements.analysis.reference import Reference, reference
from agreements.analysis.standings import standings_on
from agreements.models import Agreement, Standing
from partners.models import Membership
from sosa_registry.ledger.history import entries
from sosa_registry.ledger.models import Version
from sosa_registry.pages import CLOCKS, Question, Toolbar, clock_query, refused, show

from .evidence import questions
from .marks import mark, status_words
from .periods import period_rows
from .timeline import timeline

ORDERS = {
    "partner": "partner_name",
    "type": "type__order",
    "title": "title",
    "agreement": "slug",
}
ALLOWED = ("q", "type", "partner", "status", "grouping", "region", "sort", "as_of", "page")


def agreements_page(request):
    """Every agreement, by what it is, with whom, and how it stands on a day."""
    question = Question(request, *ALLOWED)
    known = reference(question.clocks.pin)
    types = [(kind.slug, kind.abbreviation) for kind in known.types.values()]
    toolbar = (
        Toolbar(question, "Which agreements")
        .input("q", "Words in title or name", "search")
        .select("type", "Type", "Every type", types)
        .input("partner", "Partner (alpha-3)")
        .select("status", "Status", "Any", [(status, status_words(status)) for status in STATUSES])
        .select("grouping", "Grouping", "Any", [(g.slug, g.name) for g in known.groupings.values()])
        .select("region", "Region", "Any", [(name, name) for name in known.regions])
        .date("as_of", "As of", question.clocks.as_of)
        .keep("sort")
    )
    rows = _ordered(question, _asked(question, known))
    page = question.page_of(rows)
    if question.faults:
        return refused(question, toolbar, "agreements", "Agreements")
    cells = standings_on(
        question.clocks.pin, question.clocks.as_of, [row.slug for row in page.rows]
    )
    query = clock_query(question.clocks)
    return show(
        question,
        "agreements.html",
        "agreements",
        api=f"agreements/{question.address()}",
        toolbar=toolbar,
        pager=page,
        rows=[(row, mark(cells.get(row.slug), query=query)) for row in page.rows],
        orders=_order_links(question),
    )


def _asked(question: Question, known: Reference):
    clocks = question.clocks
    rows = Agreement.objects.select_related("type", "partner", "partner_grouping", "principal")
    for word in question.words("q").split():
        rows = rows.filter(
            Q(title__icontains=word) | Q(slug__icontains=word) | Q(partner__name__icontains=word)
        )
    if kind := question.choice("type", known.types):
        rows = rows.filter(type=kind)
    members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of)
    if partner := question.choice("partner", known.countries):
        joined = members.filter(country=partner).values("grouping")
        rows = rows.filter(Q(partner=partner) | Q(partner_grouping__in=joined))
    if grouping := question.choice("grouping", known.groupings):
        inside = members.filter(grouping=grouping).values("country")
        rows = rows.filter(Q(partner__in=inside) | Q(partner_grouping=grouping))
    if region := question.choice("region", known.regions):
        rows = rows.filter(partner__region=region)
    if status := question.choice("status", STATUSES):
        on_day = Standing.objects.known_at(clocks.revision).possible_on(clocks.as_of)
        if status == NONE:
            rows = rows.exclude(slug__in=on_day.values("agreement"))
        else:
            rows = rows.filter(slug__in=on_day.filter(status=status).values("agreement"))
    return rows


def _ordered(question: Question, rows):
    asked = question.choice("sort", [*ORDERS, *(f"-{name}" for name in ORDERS)], "type")
    column = ORDERS[asked.lstrip("-")]
    named = rows.annotate(
        partner_name=Coalesce("partner__name", "partner_grouping__name", Value(""))
    )
    return named.order_by(f"-{column}" if asked.startswith("-") else column, "partner_name", "slug")


def _order_links(question: Question) -> dict[str, dict]:
    """For each column, the address that orders by it, and how it is ordered now."""
    asked = question.text("sort") or "type"
    links = {}
    for name in ORDERS:
        falling = asked == name
        said = {name: "ascending", f"-{name}": "descending"}.get(asked, "")
        url = question.address(sort=f"-{name}" if falling else name, page=None)
        links[name] = {
            "url": url,
            "said": said,
            "sign": {"ascending": "↑", "descending": "↓"}.get(said, ""),
        }
    return links


def agreement_page(request, slug: str):
    """One agreement: what it is, how it stands, what each side promises, and how we know."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    known = reference(clocks.pin)
    try:
        profile = agreement_profile(slug, clocks.pin, clocks.as_of)
    except Agreement.DoesNotExist as error:
        raise Http404(f"No agreement “{slug[:80]}” in the registry.") from error
    agreement = profile.agreement
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "agreements", agreement.title)
    cell = standings_on(clocks.pin, clocks.as_of, [slug]).get(slug)
    members = None
    if agreement.partner_grouping_id:
        grouping = agreement.partner_grouping_id
        found = members_on(clocks.pin, clocks.as_of, [grouping])[grouping].possible
        others = sorted(found - {agreement.principal_id}, key=known.name)
        members = [(code, known.name(code)) for code in others]
    return show(
        question,
        "agreement.html",
        "agreements",
        api=f"agreements/{slug}/",
        toolbar=toolbar,
        agreement=agreement,
        profile=profile,
        mark=mark(cell),
        cell=cell,
        members=members,
        facts=_facts(agreement),
        periods=period_rows(profile.standing),
        timeline=timeline([(agreement.slug, profile.standing)], clocks.as_of, clocks.today),
        events=[(event, profile.event_citations[event.slug]) for event in profile.events],
        questions=questions(profile.claims),
        evidence=summaries(clocks.revision, "agreement", [slug])[slug],
        history=entries(_versions(slug)),
    )


_FACTS = (
    *("principal_authority", "partner_authority", "legal_basis", "binding"),
    *("initial_term", "extension_term", "notice_term", "confidence"),
)


def _facts(agreement: Agreement) -> list[tuple[str, str, str]]:
    """The plain fields: name, value, and the help text that defines it."""
    made = []
    for name in _FACTS:
        field = agreement._meta.get_field(name)
        shown = getattr(
            agreement, f"get_{name}_display", lambda name=name: getattr(agreement, name)
        )()
        made.append((field.verbose_name.capitalize(), shown, field.help_text))
    return made


def _versions(slug: str):
    """Every version of the agreement and of its events, commitments and citations."""
    own = Q(record_type="agreements", key=slug)
    events = Q(record_type="events", key__startswith=f"{slug}-e")
    promised = Q(record_type="commitments", key__startswith=f"agreement/{slug}/")
    cited = Q(record_type="citations", key__startswith=f"agreement/{slug}/")
    versions = Version.objects.filter(own | events | promised | cited)
    return versions.select_related("revision")
