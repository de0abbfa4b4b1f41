"""The keys of one page of an explorer, found without walking all rows that fit.

Counting facets has told which rows fit. Where they are few, they are asked for by their keys. Where
they are many and in the order of a facet, as agreements are by type, only the values that the page
lies in are asked, in turn; so an index gives the order, and a database stops when the page is full.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet

from agreements.analysis.bits import Bits, keys_of
from agreements.analysis.reference import Reference

FEW = 1_000  # rows that are named


@dataclass(frozen=True)
class Turns:
    """That the order of this name goes by a facet's values: its column, and each value's place."""

    facet: str
    column: str
    place: Callable[[str, Reference], int]

    def of(self, counts: dict[str, int], chosen: list[str], known: Reference):
        """The values that have the same place, and how many rows, in order."""
        values = [value for value in counts if not chosen or value in chosen]
        values.sort(key=lambda value: self.place(value, known))
        for _, same in groupby(values, key=lambda value: self.place(value, known)):
            held = list(same)
            yield held, sum(counts[value] for value in held)


@dataclass(frozen=True)
class Keys:
    """The keys of the rows that fit, in order: a slice of it is one statement."""

    ordered: QuerySet
    few: Callable[[list[int]], QuerySet]
    fits: Bits
    column: str = ""
    turns: tuple[tuple[list[str], int], ...] = ()

    def __getitem__(self, part: slice) -> list[int]:
        rows, start, stop = self.ordered, part.start, part.stop
        if self.fits.bit_count() <= FEW:
            rows = self.few(keys_of(self.fits))
        elif self.turns:
            before, held = 0, []
            for values, number in self.turns:
                if not held and before + number <= start:
                    before += number
                elif before + sum(count for _, count in held) < stop:
                    held.append((values, number))
            values = [value for each, _ in held for value in each]
            rows = rows.filter(**{f"{self.column}__in": values})
            if len(values) == 1:
                rows = rows.order_by(rows.model.key_field)  # what is left of the order
            start, stop = start - before, stop - before
        return list(rows.values_list("pk", flat=True)[start:stop])
