"""The sets that facets are counted from: read once, then kept in step with the ledger.

What a revision touched is read again, row by row, and laid over the sets that a process keeps; all
rows are read again where a row went, many were touched, or a record that many rest on. So is, of a
day not far from one that is kept, only what turned between the two. The one
thing to know: a set may know of a later revision than asked for, never of less.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

from django.db.models import Expression, QuerySet, Value

from sosa_registry.asking import Clocks
from sosa_registry.ledger.lasting import lasting
from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.reading import Pin

from .bits import Bits, Other, Sets, sets_of, union

Read = dict[str, Expression | Other]
NOTHING = ""  # no row
MOST_DAYS = 4  # of which the sets of one facet are kept at once
FAR = timedelta(days=400)  # from a day that is kept, beyond which all rows are read
MOST_TOUCHED = 1_000  # versions since, beyond which all rows are read again


@dataclass(frozen=True)
class Facet:
    """One filter whose values are counted.

    `read` says what is read of each row, by a name; `made` makes of it the sets of each value.
    `tables` are the other tables that they rest on: each with the column of its records' states
    that names the row; `NOTHING` where none is meant, as what has no key is read anew in any case;
    None where any may be. `dated`, whether they are of a day; then `turned` gives keys of all rows
    that may differ between two days, the first earlier. `in_order` names values of which
    each stands for those before it too: grades, at the least.
    """

    name: str
    read: Callable[[Clocks], Read]
    made: Callable[[dict[str, Sets]], Sets]
    tables: dict[str, str | None]
    dated: bool = False
    turned: Callable[[date, date], QuerySet] | None = None
    in_order: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kept:
    """What was read for a facet, what was made of it, and as of which revision of the ledger."""

    state: tuple
    ledger: tuple
    pinned: Pin
    read: dict[str, Sets]
    made: Sets

    def may_be_followed(self, ledger: tuple, pinned: Pin) -> bool:
        """Whether what was touched since is all that differs, if the ledger went on from there."""
        return self.ledger == ledger and self.pinned.revision <= pinned.revision


_THERE = ("", "there")
_ALL = Facet("", lambda clocks: {"": Value("all")}, lambda found: found[""], {})
_memory: dict[tuple[str, str], dict[date | None, _Kept]] = {}


def sets_for(
    facets: Iterable[Facet], rows: QuerySet, clocks: Clocks
) -> tuple[Bits, dict[str, Sets]]:
    """All rows, and those of each facet by value.

    A bit may be set of what is no row of all. No statement while nothing that they rest on was
    touched; two for what is read anew, and no more for a day near one that is kept. Two as well
    for what was touched, the versions since and the rows that they name, and a look at whether the
    ledger went on from what is kept.
    """
    made, anew, behind = {}, [], []
    for facet in (_ALL, *facets):
        found = _memory.get(_name(facet, rows), {}).get(_day(facet, clocks))
        if found and found.state == _state(facet, rows, clocks):
            made[facet.name] = found.made
        elif found and found.may_be_followed(_ledger(facet, clocks), clocks.pin):
            behind.append((facet, found))
        elif near := _near(facet, rows, clocks):
            keys = facet.turned(*sorted([near[0], clocks.as_of]))
            for _, read in _followed([(facet, near[1])], rows, clocks, keys):
                made[facet.name] = _keep(facet, rows, clocks, read)
        else:
            anew.append(facet)
    if behind:
        keys, lost = _touched(behind, rows)
        anew += [facet for facet, _ in behind if facet.name in lost]
        behind = [(facet, found) for facet, found in behind if facet.name not in lost]
        for facet, read in _followed(behind, rows, clocks, keys):
            made[facet.name] = _keep(facet, rows, clocks, read)
    if anew:
        had = {facet.name: _of_another_day(facet, rows, clocks) for facet in anew}
        wanted = _wanted(anew, clocks)
        left = {name: one for name, one in wanted.items() if name[1] not in had[name[0]]}
        read = sets_of(rows, left)
        for facet in anew:
            parts = {**had[facet.name], **_own(facet, read)}
            made[facet.name] = _keep(facet, rows, clocks, parts)
    return union(made.pop("").values()), made


def _near(facet: Facet, rows: QuerySet, clocks: Clocks) -> tuple[date, _Kept] | None:
    """The nearest day of which the same is kept, where it is not far and can be told from."""
    if facet.turned is None:
        return None
    state = _state(facet, rows, clocks)
    kept = _memory.get(_name(facet, rows), {}).items()
    near = [(abs(day - clocks.as_of), day, found) for day, found in kept if found.state == state]
    off, *nearest = min(near, default=(FAR, None, None), key=itemgetter(0))
    return (nearest[0], nearest[1]) if off < FAR else None


def _of_another_day(facet: Facet, rows: QuerySet, clocks: Clocks) -> dict[str, Sets]:
    """What of a facet was read for another day and is the same on any."""
    state = _state(facet, rows, clocks)
    for found in _memory.get(_name(facet, rows), {}).values():
        if found.state == state:
            parts = facet.read(clocks)
            return {
                name: sets
                for name, sets in found.read.items()
                if not (isinstance(parts[name], Other) and parts[name].dated)
            }
    return {}


def forget() -> None:
    """Keep nothing: all is read anew."""
    _memory.clear()


def _touched(behind: list[tuple[Facet, _Kept]], rows: QuerySet) -> tuple[set[str], set[str]]:
    """Keys of the rows touched since; and the facets of which all rows must be read again."""
    since = min(found.pinned.revision for _, found in behind)
    own = {facet.name: {rows.model.record_type: "", **facet.tables} for facet, _ in behind}
    tables = {table for one in own.values() for table in one}
    versions = Version.objects.filter(revision_id__gt=since, record_type__in=tables).order_by()
    found = list(
        versions.values_list("record_type", "operation", "key", "state")[: MOST_TOUCHED + 1]
    )
    if len(found) > MOST_TOUCHED:
        return set(), set(own)
    keys, lost = set(), _undone(behind)
    for table, operation, key, state in found:
        of_row = table == rows.model.record_type
        gone = of_row and operation == Version.Operation.DELETED
        for name, columns in own.items():
            column = columns.get(table, NOTHING)
            if gone:
                lost.add(name)
            elif of_row:
                keys.add(key)
            elif column != NOTHING:
                keys.add((state or {}).get(column))
    return keys - {None}, lost


def _undone(behind: list[tuple[Facet, _Kept]]) -> set[str]:
    """The facets that were read of a state which is none of the ledger's, as after a rehearsal."""
    wanted = {found.pinned.revision for _, found in behind}
    states = dict(Revision.objects.filter(number__in=wanted).values_list("number", "hash"))
    return {
        facet.name
        for facet, found in behind
        if states.get(found.pinned.revision, "") != found.pinned.state
    }


