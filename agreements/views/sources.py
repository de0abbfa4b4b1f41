"""The page of a source: everything that rests on it, and everything it says."""

from collections import defaultdict

from django.http import Http404

from agreements.analysis.reference import reference
from agreements.models import Claim, ListEntry, ProcedureFact, PublishedList
from partners.models import Citation, Grouping, Membership, Source
from sosa_registry.ledger.history import entries
from sosa_registry.ledger.models import Version
from sosa_registry.pages import Question, Toolbar, refused, show

from .evidence import agreements_of_events, url_of

_PLURALS = {
    "agreement": "Agreements",
    "event": "Events",
    "code": "Codes of conduct",
    "invocation": "Put to the test",
}


def source_page(request, slug: str):
    """One source. The citations, claims and lists are those known at the revision asked."""
    question = Question(request, "known_at")
    clocks = question.clocks
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        raise Http404(f"No source “{slug[:80]}” in the registry.")
    toolbar = Toolbar(question, "When").known_at()
    if question.faults:
        return refused(question, toolbar, "sources", source.title)
    citations = list(Citation.ever.known_at(clocks.revision).filter(source=slug))
    events = [row.subject for row in citations if row.subject_kind == "event"]
    owners = agreements_of_events(events)
    cited = defaultdict(list)
    for row in sorted(citations, key=lambda row: (row.subject_kind, row.subject, row.locator)):
        url = url_of(row.subject_kind, row.subject, owners)
        cited[_PLURALS.get(row.subject_kind, row.subject_kind)].append((row, url))
    claims = Claim.ever.known_at(clocks.revision).filter(source=slug)
    memberships = Membership.ever.known_at(clocks.revision).filter(source=slug)
    return show(
        question,
        "source.html",
        "sources",
        api=f"sources/{slug}/",
        source=source,
        cited=dict(cited),
        claims=[(claim, url_of(claim.subject_kind, claim.subject)) for claim in claims],
        lists=_lists(clocks, slug),
        memberships=list(memberships.select_related("country", "grouping")),
        groupings=list(Grouping.objects.filter(source=slug)),
        facts=list(ProcedureFact.objects.filter(source=slug)),
        history=entries(Version.objects.of("sources", slug).select_related("revision")),
    )


def _lists(clocks, slug: str) -> list[tuple[PublishedList, list[tuple[str, str, str]]]]:
    """The source's lists with the countries each names: code, name and reservation."""
    known = reference(clocks.pin)
    rows = PublishedList.ever.known_at(clocks.revision).filter(source=slug)
    lists = list(rows.order_by("as_of_latest", "slug"))
    named = defaultdict(list)
    entries = ListEntry.ever.known_at(clocks.revision)
    entries = entries.filter(list__slug__in=[made.slug for made in lists])
    for made, country, reserve in entries.values_list("list__slug", "country_id", "qualifier"):
        named[made].append((country, known.name(country), reserve))
    return [(made, sorted(named[made.slug], key=lambda one: one[1])) for made in lists]
