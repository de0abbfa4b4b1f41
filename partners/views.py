"""The lists of groupings, firms and sources: what needs no agreement to be shown.

A record's own page shows agreements, so it lives on the floor above.
"""

from django.db.models import Count, Q

from partners.models import Firm, Grouping, Membership, Source
from sosa_registry.pages import CLOCKS, Question, Toolbar, refused, show

SOURCE_ORDERS = {"publisher": "publisher", "published": "published_on_latest", "source": "slug"}


def groupings_page(request):
    """Every grouping, with how many members it has on a day."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "groupings", "Groupings")
    members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of).order_by()
    counts = dict(
        members.values_list("grouping")
        .annotate(Count("country", distinct=True))
        .values_list("grouping", "country__count")
    )
    groupings = Grouping.objects.select_related("source").order_by("name")
    return show(
        question,
        "groupings.html",
        "groupings",
        api="groupings/",
        toolbar=toolbar,
        rows=[(grouping, counts.get(grouping.slug, 0)) for grouping in groupings],
    )


def firms_page(request):
    """Every firm on record; there may be none, and the page says why."""
    question = Question(request, "q", "page")
    words = question.words("q")
    firms = Firm.objects.select_related("country").order_by("name", "slug")
    for word in words.split():
        firms = firms.filter(
            Q(name__icontains=word) | Q(aliases__icontains=word) | Q(cage_code__iexact=word)
        )
    page = question.page_of(firms)
    toolbar = Toolbar(question, "Which firms").input("q", "Name or CAGE code", "search")
    if question.faults:
        return refused(question, toolbar, "codes", "Firms")
    return show(
        question,
        "firms.html",
        "codes",
        api="firms/",
        toolbar=toolbar,
        pager=page,
        asked=bool(words),
    )


def sources_page(request):
    """Every published document on record."""
    question = Question(request, "q", "kind", "tier", "sort", "page")
    sources = Source.objects.all()
    for word in question.words("q").split():
        sources = sources.filter(
            Q(title__icontains=word) | Q(publisher__icontains=word) | Q(slug__icontains=word)
        )
    if kind := question.choice("kind", Source.Kind.values):
        sources = sources.filter(kind=kind)
    if tier := question.choice("tier", Source.Tier.values):
        sources = sources.filter(tier=tier)
    order = SOURCE_ORDERS[question.choice("sort", SOURCE_ORDERS, "publisher")]
    page = question.page_of(sources.order_by(order, "slug"))
    toolbar = (
        Toolbar(question, "Which sources")
        .input("q", "Words in title or publisher", "search")
        .select("kind", "Kind", "Any", Source.Kind.choices)
        .select("tier", "Tier", "Any", Source.Tier.choices)
        .select("sort", "Order", "Publisher", [("published", "Date"), ("source", "Short name")])
    )
    if question.faults:
        return refused(question, toolbar, "sources", "Sources")
    return show(question, "sources.html", "sources", api="sources/", toolbar=toolbar, pager=page)
