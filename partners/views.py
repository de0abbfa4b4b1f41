"""The lists of groupings, firms and sources: what needs no agreement to be shown.

A record's own page shows agreements, so it lives on the floor above.
"""

from io import BytesIO

from django.conf import settings
from django.db.models import Count, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404

from partners.models import ArchivedContent, ArchivedCopy, Firm, Grouping, Membership, Source
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


def due_page(request):
    """Sources to be checked again: read or checked longer ago than their kind allows."""
    question = Question(request, "as_of", "page")
    toolbar = Toolbar(question, "When").date("as_of", "Due by", question.clocks.as_of)
    page = question.page_of(Source.objects.due(question.clocks.as_of))
    if question.faults:
        return refused(question, toolbar, "sources", "Sources due")
    limits = settings.VERIFY_WITHIN_DAYS
    return show(
        question,
        "sources_due.html",
        "sources",
        toolbar=toolbar,
        pager=page,
        limits=[(kind, limits.get(kind, limits["default"])) for kind in Source.Kind.values],
    )


def archived_copy(request, slug: str, sha256: str):
    """A kept copy: a download only, never shown as a page of ours."""
    copy = get_object_or_404(ArchivedCopy, source=slug, sha256=sha256)
    content = ArchivedContent.objects.get(sha256=copy.sha256).content
    return FileResponse(
        BytesIO(bytes(content)),
        as_attachment=True,
        filename=copy.name,
        content_type="application/octet-stream",
    )
