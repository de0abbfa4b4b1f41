"""Facets of a list: which values its rows have, and how many rows each would leave.

A facet is counted under every filter but its own, so that its numbers say what choosing another of
its values would give. For each value of each facet a process keeps the set of its rows
(`facet_sets`), so that counting under any filters is no work for the database.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr

from agreements.grading import GRADES, grade_expression
from agreements.lifecycle import FOREVER, Status
from agreements.models import Agreement, Standing
from partners.models import Citation, Membership
from sosa_registry.asking import Clocks

from .bits import Bits, Other, Sets, union
from .cells import NONE, NOT_RECORDED
from .facet_sets import NOTHING, Facet, Read, sets_for

Counts = dict[str, dict[str, int]]


def counted(
    facets: Iterable[Facet],
    rows: QuerySet,
    clocks: Clocks,
    chosen: dict[str, list[str]],
    left: Bits | None = None,
) -> tuple[Bits, Counts]:
    """Which rows there are, and how many each value of each facet has.

    No statement but those of `sets_for`.

    `chosen` are the values filtered by, of each facet that is; `left`, the rows that other filters
    leave, where there are any.
    """
    facets = list(facets)
    whole, sets = sets_for(facets, rows, clocks)
    if left is not None:
        whole &= left
    passing = {
        facet.name: union(sets[facet.name].get(value, 0) for value in _meant(facet, chosen))
        for facet in facets
        if chosen.get(facet.name)
    }
    found = {}
    for facet in facets:
        others = (bits for name, bits in passing.items() if name != facet.name)
        found[facet.name] = _numbers(facet, sets[facet.name], _common(whole, others))
    return _common(whole, passing.values()), found


def _common(whole: Bits, sets: Iterable[Bits]) -> Bits:
    for bits in sets:
        whole &= bits
    return whole


def _meant(facet: Facet, chosen: dict[str, list[str]]) -> Iterable[str]:
    """The values that fit what was chosen: of grades, the worst and all that are better."""
    values = chosen[facet.name]
    if not facet.in_order:
        return values
    return facet.in_order[: 1 + max(facet.in_order.index(value) for value in values)]


def _numbers(facet: Facet, sets: Sets, fits: Bits) -> dict[str, int]:
    found = {value: number for value, bits in sets.items() if (number := (bits & fits).bit_count())}
    if not facet.in_order:
        return found
    ordered = [value for value in facet.in_order if value in found]
    return {
        value: (union(sets[better] for better in ordered[: place + 1]) & fits).bit_count()
        for place, value in enumerate(ordered)
    }


def by(name: str, expression, *tables: str) -> Facet:
    """A facet of a column, or of any expression over one row and what it refers to in `tables`."""
    column = F(expression) if isinstance(expression, str) else expression
    rests_on: dict[str, str | None] = dict.fromkeys(tables)
    return Facet(name, lambda clocks: {name: column}, lambda found: found[name], rests_on)


def by_decade(name: str, column: str) -> Facet:
    """Rows by the decade of a day, as in 2010s."""
    return by(name, Concat(Substr(Cast(column, CharField()), 1, 3), Value("0s")))


def grades(clocks) -> Read:
    """Agreements by the grades of their sources."""
    cited = Citation.objects.filter(subject_kind=Agreement.record_kind).order_by()
    return {"": Other(cited.annotate(key=F("subject"), value=grade_expression("source__")))}


def by_best_grade(found: dict[str, Sets]) -> Sets:
    """The best grade alone."""
    best, better = {}, 0
    for grade in GRADES:
        best[grade] = found[""].get(grade, 0) & ~better
        better |= best[grade]
    return best


def standings(clocks: Clocks) -> Read:
    """Agreements by every status they possibly have on the day; and those that ever have one.

    An agreement's rows go on from its first day without a gap, the last for ever.
    """
    known = Standing.objects.filter(superseded_in__isnull=True)  # what an index is kept of
    known = known.order_by().annotate(key=F("agreement"))
    last = known.filter(certain_until=FOREVER).annotate(value=Value("ever"))
    on_day = known.possible_on(clocks.as_of).annotate(value=F("status"))
    return {"on day": Other(on_day, dated=True), "ever": Other(last)}


def turned(earlier: date, later: date) -> QuerySet:
    """Keys of the agreements with a standing that begins or ends after one day and by the other."""
    # Naming every status lets a database find them in its indexes.
    known = Standing.objects.filter(superseded_in__isnull=True, status__in=Status.values)
    begun = known.filter(possible_from__gt=earlier, possible_from__lte=later)
    ended = known.filter(possible_until__gt=earlier, possible_until__lte=later)
    return begun.order_by().values("agreement").union(ended.order_by().values("agreement"))


def by_standing(found: dict[str, Sets]) -> Sets:
    """Each status; apart, agreements that are not there yet or of which nothing is recorded."""
    stood, ever = found["on day"], union(found["ever"].values())
    return {**stood, NONE: ever & ~union(stood.values()), NOT_RECORDED: ~ever}


def partners(clocks: Clocks) -> Read:
    """Agreements by their partner, a country or a grouping; and who possibly is a member."""
    members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of).order_by()
    pairs = members.annotate(value=Concat("grouping", Value(" "), "country"))
    own = {"country": F("partner"), "grouping": F("partner_grouping")}
    return {**own, "members": Other(pairs, keyed=False, dated=True)}


def by_grouping(found: dict[str, Sets]) -> Sets:
    """Agreements with a possible member of a grouping on the day, or with it as a whole."""
    made = dict(found["grouping"])
    for pair in found["members"]:
        grouping, country = pair.split(" ")
        made[grouping] = made.get(grouping, 0) | found["country"].get(country, 0)
    return made


STANDING = Facet(
    "status", standings, by_standing, {"events": "agreement"}, dated=True, turned=turned
)
GROUPING = Facet("grouping", partners, by_grouping, {"memberships": NOTHING}, dated=True)
BEST_GRADE = Facet(
    "min_grade", grades, by_best_grade, {"citations": "subject", "sources": None}, in_order=GRADES
)
