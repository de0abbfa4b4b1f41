"""The list of countries, and each country's profile."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import redirect

from agreements.analysis.matrix import matrix
from agreements.analysis.profiles import CountryProfile, country_profile
from agreements.analysis.reciprocity import KindOfPromise, Promise
from agreements.analysis.reference import Reference, reference
from agreements.lifecycle import Status
from agreements.models import AgreementType, Commitment, Signatory
from partners.models import Country
from sosa_registry.ledger import dates
from sosa_registry.pages import CLOCKS, Question, Toolbar, clock_query, refused, show

from .evidence import questions
from .marks import Mark, mark, practice_words, words_of
from .periods import period_rows
from .timeline import timeline

PRINCIPAL = "USA"
SHOWN = [("all", "Every country")]


def countries_page(request):
    """Every country, or those with an arrangement, and what they have in force."""
    question = Question(request, *CLOCKS, "q", "region", "show", "page")
    clocks = question.clocks
    known = reference(clocks.pin)
    words = question.words("q").casefold()
    region = question.choice("region", known.regions)
    every = question.choice("show", ["all"]) == "all" or bool(words)
    found = matrix(clocks.pin, clocks.as_of, region=region, every_country=every)
    kept = [row for row in found.rows if not words or _called(known.countries[row.country], words)]
    page = question.page_of(kept, 100)
    toolbar = (
        Toolbar(question, "Which countries")
        .input("q", "Name or code", "search")
        .select("region", "Region", "Every region", [(name, name) for name in known.regions])
        .select("show", "Show", "With an arrangement", SHOWN)
        .clocks()
    )
    if question.faults:
        return refused(question, toolbar, "countries", "Countries")
    query = clock_query(clocks)
    rows = [
        (
            known.countries[row.country],
            [
                (known.types[kind], mark(cell, row.country, kind, query))
                for kind, cell in row.cells.items()
                if cell.agreement
            ],
        )
        for row in page.rows
    ]
    return show(
        question,
        "countries.html",
        "countries",
        api="countries/",
        toolbar=toolbar,
        pager=page,
        rows=rows,
    )


def _called(country: Country, words: str) -> bool:
    names = (
        f"{country.name}|{country.code}|{country.alpha2}|{country.official_name}|{country.aliases}"
    )
    return words in names.casefold()


@dataclass(frozen=True)
class TypeLine:
    """One type in a country's table: how it stands, in practice, and through what."""

    type: AgreementType
    mark: Mark
    since: str
    practice: str
    agreements: tuple[str, ...]
    cell: object


@dataclass(frozen=True)
class PromiseLine:
    """One promise in words."""

    promise: Promise
    mechanism: str
    enforceability: str
    live: str


@dataclass(frozen=True)
class KindLine:
    """One kind of promise, both directions in words, and how they compare."""

    kind: str
    given: list[PromiseLine]
    received: list[PromiseLine]
    label: str


_LABELS = {
    "mutual": "Mutual: both live, equally firm",
    "asymmetric": "Asymmetric: both live, not equally firm",
    "one_way": "One way",
    "none": "None live",
    "undetermined": "Undetermined: a side rests on what is not known",
}


def country_page(request, code: str):
    """A country's profile."""
    if code != code.upper():
        return redirect("country", code.upper(), permanent=True)
    question = Question(request, *CLOCKS)
    clocks = question.clocks
    toolbar = Toolbar(question, "When").clocks()
    known = reference(clocks.pin)
    if code not in known.countries:
        raise Http404(
            f"No country “{code[:20]}” in the registry. Countries go by ISO 3166-1 alpha-3."
        )
    country = known.countries[code]
    if question.faults:
        return refused(question, toolbar, "countries", country.name)
    profile = country_profile(clocks.pin, clocks.as_of, code, PRINCIPAL)
    claims = questions(profile.claims)
    signatories = Signatory.objects.filter(code__country=code).select_related("firm", "source")
    return show(
        question,
        "country.html",
        "countries",
        api=f"countries/{code}/",
        feed=f"/countries/{code}/changes.atom",
        toolbar=toolbar,
        country=country,
        profile=profile,
        is_principal=code == PRINCIPAL,
        verdict=verdict(profile, known),
        other_names=other_names(country),
        lines=type_lines(profile, known, clock_query(clocks)),
        timeline=timeline(
            ((_life_name(one), one.periods) for one in profile.arrangements),
            clocks.as_of,
            clocks.today,
        ),
        lives=[(one, period_rows(one.periods)) for one in profile.arrangements],
        kinds=[kind_line(kind) for kind in profile.reciprocity.kinds],
        signatories=list(signatories),
        disputed=[one for one in claims if one.disputed],
        undisputed=[one for one in claims if not one.disputed],
    )


def other_names(country: Country) -> list[str]:
    """Its official name and aliases, but for the one in the heading."""
    names = [country.official_name, *country.alias_list]
    return [name for name in dict.fromkeys(names) if name and name != country.name]


def _life_name(arrangement) -> str:
    through = f" through {arrangement.through.upper()}" if arrangement.through else ""
    return f"{arrangement.agreement.type.abbreviation}{through} · {arrangement.agreement.slug}"


def verdict(profile: CountryProfile, known: Reference) -> str:
    """The one line for a visitor with ten seconds."""
    said = []
    if not any(cell.agreement for cell in profile.cells.values()):
        said.append("No arrangement with the United States is recorded")
    for kind, cell in profile.cells.items():
        name = known.types[kind].abbreviation
        if cell.agreement:
            since = f" since {dates.display(cell.since)}" if cell.status == Status.IN_FORCE else ""
            words = words_of(cell)
            said.append(f"{name} {words[0].lower()}{words[1:]}{since}")
        elif kind == "sosa" and cell.certainty == "confirmed":
            said.append(f"{name}: none, confirmed by the list of {cell.basis_as_of}")
    for code in profile.codes:
        since = f" since {dates.display(code.since)}" if code.since else ""
        said.append(f"code of conduct {code.get_status_display().lower()}{since}")
    if not profile.codes and "sosa" in profile.in_force:
        said.append("no code of conduct recorded")
    return "; ".join(said)


def type_lines(profile: CountryProfile, known: Reference, query: str) -> list[TypeLine]:
    """Every type, whether or not the country has it: absence is a finding too."""
    return [
        TypeLine(
            type=kind,
            mark=mark(cell, profile.country.code, slug, query),
            since=cell.since if cell else "",
            practice=practice_words(cell),
            agreements=cell.agreements if cell else (),
            cell=cell,
        )
        for slug, kind in known.types.items()
        for cell in [profile.cells.get(slug)]
    ]


def kind_line(kind: KindOfPromise) -> KindLine:
    """One kind of promise in words."""
    return KindLine(
        Commitment.Kind(kind.kind).label,
        [_promise_line(promise) for promise in kind.a_to_b],
        [_promise_line(promise) for promise in kind.b_to_a],
        _LABELS[kind.label],
    )


def _promise_line(promise: Promise) -> PromiseLine:
    live = {True: "live", None: f"not known: {promise.waits_for}"}.get(promise.live)
    return PromiseLine(
        promise,
        Commitment.Mechanism(promise.mechanism).label,
        Commitment.Enforceability(promise.enforceability).label,
        live or f"not yet: {promise.waits_for}",
    )
