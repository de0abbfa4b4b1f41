"""The pages about the registry itself: what it learned and when, search, method and definitions."""

from django.http import Http404

from agreements.analysis.reference import reference
from agreements.analysis.search import search
from agreements.grading import RULES
from agreements.lifecycle import Kind
from sosa_registry.ledger.history import RecordChange, change_of
from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.recording import recorded_models
from sosa_registry.pages import Question, Toolbar, refused, show

from .evidence import url_of
from .marks import LEGEND

MOST_HITS = 50


def changes_page(request):
    """Every revision, newest first."""
    question = Question(request, "kind", "page")
    revisions = Revision.objects.order_by("-number")
    if kind := question.choice("kind", Revision.Kind.values):
        revisions = revisions.filter(kind=kind)
    page = question.page_of(revisions)
    toolbar = Toolbar(question, "Which changes").select(
        "kind", "Kind", "Any", Revision.Kind.choices
    )
    if question.faults:
        return refused(question, toolbar, "changes", "Changes")
    return show(
        question,
        "changes.html",
        "changes",
        api="revisions/",
        feed="/changes.atom",
        toolbar=toolbar,
        pager=page,
    )


def change_page(request, number: int):
    """One revision, field by field."""
    question = Question(request, "page")
    made = Revision.objects.filter(number=number).first() if number < 10**15 else None
    if made is None:
        raise Http404(f"No revision {str(number)[:20]} in the registry.")
    page = question.page_of(made.versions.order_by("position"))
    if question.faults:
        return refused(question, Toolbar(question), "changes", f"Revision {number}")
    return show(
        question,
        "change.html",
        "changes",
        api=f"revisions/{number}/",
        made=made,
        pager=page,
        changes=_changes(number, page.rows),
        open_fields=made.changes <= 20,
        earlier=number - 1,
        later=number + 1 if number < question.clocks.revision else 0,
    )


def _changes(number: int, versions: list[Version]) -> list[RecordChange]:
    """Some versions of one revision, each beside the one it closed. One statement."""
    keys, types = ({getattr(one, name) for one in versions} for name in ("key", "record_type"))
    closed = Version.objects.filter(record_type__in=types, key__in=keys, superseded_by=number)
    before = {
        (row.record_type, row.key): row.state
        for row in closed.exclude(operation=Version.Operation.DELETED)
    }
    return [change_of(one, before.get((one.record_type, one.key), {})) for one in versions]


_HEADINGS = {
    "country": "Countries",
    "type": "Types",
    "grouping": "Groupings",
    "agreement": "Agreements",
    "code": "Codes of conduct",
    "firm": "Firms",
    "organization": "Organizations",
    "source": "Sources",
    "invocation": "Put to the test",
}


def search_page(request):
    """Search over every kind of record, results by kind; kinds in the order of their best hit."""
    question = Question(request, "q")
    words = question.words("q")
    toolbar = Toolbar(question, "Search", submit="Search").input(
        "q", "Words, names or codes", "search"
    )
    if question.faults:
        return refused(question, toolbar, "search", "Search")
    hits = search(question.clocks.pin, words, limit=MOST_HITS) if words else []
    groups: dict[str, list] = {}
    for hit in hits:
        groups.setdefault(_HEADINGS.get(hit.kind, hit.kind), []).append(hit)
    return show(
        question,
        "search.html",
        "search",
        api=f"search/{question.address()}" if words else "search/?q=",
        toolbar=toolbar,
        words=words,
        groups=groups,
        found=len(hits),
        most=MOST_HITS,
    )


def about_page(request):
    """Method and definitions, these from the models' own help texts."""
    question = Question(request)
    if question.faults:
        return refused(question, Toolbar(question), "about", "About")
    return show(
        question,
        "about.html",
        "about",
        legend=LEGEND,
        grades=[(grade, told) for grade, _, _, told in RULES],
        events=[(kind.value, kind.label) for kind in Kind],
        definitions=[_definition(model) for model in _in_order()],
        types=reference(question.clocks.pin).types.values(),
    )


def _in_order():
    return sorted(recorded_models(), key=lambda model: model.record_type)


def _definition(model) -> dict:
    """One table of the registry: what a row is and what each column means."""
    columns = []
    for name, attname in model._columns():
        column = next(f for f in model._meta.concrete_fields if f.attname == attname)
        values = [str(value) for value, _ in column.flatchoices]
        columns.append((name, column.help_text, values))
    return {
        "table": model.record_type,
        "name": str(model._meta.verbose_name).capitalize(),
        "is": (model.__doc__ or "").strip().split("\n")[0],
        "columns": columns,
        "page": url_of(model.record_kind, "")[:-1],
    }
