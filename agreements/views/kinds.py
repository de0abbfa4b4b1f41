"""The pages of agreement types and groupings: what they are, who has what, who lacks it."""

from django.http import Http404

from agreements.analysis.coverage import covered_by
from agreements.analysis.matrix import matrix
from agreements.analysis.reference import reference
from agreements.models import Commitment, PublishedList
from partners.models import Membership
from sosa_registry.asking import pairs_of
from sosa_registry.pages import CLOCKS, Question, Toolbar, clock_query, refused, show

from .marks import LEGEND, mark
from .matrix import rows_of


def types_page(request):
    """Every type of arrangement, and how many are in force."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "types", "Types")
    known = reference(clocks.pin)
    found = matrix(clocks.pin, clocks.as_of)
    rows = [(kind, found.totals[slug]) for slug, kind in known.types.items()]
    return show(question, "types.html", "types", api="agreement-types/", toolbar=toolbar, rows=rows)


def type_page(request, slug: str):
    """One type: what it is, what each side promises, every country's standing, its lists."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    known = reference(clocks.pin)
    if slug not in known.types:
        raise Http404(f"No agreement type “{slug[:80]}” in the registry.")
    kind = known.types[slug]
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "types", kind.name)
    found = matrix(clocks.pin, clocks.as_of, types=[slug])
    query = clock_query(clocks)
    commitments = list(Commitment.ever.known_at(clocks.revision).filter(type=slug))
    lists = PublishedList.ever.known_at(clocks.revision).select_related("source")
    rows = [
        (row, row.cells[slug], mark(row.cells[slug], row.country, slug, query))
        for row in found.rows
        if slug in row.cells
    ]
    lists = [made for made in lists.order_by("-as_of_latest", "slug") if slug in made.types]
    return show(
        question,
        "type.html",
        "types",
        api=f"agreement-types/{slug}/",
        feed=f"/types/{slug}/changes.atom",
        toolbar=toolbar,
        kind=kind,
        total=found.totals[slug],
        rows=[line for line in rows if line[1].agreement],
        absent=[line for line in rows if not line[1].agreement],
        principal_commitments=[c for c in commitments if c.direction.startswith("principal")],
        partner_commitments=[c for c in commitments if c.direction.startswith("partner")],
        lists=lists,
    )


def grouping_page(request, slug: str):
    """One grouping: its members with dates, and which arrangements they have or lack."""
    question = Question(request, *CLOCKS, "assume")
    clocks = question.clocks
    known = reference(clocks.pin)
    if slug not in known.groupings:
        raise Http404(f"No grouping “{slug[:80]}” in the registry.")
    grouping = known.groupings[slug]
    assume = question.read(pairs_of, "assume", known.countries, known.types) or []
    toolbar = (
        Toolbar(question, "When, and what if")
        .clocks()
        .input("assume", "What if (as in TWN:sosa)", "text")
    )
    if question.faults:
        return refused(question, toolbar, "groupings", grouping.name)
    found = matrix(clocks.pin, clocks.as_of, grouping=slug)
    coverages = [covered_by(found, slug, [kind], assume) for kind in found.types]
    memberships = Membership.ever.known_at(clocks.revision).filter(grouping=slug)
    memberships = memberships.select_related("country", "source").order_by(
        "country__name", "joined_earliest"
    )
    return show(
        question,
        "grouping.html",
        "groupings",
        api=f"groupings/{slug}/",
        feed=f"/groupings/{slug}/changes.atom",
        toolbar=toolbar,
        grouping=grouping,
        source=grouping.source,
        memberships=list(memberships),
        members=len(found.rows),
        coverages=[coverage_line(made, known) for made in coverages],
        assumed=bool(assume),
        types=[known.types[kind] for kind in found.types],
        totals=[found.totals[kind] for kind in found.types],
        rows=rows_of(found, clock_query(clocks)),
        legend=LEGEND,
    )


def _lacking(made, known) -> str:
    """Who lacks it, by name; the other way round where that is nearly everybody."""
    others = [*made.covered, *made.possible]
    if made.missing and not others:
        return "all"
    if len(made.missing) > 2 * len(others):
        return "all but " + ", ".join(known.name(code) for code in sorted(others, key=known.name))
    return ", ".join(known.name(code) for code in made.missing)


def coverage_line(made, known) -> dict:
    """Coverage of one type with names in place of codes."""
    names = {
        part: [(code, known.name(code)) for code in getattr(made, part)]
        for part in ("covered", "possible", "missing")
    }
    return {
        "type": known.types[made.types[0]],
        "members": made.members,
        "percent": round(made.share * 100),
        "lacking": _lacking(made, known),
        "assumed": [known.name(code) for code in made.assumed],
        **names,
    }
