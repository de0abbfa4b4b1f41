"""The lists of groupings, firms and sources: what needs no agreement to be shown.

A record's own page shows agreements, so it lives on the floor above.
"""

from io import BytesIO

from django.conf import settings
from django.db.models import Count
from django.http import FileResponse
from django.shortcuts import get_object_or_404

from partners.models import ArchivedContent, ArchivedCopy, Grouping, Membership, Source
from sosa_registry.pages import CLOCKS, Question, Toolbar, refused, show


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
