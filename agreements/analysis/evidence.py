"""How do we know: for any record, the sources behind it and the claims about it, summed up.

`summaries` serves lists: two statements for a page of records, three for an earlier state. Claims
that agree support too, but the grade and the number of sources count what the record itself rests
on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from agreements.grading import best, grade_of, grades_at
from agreements.models import Claim
from partners.models import Citation, Source


@dataclass(frozen=True)
class Evidence:
    """Grade of the best supporting source, how many there are, how many claims disagree."""

    grade: str
    sources: int
    conflicts: int


@dataclass
class Claimed:
    """What sources say of one property, by their stance, beside one another."""

    property: str
    agrees: list[Claim] = field(default_factory=list)
    qualifies: list[Claim] = field(default_factory=list)
    disagrees: list[Claim] = field(default_factory=list)

    @property
    def yes(self) -> int:
        """How many sources say that it is so, for a property such as has_sosa."""
        return len(self.said_by.get("yes", ()))

    @property
    def no(self) -> int:
        """How many sources say that it is not so."""
        return len(self.said_by.get("no", ()))

    @property
    def said_by(self) -> dict[str, set[str]]:
        """Who says what."""
        return said_by([*self.agrees, *self.qualifies, *self.disagrees])


def said_by(claims: Iterable[Claim]) -> dict[str, set[str]]:
    """The sources behind each thing said; “yes (listed as partner)” is a yes."""
    found: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        plain = claim.value.split(" (")[0]
        found[plain if plain in {"yes", "no"} else claim.value].add(claim.source_id)
    return found


def summaries(
    revision: int | None,
    record_kind: str,
    keys: Iterable[str],
    own: dict[str, Source] | None = None,
) -> dict[str, Evidence]:
    """The evidence behind each record of a kind, as known at a revision (None: now).

    `own`: the source that a record names in a column of its own, where it does.
    """
    keys = list(keys)
    grades: dict[str, dict[str, str]] = defaultdict(dict)
    cited = _known(Citation, revision).filter(subject_kind=record_kind, subject__in=keys)
    columns = ("subject", "source_id", "source__kind", "source__tier")
    if revision is None:
        rested = list(cited.order_by().values_list(*columns))
        rested += [(key, one.slug, one.kind, one.tier) for key, one in (own or {}).items()]
        for key, source, kind, tier in rested:
            grades[key][source] = grade_of(kind, tier)
    else:
        rested = list(cited.order_by().values_list(*columns[:2]))
        rested += [(key, one.slug) for key, one in (own or {}).items()]
        graded = grades_at(revision, {source for _, source in rested})
        for key, source in rested:
            grades[key][source] = graded[source]
    claims = _known(Claim, revision).filter(
        subject_kind=record_kind, subject__in=keys, stance=Claim.Stance.DISAGREES
    )
    against = Counter(claims.order_by().values_list("subject", flat=True))
    return {
        key: Evidence(best(grades[key].values()), len(grades[key]), against[key]) for key in keys
    }


@dataclass(frozen=True)
class RecordEvidence:
    """How we know one record: its citations, the claims about it, and the sum of both."""

    evidence: Evidence
    citations: list[Citation]
    claims: list[Claimed]


def of_record(revision: int | None, record_kind: str, key: str) -> RecordEvidence:
    """The evidence behind one record, as known at a revision (None: now). Five statements."""
    cited = _known(Citation, revision).filter(subject_kind=record_kind, subject=key)
    claims = _known(Claim, revision).filter(subject_kind=record_kind, subject=key)
    return RecordEvidence(
        summaries(revision, record_kind, [key])[key],
        list(cited.select_related("source").order_by("position", "source_id", "locator")),
        by_property(claims.select_related("source").order_by("slug")),
    )


def _known(model, revision: int | None):
    return model.objects.all() if revision is None else model.ever.known_at(revision)


def by_property(claims: Iterable[Claim]) -> list[Claimed]:
    """Claims grouped by what they are about, stances apart, those with disagreement first."""
    found: dict[str, Claimed] = {}
    for claim in claims:
        made = found.setdefault(claim.property, Claimed(claim.property))
        getattr(made, claim.stance).append(claim)
    return sorted(found.values(), key=lambda made: (not made.disagrees, made.property))
