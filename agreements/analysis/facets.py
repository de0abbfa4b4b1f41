"""Facets of a list: which values its rows have, and how many rows each would leave.

A facet is counted under every filter but its own, so that its numbers say what choosing another of
its values would give. One statement for the facets of a page, and one for a grade at the least.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import (
    CharField,
    Count,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat, ExtractYear, Mod

from agreements.grading import GRADES, grade_expression
from agreements.lifecycle import FOREVER
from agreements.models import Agreement, Standing
from partners.models import Citation, Membership
from sosa_registry.asking import Clocks

from .cells import NONE, NOT_RECORDED

Parts = Callable[[QuerySet, Clocks | None], list[QuerySet]]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Facet:
    """One filter whose values are counted. `parts` gives querysets of `value` and `n` from rows.

    One of grades at the least gives querysets of the grade of each row. `tables` are those that its
    numbers rest on while nothing is filtered; `dated`, whether they are of a day.
    """

    name: str
    parts: Parts
    tables: tuple[str, ...]
    at_least: bool = False
    dated: bool = False


def counted(
    facets: list[Facet], narrowed: Callable[[str], QuerySet], clocks: Clocks | None = None
) -> Counts:
    """How many rows each value of each facet has. `narrowed`: the rows without one filter."""
    found: Counts = {facet.name: {} for facet in facets}
    parts = [
        part.annotate(facet=Value(facet.name, CharField())).values_list("facet", "value", "n")
        for facet in facets
        if not facet.at_least
        for part in facet.parts(narrowed(facet.name), clocks)
    ]
    for name, value, number in parts[0].union(*parts[1:], all=True) if parts else ():
        if value:
            found[name][value] = found[name].get(value, 0) + number
    found = {name: {v: n for v, n in numbers.items() if n} for name, numbers in found.items()}
    for facet in facets:
        if facet.at_least:
            found[facet.name] = _summed(_added_up(facet.parts(narrowed(facet.name), clocks)))
    return found


def by(expression) -> Parts:
    """Rows by a column, or by any expression over one row."""
    column = F(expression) if isinstance(expression, str) else expression

    def parts(rows, clocks):
        return [_grouped(rows, column)]

    return parts


def by_decade(column: str) -> Parts:
    """Rows by the decade of a day, as in 2010s."""
    year = ExtractYear(column)
    first = Cast(year - Mod(year, 10), IntegerField())  # SQLite's remainder is no whole number
    return by(Concat(Cast(first, CharField()), Value("s")))


def by_best_grade(rows, clocks) -> list[QuerySet]:
    """The best grade of each agreement's sources, an agreement a row; `counted` adds them up.

    From the citations: a subquery for each agreement would be far dearer.
    """
    cited = Citation.objects.filter(subject_kind=Agreement.record_kind).order_by()
    if rows.query.where:
        cited = cited.filter(subject__in=rows.order_by().values("slug"))
    best = cited.values("subject").annotate(best=Min(grade_expression("source__")))
    return [best.values_list("best")]


def by_own_grade(rows, clocks) -> list[QuerySet]:
    """Sources by the grade that they give."""
    return [_grouped(rows, grade_expression())]


def by_standing(rows, clocks: Clocks) -> list[QuerySet]:
    """Agreements by every status they possibly have on the day; apart: not yet, not recorded.

    Counted without looking for each agreement. What is certain on a day is the only row of its
    agreement that day, so only the few that are uncertain are told apart. An agreement's rows go on
    from its first day without a gap, the last for ever: whoever has a last row and none on the day
    is not there yet.
    """
    known = Standing.objects.order_by()
    if clocks.known_at:
        known = known.known_at(clocks.revision)
    else:
        known = known.filter(superseded_in__isnull=True)  # what an index is kept of
    if rows.query.where:
        known = known.filter(agreement__in=rows.order_by().values("slug"))
    last = known.filter(certain_until=FOREVER)
    certain = known.certain_on(clocks.as_of)
    uncertain = known.possible_on(clocks.as_of).filter(
        Q(certain_from__gt=clocks.as_of) | Q(certain_until__lte=clocks.as_of)
    )
    several = Count("agreement", distinct=True)
    return [
        _grouped(certain, F("status")),
        uncertain.values(value=F("status")).annotate(n=several),
        _grouped(last, Value(NONE, CharField())),
        _less(certain, NONE, Count("*")),
        _less(uncertain, NONE, several),
        _grouped(rows, Value(NOT_RECORDED, CharField())),
        _less(last, NOT_RECORDED, Count("*")),
    ]


def by_grouping(rows, clocks: Clocks) -> list[QuerySet]:
    """Agreements by the groupings of which their partner is a possible member, or which it is."""
    members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of).order_by()
    inside = members.filter(country__agreements_as_partner__isnull=False)
    if rows.query.where:
        inside = members.filter(country__agreements_as_partner__in=rows.order_by().values("pk"))
    several = Count("country__agreements_as_partner", distinct=True)
    return [
        inside.values(value=F("grouping_id")).annotate(n=several),
        _grouped(rows, F("partner_grouping_id")),
    ]


def _grouped(rows: QuerySet, expression) -> QuerySet:
    """Rows by a value. A bare column and a bare count are read from an index alone."""
    return rows.order_by().values(value=expression).annotate(n=Count("*"))


def _less(rows: QuerySet, value: str, number) -> QuerySet:
    """So many less have this value."""
    counted = rows.order_by().values(value=Value(value, CharField()))
    return counted.annotate(n=Value(0) - number)


def _added_up(parts: list[QuerySet]) -> dict[str, int]:
    """How many rows these querysets of one value have of each. One statement a queryset."""
    found: dict[str, int] = {}
    for part in parts:
        try:
            sql, params = part.query.sql_with_params()
        except EmptyResultSet:
            continue
        with connections[part.db].cursor() as cursor:
            cursor.execute(f"SELECT best, COUNT(*) FROM ({sql}) AS one GROUP BY best", params)
            for value, number in cursor.fetchall():
                found[value] = found.get(value, 0) + number
    return found


def _summed(exact: dict[str, int]) -> dict[str, int]:
    """Of grades: how many rows are at least so good."""
    found, total = {}, 0
    for grade in GRADES:
        total += exact.get(grade, 0)
        if exact.get(grade):
            found[grade] = total
    return found
