"""Facets of a list: which values its rows have, and how many rows each would leave.

A facet is counted under every filter but its own, so that its numbers say what choosing another of
its values would give. One statement for all facets of a page, however many rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import CharField, Count, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Concat, ExtractYear, Mod

from agreements.grading import GRADES, best_cited, grade_expression
from agreements.models import Standing
from partners.models import Membership
from sosa_registry.asking import Clocks

from .cells import NONE, NOT_RECORDED

Parts = Callable[[QuerySet, Clocks | None], list[QuerySet]]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Facet:
    """One filter whose values are counted. `parts` gives querysets of `value` and `n` from rows."""

    name: str
    parts: Parts
    at_least: bool = False


def counted(
    facets: Iterable[Facet], narrowed: Callable[[str], QuerySet], clocks: Clocks | None = None
) -> Counts:
    """How many rows each value of each facet has. `narrowed`: the rows without one filter."""
    found: Counts = {facet.name: {} for facet in facets}
    parts = [
        part.annotate(facet=Value(facet.name, CharField())).values_list("facet", "value", "n")
        for facet in facets
        for part in facet.parts(narrowed(facet.name), clocks)
    ]
    if not parts:
        return found
    first, *rest = parts
    for name, value, number in first.union(*rest, all=True) if rest else first:
        if value and number:
            found[name][value] = found[name].get(value, 0) + number
    for facet in facets:
        if facet.at_least:
            found[facet.name] = _summed(found[facet.name])
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
    """Agreements by the grade of their best source."""
    return [_grouped(rows, best_cited("agreement", "slug"))]


def by_own_grade(rows, clocks) -> list[QuerySet]:
    """Sources by the grade that they give."""
    return [_grouped(rows, grade_expression())]


def by_standing(rows, clocks: Clocks) -> list[QuerySet]:
    """Agreements by every status they possibly have on the day; apart: not yet, not recorded."""
    known = Standing.objects.known_at(clocks.revision).order_by()
    on_day = known.possible_on(clocks.as_of)
    held = on_day.filter(agreement__in=rows.order_by().values("slug"))
    absent = rows.exclude(slug__in=on_day.values("agreement"))
    return [
        held.values(value=Cast("status", CharField())).annotate(
            n=Count("agreement", distinct=True)
        ),
        _grouped(
            absent.filter(slug__in=known.values("agreement")),
            Value(NONE, CharField()),
        ),
        _grouped(
            absent.exclude(slug__in=known.values("agreement")),
            Value(NOT_RECORDED, CharField()),
        ),
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


def _summed(exact: dict[str, int]) -> dict[str, int]:
    """Of grades: how many rows are at least so good."""
    found, total = {}, 0
    for grade in GRADES:
        total += exact.get(grade, 0)
        if exact.get(grade):
            found[grade] = total
    return found
