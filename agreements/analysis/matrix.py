"""Countries × types on one day, as known at one revision: the question the registry is for.

Six statements, whatever is asked: head, standing, memberships, lists, their entries, claims.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, Value

from agreements.grading import supported
from agreements.lifecycle import Status
from agreements.models import Claim, Standing
from partners.models import Membership
from sosa_registry.ledger.reading import Pin

from .cells import CERTAIN, CONFIRMED, NONE, NOT_RECORDED, Candidate, Cell, Standpoint, judge
from .lists import LatestList, Lists, latest_lists
from .reference import reference

STATUSES = [*Status.values, NONE]


class _Row(NamedTuple):
    """A standing on the day, as far as a cell needs it."""

    type: str
    agreement: str
    partner: str
    partner_grouping: str
    status: str
    since: str
    event: str
    possible_from: date
    certain_from: date
    certain_until: date
    none_until: date
    supported: bool


@dataclass(frozen=True)
class MatrixRow:
    """One country and its cells by type; a type without a cell is not recorded."""

    country: str
    name: str
    region: str
    cells: dict[str, Cell]


@dataclass
class Matrix:
    """The answer: rows by name, totals in force by type, and the lists that practice rests on."""

    as_of: date
    principal: str
    types: list[str]
    rows: list[MatrixRow]
    totals: dict[str, dict[str, int]]
    lists: Lists
    members: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Membered:
    """Who belongs to a grouping on a day: possibly, and of those who certainly."""

    possible: set[str]
    certain: set[str]


def members_on(pinned: Pin, as_of: date, groupings: Iterable[str]) -> dict[str, Membered]:
    """Possible and certain members of each grouping on a day. One statement."""
    found = {slug: Membered(set(), set()) for slug in groupings}
    if not found:
        return found
    rows = Membership.ever.known_at(pinned.revision).possible_on(as_of).filter(grouping__in=found)
    columns = ("grouping_id", "country_id", "joined_latest", "left", "left_earliest")
    for slug, country, joined, left, left_earliest in rows.order_by().values_list(*columns):
        found[slug].possible.add(country)
        stays = not left or (left_earliest is not None and left_earliest > as_of)
        if joined is not None and joined <= as_of and stays:
            found[slug].certain.add(country)
    return found


def matrix(
    pinned: Pin,
    as_of: date,
    *,
    principal: str = "USA",
    types: list[str] | None = None,
    grouping: str = "",
    region: str = "",
    status: str = "",
    min_grade: str = "",
    every_country: bool = False,
    countries: Collection[str] | None = None,
) -> Matrix:
    """The matrix. A country with a standing or a conflict is a row, and every asked-for member.

    `countries`: these and no others, whatever is recorded of them.
    `min_grade`: only agreements whose standing that day rests on a source at least so good
    (grading.py); a cell that only weaker ones speak for is left out, and is no “none”.
    """
    known = reference(pinned)
    types = types or list(known.types)
    rows = _standing_rows(pinned, as_of, principal, types, min_grade, countries)
    wanted = {row.partner_grouping for row in rows if row.partner_grouping}
    membered = members_on(pinned, as_of, wanted | ({grouping} if grouping else set()))
    candidates = _candidates(rows, membered, principal, as_of)
    below = _below_grade(candidates, {row.agreement for row in rows if not row.supported})
    lists = latest_lists(pinned, as_of, principal, types)
    claims = _disagreeing(pinned, as_of)
    members = membered[grouping].possible - {principal} if grouping else set()
    if grouping:
        asked = members if countries is None else members & set(countries)
    elif countries is not None:
        asked = set(countries)
    elif every_country or status == NONE:
        asked = set(known.countries)
    else:
        asked = {country for country, _ in candidates} | _named(lists, claims)
    columns = [_Column.of(kind, lists) for kind in types]
    made = [
        MatrixRow(code, known.name(code), known.countries[code].region, cells)
        for code in sorted(asked & set(known.countries), key=known.name)
        if code != principal
        and (not region or known.countries[code].region == region)
        and _is_row(
            cells := _cells(code, columns, candidates, claims, below),
            keep=every_country or countries is not None or code in members,
            status=status,
        )
    ]
    return Matrix(as_of, principal, types, made, _totals(made, types), lists, members)


def _standing_rows(pinned, as_of, principal, types, min_grade, countries) -> list[_Row]:
    query = Standing.objects.known_at(pinned.revision).possible_on(as_of)
    if countries is not None:
        query = query.exclude(~Q(partner__in=countries), partner_grouping="")
    good = supported("event", "event", min_grade, pinned.revision) if min_grade else Value(True)
    query = query.annotate(supported=good).with_principal(principal).of_types(types)
    return list(map(_Row._make, query.order_by().values_list(*_Row._fields)))


def _candidates(rows, membered, principal: str, as_of: date) -> dict[tuple[str, str], list]:
    """The agreements that bear on each (country, type), a grouping's spread over its members."""
    found: dict[tuple[str, str], list[Candidate]] = {}
    made: dict[tuple[str, str], Candidate] = {}  # by agreement and country
    for row in rows:
        slug, agreement, kind = row.partner_grouping, row.agreement, row.type
        certain = row.certain_from <= as_of < row.certain_until
        none_possible = as_of < row.none_until
        sure_point = Standpoint(row.status, certain, row.since, row.event, row.possible_from)
        countries = membered[slug].possible - {principal} if slug else (row.partner,)
        for country in countries:
            candidate = made.get((agreement, country))
            if candidate is None:
                candidate = made[agreement, country] = Candidate(agreement, not slug)
                found.setdefault((country, kind), []).append(candidate)
            # For a member, certainty is the weaker of agreement and membership.
            sure = not slug or country in membered[slug].certain
            if none_possible or not sure:
                candidate.none_possible = True
            candidate.standpoints.append(sure_point if sure else sure_point._replace(certain=False))
    return found


