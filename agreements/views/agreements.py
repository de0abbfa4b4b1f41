"""Each agreement's page. Their list is an explorer."""

from django.http import Http404

from agreements.analysis.evidence import summaries
from agreements.analysis.matrix import members_on
from agreements.analysis.parts import agreement_versions
from agreements.analysis.profiles import agreement_profile
from agreements.analysis.reference import reference
from agreements.analysis.standings import standings_on
from agreements.models import Agreement
from sosa_registry.ledger.history import entries
from sosa_registry.pages import CLOCKS, Question, Toolbar, refused, show

from .evidence import questions
from .marks import mark
from .periods import period_rows
from .timeline import timeline


def agreement_page(request, slug: str):
    """One agreement: what it is, how it stands, what each side promises, and how we know."""
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    known = reference(clocks.pin)
    try:
        profile = agreement_profile(slug, clocks.pin, clocks.as_of)
    except Agreement.DoesNotExist as error:
        raise Http404(f"No agreement “{slug[:80]}” in the registry.") from error
    agreement = profile.agreement
    toolbar = Toolbar(question, "When").clocks()
    if question.faults:
        return refused(question, toolbar, "agreements", agreement.title)
    cell = standings_on(clocks.pin, clocks.as_of, [slug]).get(slug)
    members = None
    if agreement.partner_grouping_id:
        grouping = agreement.partner_grouping_id
        found = members_on(clocks.pin, clocks.as_of, [grouping])[grouping].possible
        others = sorted(found - {agreement.principal_id}, key=known.name)
        members = [(code, known.name(code)) for code in others]
    return show(
        question,
        "agreement.html",
        "agreements",
        api=f"agreements/{slug}/",
        feed=f"/agreements/{slug}/changes.atom",
        toolbar=toolbar,
        agreement=agreement,
        profile=profile,
        mark=mark(cell),
        cell=cell,
        members=members,
        facts=_facts(agreement),
        periods=period_rows(profile.standing),
        timeline=timeline([(agreement.slug, profile.standing)], clocks.as_of, clocks.today),
        events=[(event, profile.event_citations[event.slug]) for event in profile.events],
        questions=questions(profile.claims),
        evidence=summaries(clocks.revision, "agreement", [slug])[slug],
        history=entries(agreement_versions(slug)),
    )


_FACTS = (
    *("principal_authority", "partner_authority", "legal_basis", "binding"),
    *("initial_term", "extension_term", "notice_term", "confidence"),
)


def _facts(agreement: Agreement) -> list[tuple[str, str, str]]:
    """The plain fields: name, value, and the help text that defines it."""
    made = []
    for name in _FACTS:
        field = agreement._meta.get_field(name)
        shown = getattr(
            agreement, f"get_{name}_display", lambda name=name: getattr(agreement, name)
        )()
        made.append((field.verbose_name.capitalize(), shown, field.help_text))
    return made
