"""How evidence is shown: claims gathered by what they are about, and where each record's page is.

Used by every page that shows claims, citations or versions.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from agreements.analysis.evidence import said_by
from agreements.models import Claim, Event

_PAGES = {
    "country": "countries",
    "agreement": "agreements",
    "agreement_type": "types",
    "grouping": "groupings",
    "code": "codes",
    "firm": "firms",
    "source": "sources",
    "invocation": "invocations",
}


@dataclass(frozen=True)
class Tally:
    """One value that sources give, how many of them, and how it stands to the registry."""

    value: str
    sources: int
    stance: str
    claims: list[Claim]


@dataclass(frozen=True)
class Question:
    """One property of one record, as sources answer it."""

    subject: str
    property: str
    url: str
    tallies: list[Tally]
    disputed: bool
    contradicted: bool

    @property
    def summary(self) -> str:
        """“8 sources say yes, 4 say no”, counted from the claims."""
        sources = said_by(claim for tally in self.tallies for claim in tally.claims)
        parts = []
        for said, who in sorted(sources.items(), key=lambda pair: -len(pair[1])):
            noun = "" if parts else (" source" if len(who) == 1 else " sources")
            parts.append(f"{len(who)}{noun} {'says' if len(who) == 1 else 'say'} {said}")
        return ", ".join(parts)


def questions(claims: Iterable[Claim]) -> list[Question]:
    """Claims by the property they are about; those in which a source disagrees come first."""
    by_subject: dict[tuple, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_subject[claim.subject_kind, claim.subject, claim.property].append(claim)
    made = [_question(*about, rows) for about, rows in by_subject.items()]
    return sorted(made, key=lambda one: (not one.contradicted, not one.disputed))


def _question(kind: str, subject: str, name: str, claims: list[Claim]) -> Question:
    by_value: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_value[claim.value].append(claim)
    tallies = [
        Tally(
            value,
            len({claim.source_id for claim in rows}),
            " and ".join(sorted({claim.get_stance_display().lower() for claim in rows})),
            rows,
        )
        for value, rows in by_value.items()
    ]
    stances = {claim.stance for claim in claims}
    return Question(
        subject,
        name.replace("_", " "),
        url_of(kind, subject),
        sorted(tallies, key=lambda tally: -tally.sources),
        disputed=stances != {Claim.Stance.AGREES},
        contradicted=Claim.Stance.DISAGREES in stances,
    )


def url_of(kind: str, key: str, agreements: dict[str, str] | None = None) -> str:
    """The page of a record, by its kind and natural key; empty for one without a page."""
    if kind == "event":
        agreement = (agreements or {}).get(key)
        return f"/agreements/{agreement}/#{key}" if agreement else ""
    return f"/{_PAGES[kind]}/{key}/" if kind in _PAGES else ""


def agreements_of_events(keys: Iterable[str]) -> dict[str, str]:
    """The agreement of each event. One statement, however many."""
    return dict(Event.objects.filter(slug__in=set(keys)).values_list("slug", "agreement_id"))
