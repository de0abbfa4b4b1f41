"""Countries × types on one day, as known at one revision: the question the registry is for.

Six statements, whatever is asked: head, standing, memberships, lists, their entries, claims.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from agreements.grading import supported
from agreements.lifecycle import Status
from agreements.models import Claim, Standing
from partners.models import Membership
from sosa_registry.ledger.reading import Pin

from .cells import (
    CERTAIN,
    CONFIRMED,
    NONE,
    NOT_RECORDED,
    POSSIBLE,
    STRENGTH,
    Cell,
    Standpoint,
    judge,
)
from .lists import LatestList, Lists, latest_lists
from .reference import reference

STATUSES = [*Status.values, NONE]


_COLUMNS = (
    *("partner", "type", "partner_grouping", "agreement", "status"),
    *("certain", "possible_from", "since", "event", "none_possible"),
)
# Of one country and type; many, so that they are made as plain tuples in the order of a Standpoint.
Points = dict[tuple[str, str], list[Standpoint]]


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
    rows, weak = _standing_rows(pinned, as_of, principal, types, min_grade, countries)
    wanted = {row[2] for row in rows if row[2]}
    membered = members_on(pinned, as_of, wanted | ({grouping} if grouping else set()))
    points = _points(rows, membered, principal)
    below = _below_grade(points, weak)
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
        asked = {country for country, _ in points} | _named(lists, claims)
    columns = [_Column.of(kind, lists) for kind in types]
    made = [
        MatrixRow(code, known.name(code), known.countries[code].region, cells)
        for code in sorted(asked & set(known.countries), key=known.name)
        if code != principal
        and (not region or known.countries[code].region == region)
        and _is_row(
            cells := _cells(code, columns, points, claims, below),
            keep=every_country or countries is not None or code in members,
            status=status,
        )
    ]
    return Matrix(as_of, principal, types, made, _totals(made, types), lists, members)


def _standing_rows(pinned, as_of, principal, types, min_grade, countries):
    """The standing of the day in `_COLUMNS`, and the agreements that rest on too weak a source."""
    query = Standing.objects.known_at(pinned.revision).weighed_on(as_of)
    if countries is not None:
        query = query.exclude(~Q(partner__in=countries), partner_grouping="")
    query = query.with_principal(principal).of_types(types).order_by()
    if not min_grade:
        return list(query.values_list(*_COLUMNS)), set()
    good = supported("event", "event", min_grade, pinned.revision)
    rows = list(query.annotate(supported=good).values_list(*_COLUMNS, "supported"))
    return [row[:-1] for row in rows], {row[3] for row in rows if not row[-1]}


def _points(rows: list[tuple], membered: dict[str, Membered], principal: str) -> Points:
    """What bears on each country and type, a grouping's standing spread over its members."""
    found: Points = defaultdict(list)
    strength = STRENGTH
    for country, kind, slug, agreement, status, certain, started, since, event, none in rows:
        weight = strength[status]
        if not slug:
            found[country, kind].append(
                (weight, certain, True, started, agreement, status, since, event, none)
            )
            continue
        members = membered[slug]
        for member in members.possible - {principal}:
            # For a member, certainty is the weaker of agreement and membership.
            sure = member in members.certain
            said = (started, agreement, status, since, event)
            point = (weight, certain and sure, False, *said, none or not sure)
            found[member, kind].append(point)
    return found


def _below_grade(points: Points, weak: set[str]) -> set[tuple[str, str]]:
    """Take the agreements below the grade out; the cells that nothing is left to speak for."""
    below = set()
    for key, mine in points.items():
        if weak and len(kept := [one for one in mine if one[4] not in weak]) != len(mine):
            points[key] = kept
            if not kept:
                below.add(key)
    return below


class _Claims(NamedTuple):
    """How many claims disagree: with a country's having a type, and with an agreement."""

    of_country: Counter[tuple[str, str]]
    of_agreement: Counter[str]


def _disagreeing(pinned: Pin, as_of: date) -> _Claims:
    """Claims that disagree with a record as it is thought to be on a day. One statement.

    A claim counts from the day as of which it was made; one without a day counts always.
    """
    claims = Claim.ever.known_at(pinned.revision).filter(
        stance=Claim.Stance.DISAGREES, subject_kind__in=("agreement", "country")
    )
    said = claims.filter(Q(as_of_earliest=None) | Q(as_of_earliest__lte=as_of)).order_by()
    # Counted here: there are few for each subject, and grouping them is dearer than sending them.
    rows = list(said.values_list("subject_kind", "subject", "property"))
    agreements = Counter(subject for kind, subject, _ in rows if kind == "agreement")
    countries = Counter((subject, name) for kind, subject, name in rows if kind == "country")
    return _Claims(countries, agreements)


def _named(lists: Lists, claims: _Claims) -> set[str]:
    """Countries that a list or a claim speaks of: others have no cell that could make a row."""
    latest = [*lists.regulations.values(), *lists.statements.values()]
    listed = {country for made in latest for country in made.entries}
    return listed | {country for country, _ in claims.of_country}


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
        return cls(kind, claimed, regulation, statement, judge([], *omissions))


def _cells(country: str, columns, points: Points, claims: _Claims, below) -> dict[str, Cell]:
    """A country's cells, by type."""
    cells = {}
    for kind, claimed, regulation, statement, unnamed in columns:
        key = country, kind
        if key in below:
            continue
        mine = points.get(key, ())
        against = claims.of_country.get((country, claimed), 0)
        listed = regulation is not None and country in regulation.entries
        stated = statement is not None and country in statement.entries
        if mine or against or listed or stated:
            cell = judge(
                mine,
                regulation and regulation.mark(country),
                statement and statement.mark(country),
                against,
                claims.of_agreement,
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
    counted = Counter(
        (kind, cell.status == Status.IN_FORCE, cell.certainty)
        for row in rows
        for kind, cell in row.cells.items()
    )
    totals = {}
    for kind in types:
        held = sum(count for (of, *_), count in counted.items() if of == kind)
        totals[kind] = {
            "certain": counted[kind, True, CERTAIN],
            "possible": counted[kind, True, POSSIBLE],
            "none_confirmed": counted[kind, False, CONFIRMED],
            "not_recorded": len(rows) - held + counted[kind, False, NOT_RECORDED],
        }
    return totals
