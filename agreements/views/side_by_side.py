"""Two to four countries side by side; an answer that differs from the first's says so in words."""

from dataclasses import dataclass

from django.shortcuts import redirect

from agreements.analysis.codes import CodeStage
from agreements.analysis.reference import Reference, reference
from agreements.analysis.side_by_side import (
    FEWEST,
    MOST,
    SideBySide,
    differs,
    side_by_side,
    standing_of,
)
from sosa_registry.asking import BadParameter, some_of
from sosa_registry.pages import CLOCKS, Question, Toolbar, clock_query, refused, show

from .compare import comparisons
from .marks import Mark, mark

_STAGES = {True: "In place", None: "Not known"}


@dataclass(frozen=True)
class Answer:
    """One country's answer on one line: words, since when, and whether it differs."""

    mark: Mark | None
    words: str
    since: str
    differs: bool


@dataclass(frozen=True)
class Line:
    """One line of the comparison: what it is about, and each country's answer."""

    name: str
    url: str
    differs: bool
    answers: list[tuple[str, Answer]]


def countries_side_by_side(request):
    """The comparison; with fewer than two countries, the form alone."""
    question = Question(request, *CLOCKS, "c", "add")
    clocks = question.clocks
    known = reference(clocks.pin)
    asked = question.read(read_countries, "c", known) or []
    added = question.choice("add", known.countries)
    names = [(code, known.name(code)) for code in known.country_order(known.countries)]
    toolbar = (
        Toolbar(question, "Which countries", submit="Compare")
        .clocks()
        .input("c", f"Countries, {FEWEST} to {MOST}", placeholder="AUS, CAN, GBR")
        .select("add", "Add one", "Choose", names)
    )
    if added and added not in asked and len(asked) == MOST:
        question.fault("add", f"Allowed: {MOST} countries. Leave one out first.")
    if question.faults:
        return refused(question, toolbar, "compare", "Compare countries")
    if added:
        together = ",".join(dict.fromkeys([*asked, added]))
        return redirect(request.path + question.address(c=together, add=None))
    found = None
    if len(asked) >= FEWEST:
        found = side_by_side(clocks.pin, clocks.as_of, asked)
    api = question.address(c=None, add=None, countries=",".join(asked))
    return show(
        question,
        "side_by_side.html",
        "compare",
        api=f"side-by-side/{api}" if found else "",
        feed="/compare/countries/changes.atom" if found else "",
        toolbar=toolbar,
        views=comparisons(question),
        asked=[(code, known.name(code)) for code in asked],
        parts=_parts(found, known, clock_query(clocks)) if found else [],
    )


def read_countries(name: str, text: str, known: Reference) -> list[str]:
    """Countries by code, name or alias, separated by commas. Raises BadParameter."""
    called = ",".join(known.code_of(part) for part in text.split(","))
    found = some_of(name, called, known.countries)
    if len(found) > MOST:
        raise BadParameter(name, f"{len(found)} countries. Allowed: {FEWEST} to {MOST}.")
    return found


def _parts(found: SideBySide, known: Reference, query: str) -> list[tuple[str, list[Line]]]:
    """The lines under their headings."""
    names = [known.name(country) for country in found.countries]
    types = [
        _line(
            known.types[kind].abbreviation,
            f"/types/{kind}/{query}",
            names,
            [standing_of(cell) for cell in cells],
            [
                (shown, shown.words, cell.since if cell else "")
                for country, cell in zip(found.countries, cells, strict=True)
                for shown in [mark(cell, country, kind, query)]
            ],
        )
        for kind, cells in found.types.items()
    ]
    codes = _line(
        "Code of conduct",
        f"/codes/{query}",
        names,
        [code and code.in_place for code in found.codes],
        [(None, *_stage(code)) for code in found.codes],
    )
    groupings = [
        _line(
            known.groupings[slug].name,
            f"/groupings/{slug}/{query}",
            names,
            belongs,
            [(None, words, "") for words in belongs],
        )
        for slug, belongs in found.groupings.items()
    ]
    return [("Arrangements", [*types, codes]), ("Groupings", groupings)]


def _line(name: str, url: str, names: list[str], said: list, shown: list[tuple]) -> Line:
    apart = differs(said)
    answers = [Answer(*parts, other) for parts, other in zip(shown, apart, strict=True)]
    return Line(name, url, any(apart), list(zip(names, answers, strict=True)))


def _stage(code: CodeStage | None) -> tuple[str, str]:
    """A code of conduct in words, and since when."""
    if code is None:
        return "None recorded", ""
    words = _STAGES.get(code.in_place) or code.waits_for.capitalize()
    return words, code.since
