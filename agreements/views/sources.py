"""The page of a source: everything that rests on it, and everything it says."""

from collections import defaultdict

from django.http import Http404

from agreements.analysis.reference import reference
from agreements.analysis.sources import resting_on
from agreements.models import Claim, ListEntry, PublishedList
from partners.models import Source
from sosa_registry.ledger.history import entries
from sosa_registry.ledger.models import Version
from sosa_registry.pages import Question, Toolbar, refused, show

from .evidence import agreements_of_events, url_of

_PLURALS = {
    "agreement": "Agreements",
    "event": "Events",
    "code": "Codes of conduct",
    "invocation": "Put to the test",
    "membership": "Memberships",
    "grouping": "Groupings",
    "fact": "Facts of the procedure",
    "commitment": "Commitments",
    "signatory": "Signatories",
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
    resting = resting_on(clocks.pin, slug)
    owners = agreements_of_events([one.key for one in resting if one.kind == "event"])
    cited = defaultdict(list)
    for one in resting:
        url = url_of(one.kind, one.key, owners)
        cited[_PLURALS.get(one.kind, one.kind.capitalize())].append((one, url))
    claims = Claim.ever.known_at(clocks.revision).filter(source=slug)
    return show(
        question,
        "source.html",
        "sources",
        api=f"sources/{slug}/",
        source=source,
        cited=dict(cited),
        claims=[(claim, url_of(claim.subject_kind, claim.subject)) for claim in claims],
        lists=_lists(clocks, slug),
        would_lose=sum(one.only for one in resting),
        copies=list(source.archived_copies.all()),
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
