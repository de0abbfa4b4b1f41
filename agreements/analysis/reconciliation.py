"""Each published list and stated count against the registry's own standing at the list's date.

Direct agreements are compared; what a grouping's agreement would add is shown apart. Lists are
walked in the order of their dates while countries enter and leave, so the work grows with lists and
agreements, not with their product. Nine statements, nothing stored, no job to run.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from agreements.lifecycle import DAWN, FOREVER
from agreements.models import ListEntry, PublishedList, Standing
from partners.models import Membership
from sosa_registry.ledger.lasting import Lasting, lasting
from sosa_registry.ledger.reading import Pin

AGREES, UNSETTLED, CONFLICTS = "agrees", "unsettled", "conflicts"
VERDICTS = (AGREES, UNSETTLED, CONFLICTS)
_RESTS_ON = ("agreements", "events", "memberships", "published_lists", "published_list_entries")


@dataclass(frozen=True)
class Reconciled:
    """One list's verdict, with the countries that make it."""

    list: str
    type: str
    grouping: str
    as_of: str
    kind: str
    source: str
    exhaustive: bool
    verdict: str
    only_in_list: list[str]
    only_in_registry: list[str]
    unsettled: list[str]
    through_groupings: list[str]
    stated_count: int | None
    computed_count: int
    possible_count: int
    explanation: str | None


class _Stretch(NamedTuple):
    """From a day until before another, a country is certainly or possibly in."""

    country: str
    certain: tuple[date, date]
    possible: tuple[date, date]

    def within(self, other: "_Stretch") -> "_Stretch":
        """This stretch, as far as the other lasts too, for this one's country."""
        return _Stretch(
            self.country,
            _overlap(self.certain, other.certain),
            _overlap(self.possible, other.possible),
        )


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> tuple[date, date]:
    return max(one[0], other[0]), min(one[1], other[1])


def reconcile(
    pinned: Pin,
    *,
    types: Iterable[str] = (),
    source: str = "",
    verdict: str = "",
    slugs: Iterable[str] = (),
) -> list[Reconciled]:
    """Every list that fits, newest first. A list's day, if imprecise, is the last it can be.

    All lists are judged together, once for each state of the tables they rest on; one, alone.
    """
    slugs, wanted = tuple(slugs), set(types)
    found = _judged_all(pinned, slugs) if slugs else _kept(lasting(pinned, _RESTS_ON))
    return [
        made
        for made in found
        if (not wanted or wanted & set(made.type.split(";")))
        and (not source or made.source == source)
        and (not verdict or made.verdict == verdict)
    ]


@lru_cache(maxsize=2)
def _kept(asked: Lasting) -> list[Reconciled]:
    return _judged_all(asked.pinned, ())


def _judged_all(pinned: Pin, slugs: tuple[str, ...]) -> list[Reconciled]:
    lists = PublishedList.ever.known_at(pinned.revision).order_by("as_of_latest", "slug")
    lists = list(lists.filter(slug__in=slugs) if slugs else lists)
    named = _entries(pinned, [made.slug for made in lists])
    memberships = _memberships(pinned)
    direct, grouped = _standing(pinned, lists, memberships)
    found = []
    for key, mine in _by_subject(lists).items():
        found += _walk(mine, named, *_stretches(key, direct, grouped, memberships))
    return sorted(found, key=lambda made: (made.as_of, made.list), reverse=True)


