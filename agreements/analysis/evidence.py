"""How do we know: for any record, the sources behind it and the claims about it, summed up.

`supported` serves lists: one statement for a page of records. Claims that agree support too, but
the grade and the number of sources count what the record itself rests on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from agreements.grading import best, grade_of, sources_at
from agreements.models import Claim
from partners.models import Citation, Source
from sosa_registry.ledger.together import Given, Together


@dataclass
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


@dataclass
class Supported:
    """What a page of records rests on: the evidence of each, and what each cites as a whole."""

    evidence: dict[str, Evidence]
    cited: dict[str, list[str]]  # by record, the sources of the whole of it, in order


def _questions(cited: QuerySet, claims: QuerySet) -> dict[str, QuerySet]:
    about = {"subject_kind": Given("kind"), "subject__any_of": Given("keys")}
    columns = ("subject", "source_id", "locator")
    return {
        "cited": cited.filter(**about).order_by("position", "source_id").values_list(*columns),
        "against": claims.filter(**about, stance=Claim.Stance.DISAGREES)
        .order_by()
        .values_list("subject"),
    }


def asked_now() -> dict[str, QuerySet]:
    """What the present records `keys` of a `kind` cite, and which claims disagree with them."""
    asked = _questions(Citation.objects, Claim.objects)
    columns = ("subject", "source_id", "locator", "source__kind", "source__tier")
    return asked | {"cited": asked["cited"].values_list(*columns)}


def _asked_then() -> dict[str, QuerySet]:
    revision = Given("revision")
    asked = _questions(Citation.ever.known_at(revision), Claim.ever.known_at(revision))
    # What a source is graded by may have changed since, and the source may be gone.
    known = sources_at(revision)
    named = asked["cited"].order_by().values("source_id")
    return asked | {
        "graded": known.filter(key__in=named),
        "graded_own": known.filter(key__any_of=Given("own")),
    }


_NOW, _THEN = Together(asked_now), Together(_asked_then)


def summaries(
    revision: int | None,
    record_kind: str,
    keys: Iterable[str],
    own: dict[str, Source] | None = None,
) -> dict[str, Evidence]:
    """The evidence behind each record of a kind, as known at a revision (None: now).

    `own`: the source that a record names in a column of its own, where it does.
    """
    return supported(revision, record_kind, keys, own).evidence


def supported(
    revision: int | None,
    record_kind: str,
    keys: Iterable[str],
    own: dict[str, Source] | None = None,
) -> Supported:
    """The evidence behind each record, and the sources that it cites as a whole. One statement."""
    keys, own = list(keys), own or {}
    if revision is None:
        return supported_now(keys, _NOW.ask(kind=record_kind, keys=keys), own)
    grades: dict[str, dict[str, str]] = {key: {} for key in keys}
    cited: dict[str, list[str]] = {key: [] for key in keys}
    slugs = sorted({one.slug for one in own.values()})
    found = _THEN.ask(kind=record_kind, keys=keys, revision=revision, own=slugs)
    stood = [*found["graded"], *found["graded_own"]]
    graded = {source: grade_of(kind, tier) for source, kind, tier in stood}
    for key, source, locator in found["cited"]:
        grades[key][source] = graded[source]
        if not locator:
            cited[key].append(source)
    for key, one in own.items():
        grades[key][one.slug] = graded[one.slug]
    return _summed(grades, cited, found["against"])


def supported_now(
    keys: Iterable[str], found: dict[str, list[list]], own: dict[str, Source]
) -> Supported:
    """The same of present records, from the answer to `asked_now`."""
    grades: dict[str, dict[str, str]] = {key: {} for key in keys}
    cited: dict[str, list[str]] = {key: [] for key in grades}
    for key, source, locator, kind, tier in found["cited"]:
        grades[key][source] = grade_of(kind, tier)
        if not locator:
            cited[key].append(source)
    for key, one in own.items():
        grades[key][one.slug] = grade_of(one.kind, one.tier)
    return _summed(grades, cited, found["against"])


def _summed(grades: dict, cited: dict, disagreeing: list[list]) -> Supported:
    against = Counter(key for (key,) in disagreeing)
    made = {
        key: Evidence(best(given.values()), len(given), against[key])
        for key, given in grades.items()
    }
    return Supported(made, cited)


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
