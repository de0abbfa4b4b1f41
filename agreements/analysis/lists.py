"""The latest published lists of each type by a day: what rules apply, what was last said.

Two statements, however many lists and types.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from agreements.models import ListEntry, PublishedList
from sosa_registry.ledger.reading import Pin

from .cells import ListMark


@dataclass(frozen=True)
class LatestList:
    """One exhaustive list with the countries it names, and what it says of each."""

    list: str
    type: str
    as_of: date
    source: str
    entries: dict[str, str]

    def mark(self, country: str) -> ListMark:
        """What it says of one country."""
        if country not in self.entries:
            return self.omission
        return ListMark(self.list, self.as_of, self.source, True, self.entries[country])

    @cached_property
    def omission(self) -> ListMark:
        """What it says of every country that it does not name: one and the same."""
        return ListMark(self.list, self.as_of, self.source, False)


@dataclass(frozen=True)
class Lists:
    """The latest exhaustive regulation and statement of each type."""

    regulations: dict[str, LatestList]
    statements: dict[str, LatestList]


def latest_lists(pinned: Pin, as_of: date, principal: str, types: list[str]) -> Lists:
    """For each type, the latest exhaustive list of each kind whose day had come by `as_of`.

    A list whose day is not known exactly counts from the last day it can be.
    """
    chosen: dict[tuple[str, str], dict] = {}
    lists = PublishedList.ever.known_at(pinned.revision).filter(
        type__in=types, principal=principal, exhaustive="yes", as_of_latest__lte=as_of
    )
    columns = ("slug", "type", "kind", "as_of_latest", "source_id")
    for row in lists.order_by("as_of_latest", "slug").values(*columns):
        chosen[row["kind"], row["type"]] = row
    slugs = [row["slug"] for row in chosen.values()]
    entries: dict[str, dict[str, str]] = {}
    named = ListEntry.ever.known_at(pinned.revision).filter(list__slug__in=slugs)
    for slug, country, qualifier in named.order_by().values_list(
        "list__slug", "country_id", "qualifier"
    ):
        entries.setdefault(slug, {})[country] = qualifier
    found = {
        key: LatestList(
            row["slug"],
            row["type"],
            row["as_of_latest"],
            row["source_id"],
            entries.get(row["slug"], {}),
        )
        for key, row in chosen.items()
    }
    return Lists(
        regulations={kind: made for (sort, kind), made in found.items() if sort == "regulation"},
        statements={kind: made for (sort, kind), made in found.items() if sort == "statement"},
    )
