"""Gaps: of some countries and types, who lacks what, and which one addition closes most gaps.

A gap is a country that has no arrangement of a type, certain, possible or assumed: what coverage
calls missing. An addition is one arrangement more, with a country (closing one gap) or with a
grouping (closing those of its certain members). Only a body can sign, so designations and
somebody's opinion are no candidates.

The ranking is exact: each addition is judged alone. The plan is greedy: at each step the addition
that closes most of what remains. Where groupings overlap, two additions chosen together may close
more than the plan's first two; each step is the best single one all the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from partners.models import Grouping
from sosa_registry.ledger.reading import Pin

from .coverage import Coverage, covered_by
from .matrix import Matrix, matrix, members_on
from .reference import reference

CANNOT_SIGN = {Grouping.Kind.DESIGNATION, Grouping.Kind.ANALYTIC}
LONGEST_PLAN = 8


@dataclass(frozen=True)
class Addition:
    """One arrangement more: with whom, of which type, and the countries whose gap it closes."""

    party: str
    type: str
    is_grouping: bool
    closes: tuple[str, ...]


@dataclass(frozen=True)
class Gaps:
    """Coverage by type, the additions that close a gap, best first, and a plan of several."""

    found: Matrix
    coverages: dict[str, Coverage]
    ranking: list[Addition]
    plan: list[Addition]

    @property
    def open(self) -> int:
        """How many gaps there are."""
        return sum(len(one.missing) for one in self.coverages.values())


def gaps(
    pinned: Pin,
    as_of: date,
    *,
    types: list[str],
    grouping: str = "",
    countries: Collection[str] | None = None,
    assume: Iterable[tuple[str, str]] = (),
    principal: str = "USA",
) -> Gaps:
    """The gaps of a grouping's members or of these countries. The statements of a matrix and one.

    `assume` names a country or a grouping, and a type.
    """
    found = matrix(
        pinned, as_of, principal=principal, types=types, grouping=grouping, countries=countries
    )
    bodies = [
        slug for slug, made in reference(pinned).groupings.items() if made.kind not in CANNOT_SIGN
    ]
    assume = list(assume)
    named = {party for party, _ in assume} & set(reference(pinned).groupings)
    members = members_on(pinned, as_of, {*bodies, *named})
    reach = {slug: members[slug].certain - {principal} for slug in members}
    had = [(country, kind) for party, kind in assume for country in reach.get(party, {party})]
    coverages = {kind: covered_by(found, grouping, [kind], had) for kind in found.types}
    missing = {kind: one.missing for kind, one in coverages.items()}
    reach = {slug: reach[slug] for slug in bodies}
    return Gaps(found, coverages, ranked(missing, reach), planned(missing, reach))


def ranked(
    missing: Mapping[str, Collection[str]], reach: Mapping[str, Collection[str]]
) -> list[Addition]:
    """Every addition that closes a gap, those that close most first. Pure.

    `missing`: by type, the countries that lack it, in order. `reach`: by grouping, its members.
    Equals are in the order of types; the agreement with one country before that with a grouping.
    """
    made = [
        Addition(country, kind, False, (country,))
        for kind, lacking in missing.items()
        for country in lacking
    ]
    for kind, lacking in missing.items():
        for slug, members in reach.items():
            if closes := tuple(country for country in lacking if country in members):
                made.append(Addition(slug, kind, True, closes))
    return sorted(made, key=lambda one: -len(one.closes))


def planned(
    missing: Mapping[str, Collection[str]],
    reach: Mapping[str, Collection[str]],
    most: int = LONGEST_PLAN,
) -> list[Addition]:
    """Additions one after another, each the best once those before it are made. Pure."""
    left = {kind: list(lacking) for kind, lacking in missing.items()}
    plan = []
    while len(plan) < most and (best := next(iter(ranked(left, reach)), None)):
        plan.append(best)
        left[best.type] = [country for country in left[best.type] if country not in best.closes]
    return plan
