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
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat, ExtractYear, Mod

from agreements.grading import GRADES, grade_expression
from agreements.models import Agreement, Standing
from partners.models import Citation, Membership
from sosa_registry.asking import Clocks

from .cells import NONE, NOT_RECORDED

Parts = Callable[[QuerySet, Clocks | None], list[QuerySet]]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Facet:
    """One filter whose values are counted. `parts` gives querysets of `value` and `n` from rows.

    One of grades at the least gives querysets of the grade of each row.
    """

    name: str
    parts: Parts
    at_least: bool = False


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
        if value and number:
            found[name][value] = found[name].get(value, 0) + number
    for facet in facets:
        if facet.at_least:
            found[facet.name] = _summed(_added_up(facet.parts(narrowed(facet.name), clocks)))
    return found


def by(expression) -> Parts:
    """Rows by a column, or by any expression over one row."""
    column = F(expression) if isinstance(expression, str) else expression

    def parts(rows, clocks):
        return [_grouped(rows, Cast(column, CharField()))]

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
    """Agreements by every status they possibly have on the day; apart: not yet, not recorded."""
    known = Standing.objects.known_at(clocks.revision).order_by()
    on_day = known.possible_on(clocks.as_of)
    held = on_day
    if rows.query.where:
        held = on_day.filter(agreement__in=rows.order_by().values("slug"))
    own = Q(agreement=OuterRef("slug"))
    absent, recorded = rows.filter(~Exists(on_day.filter(own))), Exists(known.filter(own))
    return [
        held.values(value=Cast("status", CharField())).annotate(
            n=Count("agreement", distinct=True)
        ),
        _grouped(absent.filter(recorded), Value(NONE, CharField())),
        _grouped(absent.exclude(recorded), Value(NOT_RECORDED, CharField())),
    ]


def by_grouping(rows, clocks: Clocks) -> list[QuerySet]:
    """Agreements by the groupings of which their partner is a possible member, or which it is."""
    members = Membership.ever.known_at(clocks.revision).possible_on(clocks.as_of).order_by()
    inside = members.filter(country__agreements_as_partner__in=rows.order_by().values("pk"))
    return [
        inside.values(value=Cast("grouping_id", CharField())).annotate(
            n=Count("country__agreements_as_partner", distinct=True)
        ),
        _grouped(rows, Cast("partner_grouping_id", CharField())),
    ]


def _grouped(rows: QuerySet, expression) -> QuerySet:
    return rows.order_by().values(value=expression).annotate(n=Count("pk"))


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
