"""Atom feeds of what the registry learned: all of it, or about a country, a type or an agreement.

An entry is a revision; its category is the revision's kind, so that a reader can tell an event in
the world from a correction, and `kind=` asks for one alone.
"""

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.feedgenerator import Atom1Feed

from agreements.analysis.reference import reference
from agreements.analysis.watching import about_agreement, about_country, about_type, latest
from agreements.models import Agreement
from sosa_registry.ledger.models import Revision
from sosa_registry.pages import Question, Toolbar, refused

NAME = "Registry of defence-supply agreements"


def changes_feed(request):
    """Every revision."""
    return _answer(request, "Changes", "/changes/", None)


def country_feed(request, code: str):
    """What touched a country."""
    if code != code.upper():
        return redirect("country-feed", code.upper(), permanent=True)
    known = reference(Question(request, "kind").clocks.pin)
    if code not in known.countries:
        raise Http404(f"No country “{code[:20]}” in the registry.")
    return _answer(request, known.name(code), f"/countries/{code}/", about_country(code))


def type_feed(request, slug: str):
    """What touched a type of arrangement."""
    known = reference(Question(request, "kind").clocks.pin)
    if slug not in known.types:
        raise Http404(f"No agreement type “{slug[:80]}” in the registry.")
    return _answer(request, known.types[slug].abbreviation, f"/types/{slug}/", about_type(slug))


def agreement_feed(request, slug: str):
    """What touched an agreement."""
    found = None if "\0" in slug else Agreement.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"No agreement “{slug[:80]}” in the registry.")
    return _answer(request, found.title, f"/agreements/{slug}/", about_agreement(slug))


def _answer(request, subject: str, page: str, about: Q | None):
    question = Question(request, "kind")
    kind = question.choice("kind", Revision.Kind.values)
    if question.faults:
        toolbar = Toolbar(question).select("kind", "Kind", "Any", Revision.Kind.choices)
        return refused(question, toolbar, "changes", subject)
    return feed_of(latest(about, kind), subject, page, request.get_full_path())


def feed_of(revisions: list[Revision], subject: str, page: str, own: str) -> HttpResponse:
    """Revisions as an Atom feed; `page` is the page it goes with, `own` its own address."""
    feed = Atom1Feed(
        title=_plain(f"{subject}: {NAME}"),
        link=f"{settings.SITE_URL}{page}",
        description="",
        subtitle="What the registry learned, newest first. Independent; not an official site.",
        feed_url=f"{settings.SITE_URL}{own}",
        feed_guid=f"{settings.SITE_URL}{own}",
        language="en",
    )
    for made in revisions:
        address = f"{settings.SITE_URL}/changes/{made.number}/"
        feed.add_item(
            title=_plain(f"Revision {made.number}, {made.kind}: {made.reason}"[:300]),
            link=address,
            unique_id=address,
            description=_plain(
                f"{made.get_kind_display()}. {made.reason} Records: {made.changes}."
            ),
            author_name=_plain(made.actor),
            pubdate=made.at,
            updateddate=made.at,
            categories=[made.kind],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _plain(text: str) -> str:
    """A text without the control characters that XML has no way to write."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
