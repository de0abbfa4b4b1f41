"""The pages of codes of conduct, firms and invocations: the records beside the agreements."""

from django.db.models import Count, Q
from django.http import Http404

from agreements.analysis.evidence import summaries
from agreements.analysis.reference import reference
from agreements.models import Claim, CodeOfConduct, Invocation, Signatory
from partners.models import Citation, Firm
from sosa_registry.ledger.history import entries
from sosa_registry.ledger.models import Version
from sosa_registry.pages import Question, Toolbar, refused, show

from .evidence import questions


def codes_page(request):
    """Every national code of conduct, as known at a revision."""
    question = Question(request, "known_at", "status", "page")
    rows = CodeOfConduct.ever.known_at(question.clocks.revision).select_related("country")
    if status := question.choice("status", CodeOfConduct.Status.values):
        rows = rows.filter(status=status)
    page = question.page_of(rows.order_by("country__name", "slug"))
    toolbar = (
        Toolbar(question, "Which codes")
        .select("status", "Status", "Any", CodeOfConduct.Status.choices)
        .known_at()
    )
    if question.faults:
        return refused(question, toolbar, "codes", "Codes of conduct")
    slugs = [code.slug for code in page.rows]
    signed = Signatory.objects.filter(code__slug__in=slugs).order_by().values_list("code__slug")
    firms = dict(signed.annotate(Count("pk")))
    return show(
        question,
        "codes.html",
        "codes",
        api="codes-of-conduct/",
        toolbar=toolbar,
        pager=page,
        rows=[(code, firms.get(code.slug, 0)) for code in page.rows],
    )


def code_page(request, slug: str):
    """One code: its country, the arrangement it gives effect to, sponsor, firms, evidence."""
    question = Question(request, "as_of", "known_at")
    clocks = question.clocks
    stored = CodeOfConduct.ever.known_at(clocks.revision).filter(slug=slug)
    code = stored.select_related("country", "agreement").first()
    toolbar = Toolbar(question, "When").clocks()
    if code is None:
        raise Http404(f"No code of conduct “{slug[:80]}” in the registry.")
    if question.faults:
        return refused(question, toolbar, "codes", code.title)
    return show(
        question,
        "code.html",
        "codes",
        api=f"codes-of-conduct/{slug}/",
        code=code,
        signatories=list(
            Signatory.objects.filter(code__slug=slug).select_related("firm", "source")
        ),
        citations=_citations(clocks, "code", slug),
        questions=_claims(clocks, "code", slug),
        evidence=summaries(clocks.revision, "code", [slug])[slug],
        history=_history("codes_of_conduct", slug),
    )


def firm_page(request, slug: str):
    """One firm and the codes it signed."""
    question = Question(request)
    firm = Firm.objects.select_related("country").filter(slug=slug).first()
    if firm is None:
        raise Http404(f"No firm “{slug[:80]}” in the registry.")
    if question.faults:
        return refused(question, Toolbar(question), "codes", firm.name)
    return show(
        question,
        "firm.html",
        "codes",
        api=f"firms/{slug}/",
        firm=firm,
        signatures=list(Signatory.objects.filter(firm=slug).select_related("code", "source")),
        citations=_citations(question.clocks, "firm", slug),
        history=_history("firms", slug),
    )


def invocations_page(request):
    """Every recorded occasion on which supply was put to the test."""
    question = Question(request, "q", "outcome", "country", "page")
    known = reference(question.clocks.pin)
    rows = Invocation.objects.select_related("partner", "requester", "agreement")
    for word in question.words("q").split():
        rows = rows.filter(
            Q(item__icontains=word) | Q(account__icontains=word) | Q(supplier__icontains=word)
        )
    if outcome := question.choice("outcome", Invocation.Outcome.values):
        rows = rows.filter(outcome=outcome)
    if country := question.choice("country", known.countries):
        rows = rows.filter(Q(partner=country) | Q(requester=country))
    page = question.page_of(rows.order_by("-occurred_earliest", "slug"))
    toolbar = (
        Toolbar(question, "Which occasions")
        .input("q", "Words in the account", "search")
        .select("outcome", "Outcome", "Any", Invocation.Outcome.choices)
        .input("country", "Country (alpha-3)")
    )
    if question.faults:
        return refused(question, toolbar, "invocations", "Put to the test")
    return show(
        question, "invocations.html", "invocations", api="invocations/", toolbar=toolbar, pager=page
    )


def invocation_page(request, slug: str):
    """One occasion: who asked whom for what, how it ended, and how we know."""
    question = Question(request)
    rows = Invocation.objects.select_related("partner", "requester", "agreement")
    occasion = rows.filter(slug=slug).first()
    if occasion is None:
        raise Http404(f"No invocation “{slug[:80]}” in the registry.")
    if question.faults:
        return refused(question, Toolbar(question), "invocations", occasion.item)
    return show(
        question,
        "invocation.html",
        "invocations",
        api=f"invocations/{slug}/",
        occasion=occasion,
        citations=_citations(question.clocks, "invocation", slug),
        questions=_claims(question.clocks, "invocation", slug),
        history=_history("invocations", slug),
    )


def _citations(clocks, kind: str, key: str) -> list[Citation]:
    rows = Citation.ever.known_at(clocks.revision).filter(subject_kind=kind, subject=key)
    return list(rows.select_related("source").order_by("position", "source_id"))


def _claims(clocks, kind: str, key: str):
    rows = Claim.ever.known_at(clocks.revision).filter(subject_kind=kind, subject=key)
    return questions(rows.select_related("source").order_by("property", "slug"))


def _history(record_type: str, key: str):
    return entries(Version.objects.of(record_type, key).select_related("revision"))
