"""The pages that hold the registry against others: published lists, and what the rules apply."""

from collections import Counter

from django.http import Http404

from agreements.analysis.practice import practice
from agreements.analysis.reconciliation import VERDICTS, Reconciled, reconcile
from agreements.analysis.reference import Reference, reference
from agreements.models import ListEntry, PublishedList
from partners.models import Source
from sosa_registry.asking import one_of
from sosa_registry.ledger.history import entries
from sosa_registry.ledger.models import Version
from sosa_registry.pages import CLOCKS, Question, Toolbar, refused, show

from .marks import mark

_VERDICT_WORDS = {
    "agrees": "Agrees",
    "unsettled": "Unsettled: a date is too imprecise to tell",
    "conflicts": "Conflicts",
}


def _named(codes: list[str], known: Reference) -> list[tuple[str, str]]:
    return [(code, known.name(code)) for code in known.country_order(codes)]


def line(made: Reconciled, known: Reference) -> dict:
    """One verdict as it is shown: countries by name, the count in words."""
    return {
        "made": made,
        "types": [
            (slug, known.types[slug]) for slug in made.type.split(";") if slug in known.types
        ],
        "only_in_list": _named(made.only_in_list, known),
        "only_in_registry": _named(made.only_in_registry, known),
        "unsettled": _named(made.unsettled, known),
        "through": _named(made.through_groupings, known),
        "reproducible": made.stated_count is None or made.verdict != "conflicts",
        "with_groupings": made.computed_count + len(made.through_groupings),
    }


def reconciliation_page(request):
    """Every published list and stated count against the registry, at the list's own date."""
    question = Question(request, "known_at", "type", "source", "verdict", "page")
    known = reference(question.clocks.pin)
    kind = question.choice("type", known.types)
    source = (
        question.read(one_of, "source", Source.objects.values_list("slug", flat=True))
        if question.text("source")
        else ""
    )
    verdict = question.choice("verdict", VERDICTS)
    toolbar = (
        Toolbar(question, "Lists")
        .known_at()
        .select("type", "Type", "Every type", [(s, str(t)) for s, t in known.types.items()])
        .select("verdict", "Verdict", "Every verdict", [(v, v.capitalize()) for v in VERDICTS])
        .input("source", "Source", placeholder="short name")
    )
    everything = reconcile(question.clocks.pin, types=[kind] if kind else (), source=source or "")
    found = [made for made in everything if not verdict or made.verdict == verdict]
    pager = question.page_of(found)
    if question.faults:
        return refused(question, toolbar, "reconciliation", "Reconciliation")
    counted = Counter(made.verdict for made in everything)
    return show(
        question,
        "reconciliation.html",
        "reconciliation",
        api=f"reconciliation/{question.address(page=None)}",
        toolbar=toolbar,
        pager=pager,
        lines=[line(made, known) for made in pager.rows],
        counted=[(name, _VERDICT_WORDS[name], counted[name]) for name in VERDICTS],
    )


def list_page(request, slug: str):
    """One published list: what it says, what the registry says, and how they compare."""
    question = Question(request, "known_at")
    pinned = question.clocks.pin
    toolbar = Toolbar(question, "When").known_at()
    if question.faults:
        return refused(question, toolbar, "reconciliation", slug)
    found = PublishedList.ever.known_at(pinned.revision).filter(slug=slug)
    published = found.select_related("source", "grouping").first()
    if published is None:
        raise Http404(f"No published list “{slug[:80]}” in the registry.")
    known = reference(pinned)
    named = ListEntry.ever.known_at(pinned.revision).filter(list__slug=slug)
    rows = [(known.name(entry.country_id), entry) for entry in named]
    (made,) = reconcile(pinned, slugs=[slug])
    versions = Version.objects.of("published_lists", slug).select_related("revision")
    return show(
        question,
        "list.html",
        "reconciliation",
        api=f"published-lists/{slug}/",
        toolbar=toolbar,
        published=published,
        entries=sorted(rows, key=lambda row: row[0]),
        line=line(made, known),
        verdict_words=_VERDICT_WORDS[made.verdict],
        history=entries(versions),
    )


def practice_page(request):
    """Where what is in force on paper differs from what the rules apply, on one day."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "practice", "On paper and in practice")
    known = reference(clocks.pin)
    found = practice(clocks.pin, clocks.as_of)
    slugs = {slug for one in found for slug in [*one.paper_sources, one.list_source]}
    titles = {source.slug: source for source in Source.objects.filter(slug__in=slugs)}
    rows = [
        {
            "made": one,
            "type": known.types[one.type],
            "mark": mark(one.cell, one.country, one.type, ""),
            "paper": [titles[slug] for slug in one.paper_sources if slug in titles],
            "rule": titles.get(one.list_source),
        }
        for one in found
    ]
    api = f"practice/{question.address()}"
    return show(question, "practice.html", "practice", api=api, toolbar=toolbar, rows=rows)