def _entries(pinned: Pin, slugs: list[str]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = defaultdict(set)
    rows = ListEntry.ever.known_at(pinned.revision).order_by()
    wanted = set(slugs)
    for slug, country in rows.values_list("list__slug", "country_id"):
        if slug in wanted:
            named[slug].add(country)
    return named


def _memberships(pinned: Pin) -> dict[str, list[_Stretch]]:
    found = defaultdict(list)
    for row in Membership.ever.known_at(pinned.revision):
        gone = row.left_earliest or (DAWN if row.left else FOREVER)
        found[row.grouping_id].append(
            _Stretch(
                row.country_id,
                (row.joined_latest or FOREVER, gone),
                (row.joined_earliest or DAWN, row.left_latest or FOREVER),
            )
        )
    return found


def _standing(pinned: Pin, lists, memberships):
    """Stretches in force by (principal, type): with the country itself, and through groupings."""
    types = {slug for made in lists for slug in made.types}
    direct, grouped = defaultdict(list), defaultdict(list)
    if not types:
        return direct, grouped
    rows = Standing.objects.known_at(pinned.revision).of_types(types).in_force().order_by()
    rows = rows.filter(principal__in={made.principal_id for made in lists})
    columns = ("principal", "type", "partner", "partner_grouping")
    days = ("certain_from", "certain_until", "possible_from", "possible_until")
    for row in rows.values_list(*columns, *days):
        principal, kind, partner, grouping, sure_from, sure_until, may_from, may_until = row
        stretch = _Stretch(partner, (sure_from, sure_until), (may_from, may_until))
        if not grouping:
            direct[principal, kind].append(stretch)
            continue
        grouped[principal, kind] += [
            member.within(stretch)
            for member in memberships[grouping]
            if member.country != principal
        ]
    return direct, grouped


def _by_subject(lists) -> dict[tuple, list[PublishedList]]:
    """Lists that are answered from the same stretches, together."""
    found = defaultdict(list)
    for made in lists:
        found[made.principal_id, made.grouping_id, tuple(made.types)].append(made)
    return found


def _stretches(key, direct, grouped, memberships):
    principal, grouping, types = key
    if grouping:
        return [m for m in memberships[grouping] if m.country != principal], []
    return (
        [stretch for kind in types for stretch in direct[principal, kind]],
        [stretch for kind in types for stretch in grouped[principal, kind]],
    )


class _Sweep:
    """Who is in on a day that only moves forward: counts per country, kept as days pass."""

    def __init__(self, spans: Iterable[tuple[str, tuple[date, date]]]):
        steps = []
        for country, (start, end) in spans:
            if start < end:
                steps += [(start, 1, country), (end, -1, country)]
        self.steps, self.place, self.counts = sorted(steps), 0, Counter()

    def on(self, day: date) -> set[str]:
        """Every country that is in on that day."""
        while self.place < len(self.steps) and self.steps[self.place][0] <= day:
            _, change, country = self.steps[self.place]
            self.counts[country] += change
            if not self.counts[country]:
                del self.counts[country]
            self.place += 1
        return set(self.counts)


def _walk(lists, named, direct: list[_Stretch], grouped: list[_Stretch]) -> Iterator[Reconciled]:
    certain = _Sweep((s.country, s.certain) for s in direct)
    possible = _Sweep((s.country, s.possible) for s in direct)
    through = _Sweep((s.country, s.certain) for s in grouped)
    for made in lists:
        day = made.as_of_latest
        sure, may = certain.on(day), possible.on(day)
        yield _judged(made, named[made.slug], sure, may - sure, through.on(day) - sure)


def _judged(made: PublishedList, named: set, sure: set, may: set, through: set) -> Reconciled:
    exhaustive = made.exhaustive == "yes"
    only_in_list = named - sure - may
    only_in_registry = sure - named if exhaustive else set()
    unsettled = may if exhaustive else named & may
    verdict = AGREES
    if unsettled:
        verdict = UNSETTLED
    if only_in_list or only_in_registry:
        verdict = CONFLICTS
    if made.stated_count is not None:
        verdict = max(verdict, _count(made.stated_count, len(sure), len(may)), key=VERDICTS.index)
    return Reconciled(
        list=made.slug,
        type=made.type,
        grouping=made.grouping_id or "",
        as_of=made.as_of,
        kind=made.kind,
        source=made.source_id,
        exhaustive=exhaustive,
        verdict=verdict,
        only_in_list=sorted(only_in_list),
        only_in_registry=sorted(only_in_registry),
        unsettled=sorted(unsettled),
        through_groupings=sorted(through),
        stated_count=made.stated_count,
        computed_count=len(sure),
        possible_count=len(may),
        explanation=made.explanation or None,
    )


def _count(stated: int, certain: int, possible: int) -> str:
    """Unsettled iff certain <= stated <= certain + possible and these differ."""
    if certain <= stated <= certain + possible:
        return UNSETTLED if possible else AGREES
    return CONFLICTS
