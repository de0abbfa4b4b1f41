"""Two to four countries side by side: what each has on a day, and where they differ.

A line is one type, one grouping or the code of conduct, with one answer a country. Two answers are
the same when status and certainty are; since when and by which source is beside the point.
"""

from dataclasses import dataclass
from datetime import date

from sosa_registry.ledger.reading import Pin

from .cells import NOT_RECORDED, Cell
from .codes import CodeStage, codes_on
from .matrix import matrix, members_on
from .reference import reference

FEWEST, MOST = 2, 4
MEMBER, POSSIBLY, OUTSIDE = "Member", "Possibly a member", "No member recorded"


@dataclass(frozen=True)
class SideBySide:
    """The answers by country's code, each line in the order of the countries asked."""

    countries: list[str]
    types: dict[str, list[Cell | None]]
    groupings: dict[str, list[str]]
    codes: list[CodeStage | None]


def side_by_side(
    pinned: Pin, as_of: date, countries: list[str], *, principal: str = "USA"
) -> SideBySide:
    """The countries' answers on a day. The statements of a matrix and two more."""
    found = matrix(pinned, as_of, principal=principal, countries=countries)
    cells = {row.country: row.cells for row in found.rows}
    codes = codes_on(pinned, as_of, countries)
    return SideBySide(
        countries,
        {kind: [cells.get(country, {}).get(kind) for country in countries] for kind in found.types},
        _belonging(pinned, as_of, countries),
        [codes.get(country) for country in countries],
    )


def _belonging(pinned: Pin, as_of: date, countries: list[str]) -> dict[str, list[str]]:
    """Each grouping that any of them possibly belongs to, and how each stands to it."""
    found = {}
    for slug, members in members_on(pinned, as_of, reference(pinned).groupings).items():
        if members.possible & set(countries):
            found[slug] = [
                MEMBER
                if country in members.certain
                else POSSIBLY
                if country in members.possible
                else OUTSIDE
                for country in countries
            ]
    return found


def standing_of(cell: Cell | None) -> tuple[str, str]:
    """What makes two cells the same answer. A cell with only conflicts is not recorded either."""
    if cell is None or cell.certainty == NOT_RECORDED:
        return ("", NOT_RECORDED)
    return cell.status, cell.certainty


def differs(answers: list) -> list[bool]:
    """Of each answer, whether it is another than the first country's."""
    return [answer != answers[0] for answer in answers]