def _wanted(facets: list[Facet], clocks: Clocks) -> dict[Hashable, Expression | Other]:
    return {(facet.name, name): one for facet in facets for name, one in facet.read(clocks).items()}


def _own(facet: Facet, read: dict) -> dict[str, Sets]:
    return {part: sets for (name, part), sets in read.items() if name == facet.name}


def _followed(
    behind: list[tuple[Facet, _Kept]], rows: QuerySet, clocks: Clocks, keys: set[str] | QuerySet
) -> Iterator[tuple[Facet, dict[str, Sets]]]:
    """What each of these is made from now that the rows with these keys have changed."""
    if not behind:
        return
    wanted = {
        name: one._replace(rows=one.rows.filter(key__in=keys))
        if isinstance(one, Other) and one.keyed
        else one
        for name, one in _wanted([facet for facet, _ in behind], clocks).items()
    }
    few = rows.filter(**{f"{rows.model.key_field}__in": keys})
    read = sets_of(few, {**wanted, _THERE: Value("all")}, together=True)
    there = union(read.pop(_THERE).values())
    whole = {name for name, one in wanted.items() if isinstance(one, Other) and not one.keyed}
    for facet, found in behind:
        yield (
            facet,
            {
                name: sets if (facet.name, name) in whole else _laid(found.read[name], sets, there)
                for name, sets in _own(facet, read).items()
            },
        )


def _laid(old: Sets, new: Sets, there: Bits) -> Sets:
    """The sets with those rows as they are now."""
    return {value: old.get(value, 0) & ~there | new.get(value, 0) for value in {*old, *new}}


def _keep(facet: Facet, rows: QuerySet, clocks: Clocks, read: dict[str, Sets]) -> Sets:
    name, day = _name(facet, rows), _day(facet, clocks)
    made = facet.made(read)
    state, ledger = _state(facet, rows, clocks), _ledger(facet, clocks)
    others = [pair for pair in _memory.get(name, {}).items() if pair[0] != day]
    kept = _Kept(state, ledger, clocks.pin, read, made)
    _memory[name] = {**dict(others[1 - MOST_DAYS :]), day: kept}
    return made


def _name(facet: Facet, rows: QuerySet) -> tuple[str, str]:
    return rows.model.record_type, facet.name


def _day(facet: Facet, clocks: Clocks) -> date | None:
    return clocks.as_of if facet.dated else None


def _state(facet: Facet, rows: QuerySet, clocks: Clocks) -> tuple:
    return lasting(clocks.pin, {rows.model.record_type, *facet.tables}).state


def _ledger(facet: Facet, clocks: Clocks) -> tuple:
    """The ledger gone on with, as far as no record was touched in it that any row may rest on."""
    any_row = [table for table, column in facet.tables.items() if column is None]
    return lasting(clocks.pin, any_row).state