def _below_grade(candidates: dict, weak: set[str]) -> set[tuple[str, str]]:
    """Take the agreements below the grade out; the cells that nothing is left to speak for."""
    below = set()
    for key, mine in candidates.items():
        if weak and (kept := [one for one in mine if one.agreement not in weak]) != mine:
            candidates[key] = kept
            if not kept:
                below.add(key)
    return below


def _disagreeing(pinned: Pin, as_of: date) -> Counter:
    """Claims that disagree, by subject: an agreement, or a country's having a type.

    A claim counts from the day as of which it was made; one without a day counts always.
    """
    claims = Claim.ever.known_at(pinned.revision).filter(
        stance=Claim.Stance.DISAGREES, subject_kind__in=("agreement", "country")
    )
    said = claims.filter(Q(as_of_earliest=None) | Q(as_of_earliest__lte=as_of)).order_by()
    # Counted here: there are few for each subject, and grouping them is dearer than sending them.
    return Counter(
        (kind, subject, name) if kind == "country" else (kind, subject)
        for kind, subject, name in said.values_list("subject_kind", "subject", "property")
    )


def _named(lists: Lists, claims: Counter) -> set[str]:
    """Countries that a list or a claim speaks of: others have no cell that could make a row."""
    latest = [*lists.regulations.values(), *lists.statements.values()]
    listed = {country for made in latest for country in made.entries}
    return listed | {subject[1] for subject in claims if subject[0] == "country"}


class _Column(NamedTuple):
    """What all cells of a type share: its latest lists, and the cell of whoever nothing names."""

    kind: str
    claimed: str
    regulation: LatestList | None
    statement: LatestList | None
    unnamed: Cell | None

    @classmethod
    def of(cls, kind: str, lists: Lists):
        """The column of a type."""
        regulation, statement = lists.regulations.get(kind), lists.statements.get(kind)
        omissions = [made and made.omission for made in (regulation, statement)]
        claimed = f"has_{kind.replace('-', '_')}"
        return cls(kind, claimed, regulation, statement, judge([], *omissions, 0))


def _cells(country: str, columns, candidates, claims, below) -> dict[str, Cell]:
    """A country's cells, by type."""
    cells = {}
    for kind, claimed, regulation, statement, unnamed in columns:
        key = country, kind
        if key in below:
            continue
        mine = candidates.get(key, ())
        against = claims.get(("country", country, claimed), 0)
        for candidate in mine:
            against += claims.get(("agreement", candidate.agreement), 0)
        listed = regulation is not None and country in regulation.entries
        stated = statement is not None and country in statement.entries
        if mine or against or listed or stated:
            cell = judge(
                mine,
                regulation and regulation.mark(country),
                statement and statement.mark(country),
                against,
            )
        else:
            cell = unnamed
        if cell:
            cells[kind] = cell
    return cells


def _is_row(cells: dict[str, Cell], *, keep: bool, status: str) -> bool:
    if status:
        return any(
            cell.status == status and cell.certainty != NOT_RECORDED for cell in cells.values()
        )
    return keep or any(cell.agreement or cell.conflicts for cell in cells.values())


def _totals(rows: list[MatrixRow], types: list[str]) -> dict[str, dict[str, int]]:
    """In force certainly and possibly; of the other rows, who has none, who is not recorded."""
    totals = {
        kind: {"certain": 0, "possible": 0, "none_confirmed": 0, "not_recorded": 0}
        for kind in types
    }
    for row in rows:
        for kind in types:
            cell = row.cells.get(kind)
            if cell is None or cell.certainty == NOT_RECORDED:
                totals[kind]["not_recorded"] += 1
            elif cell.status == Status.IN_FORCE:
                totals[kind]["certain" if cell.certainty == CERTAIN else "possible"] += 1
            elif cell.certainty == CONFIRMED:
                totals[kind]["none_confirmed"] += 1
    return totals
