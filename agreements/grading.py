"""The grade of evidence: one rule table, from what a source is to how firmly it supports.

Nobody types a grade. A record has the grade of its best supporting source, a matrix cell that of
the event that gives its status. The about page prints this table.
"""

from functools import cache

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from partners.models import Citation, Source
from sosa_registry.ledger.models import Version

Kind, Tier = Source.Kind, Source.Tier
GRADES = ("A", "B", "C", "D", "E")
OFFICIAL_TEXT = (Kind.REGULATION, Kind.STATUTE, Kind.GOVERNMENT_PAGE)

# (grade, kinds, whether only of the primary tier, what it says): the first row that fits decides.
RULES = (
    ("A", OFFICIAL_TEXT, True, "Regulation, statute or government page of the primary tier"),
    ("B", (Kind.PRESS_RELEASE,), True, "Press release of the primary tier"),
    (
        "C",
        (Kind.CRS_REPORT, Kind.PRESS_RELEASE, *OFFICIAL_TEXT),
        False,
        "CRS report; official text or press release of another tier",
    ),
    ("D", (Kind.NEWS, Kind.THINK_TANK), False, "News, think tank"),
    ("E", (Kind.OPINION, Kind.ENCYCLOPEDIA), False, "Opinion, encyclopedia"),
)


@cache
def grade_of(kind: str, tier: str) -> str:
    """The grade that a source of this kind and tier gives."""
    for grade, kinds, primary_only, _ in RULES:
        if kind in kinds and (tier == Tier.PRIMARY or not primary_only):
            return grade
    raise ValueError(f"No rule grades a source of kind {kind!r}.")


def grade_expression(prefix: str = "") -> Case:
    """The grade of the source at the end of a path, for SQL: the same table, row by row."""
    rules = []
    for grade, kinds, primary_only, _ in RULES:
        fits = Q(**{f"{prefix}kind__in": kinds})
        if primary_only:
            fits &= Q(**{f"{prefix}tier": Tier.PRIMARY})
        rules.append(When(fits, then=Value(grade)))
    return Case(*rules, default=Value(""), output_field=CharField())


def sources_at(revision) -> QuerySet:
    """Key, kind and tier of every source, as known at a revision."""
    stood = Version.objects.known_at(revision).filter(record_type=Source.record_type)
    return stood.order_by().values_list("key", "state__kind", "state__tier")


def best(grades) -> str:
    """The best of some grades; empty when there is none."""
    return min(grades, default="")


def _at_least(grade: str, prefix: str) -> Q:
    """Sources at least this good, as a condition on a path to the source."""
    wanted = Q(pk__in=())
    for name, kinds, primary_only, _ in RULES:
        if name <= grade:
            fits = Q(**{f"{prefix}kind__in": kinds})
            if primary_only:
                fits &= Q(**{f"{prefix}tier": Tier.PRIMARY})
            wanted |= fits
    return wanted


def _good(grade: str, revision: int | None) -> Q:
    """That `source` is at least so good, as it was known to be then or now."""
    if revision is None:
        return _at_least(grade, "source__")
    # It may be another kind by now, or gone.
    stood = Version.objects.known_at(revision).filter(record_type=Source.record_type)
    return Q(source_id__in=stood.filter(_at_least(grade, "state__")).values("key"))


def supported(record_kind: str, key: str, grade: str, revision: int | None = None) -> Exists:
    """That a record, named by a column, cites a source at least this good, as known then or now."""
    cited = Citation.objects.all() if revision is None else Citation.ever.known_at(revision)
    of_record = cited.filter(subject_kind=record_kind, subject=OuterRef(key))
    return Exists(of_record.filter(_good(grade, revision)))


def own_source(grade: str, revision: int | None = None) -> Q:
    """That a record's own `source` is at least this good: for records that have one."""
    return _good(grade, revision)
