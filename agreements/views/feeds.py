"""Atom feeds of what the registry learned: all of it, or what touched a record or a saved view.

An entry is a revision; its category is the revision's kind, so that a reader can tell an event in
the world from a correction, and `kind=` asks for one alone.
"""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.feedgenerator import Atom1Feed

from agreements.analysis.watching import latest
from sosa_registry.ledger.models import Revision
from sosa_registry.pages import Question, Toolbar, refused

from .following import FOLLOWABLE, read

NAME = "Registry of defence-supply agreements"


def feed(request, name: str, **key: str):
    """What touched the view of that name and query, newest first."""
    if name == "country" and key["code"] != key["code"].upper():
        return redirect("country-feed", key["code"].upper(), permanent=True)
    question = Question(request, *FOLLOWABLE[name].parameters)
    found = read(question, name, **key)
    if question.faults:
        toolbar = Toolbar(question).select("kind", "Kind", "Any", Revision.Kind.choices)
        return refused(question, toolbar, "changes", found.title)
    return feed_of(
        latest(found.about, found.kind), found.title, found.page, request.get_full_path()
    )


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
