"""Sets of rows, a bit for each: what is counted under any filters in no time.

A set is a whole number; its bit n says whether the row with primary key n is in it. `&`, `|` and
`bit_count` then do what a database would walk its rows for. Twelve kilobytes hold a set of a
hundred thousand rows. The one thing to know: a key counts while keys are given out in turn, as both
databases do; rows that were deleted leave bits that no set of what there is has.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, F, QuerySet

Bits = int
_Part = tuple[Hashable, QuerySet, str]
Sets = dict[str, Bits]
MANY = 2_000  # rows read at a time


class Other(NamedTuple):
    """Rows of another table: their `value`, and `key`, the natural key of a row of the first.

    Or without a key: then only which values there are is told, each of the row that is none.
    `dated`, whether they are those of a day.
    """

    rows: QuerySet
    keyed: bool = True
    dated: bool = False


def bits_of(keys: Iterable[int]) -> Bits:
    """The set of the rows with these primary keys."""
    keys = list(keys)
    found = bytearray(max(keys, default=0) // 8 + 1)
    for key in keys:
        found[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(found, "little")


def keys_of(bits: Bits) -> list[int]:
    """The primary keys of the rows in a set, in order."""
    each = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    filled = ((place * 8, byte) for place, byte in enumerate(each) if byte)
    return [start + bit for start, byte in filled for bit in range(8) if byte >> bit & 1]


def union(sets: Iterable[Bits]) -> Bits:
    """Every row that is in any of them."""
    found = 0
    for one in sets:
        found |= one
    return found


def sets_of(
    rows: QuerySet, wanted: dict[Hashable, Expression | Other], together: bool = False
) -> dict[Hashable, Sets]:
    """The rows of a table by the values of each of these; what has no value is left out.

    Two statements: one for what is read from the rows themselves, one for what is not; or
    `together`, in one, which is cheaper for few rows.
    """
    own = {name: one for name, one in wanted.items() if not isinstance(one, Other)}
    others = {name: one for name, one in wanted.items() if isinstance(one, Other)}
    keys: dict[Hashable, dict[str, list[int]]] = {name: defaultdict(list) for name in wanted}
    if own and not together:
        columns = [keys[name] for name in own]
        named = {f"value_{number}": one for number, one in enumerate(own.values())}
        read = rows.order_by().annotate(**named).values_list("pk", *named)
        for key, *values in read.iterator(chunk_size=MANY):
            for found, value in zip(columns, values, strict=True):
                found[value].append(key)
    beside = [_beside(rows, name, one) for name, one in others.items()]
    if together:
        beside += [_within(rows, name, one) for name, one in own.items()]
    for name, key, value in _united(rows, beside):
        keys[name][value].append(key)
    return {
        name: {value: bits_of(each) for value, each in found.items() if value}
        for name, found in keys.items()
    }


def _beside(rows: QuerySet, name: Hashable, one: Other) -> _Part:
    """What is read of another table: its rows are found by their natural key."""
    if not one.keyed:
        return name, one.rows.values_list("value"), "SELECT %s, 0, one.value FROM ({}) AS one"
    table = rows.model._meta
    natural = table.get_field(rows.model.key_field).column
    joined = f'JOIN "{table.db_table}" AS its ON its.{natural} = one.key'
    sql = f"SELECT %s, its.{table.pk.column}, one.value FROM ({{}}) AS one {joined}"
    return name, one.rows.values_list("key", "value"), sql


def _within(rows: QuerySet, name: Hashable, one: Expression) -> _Part:
    """What is read of the rows themselves."""
    read = rows.order_by().annotate(value=one, own=F("pk")).values_list("own", "value")
    return name, read, "SELECT %s, one.own, one.value FROM ({}) AS one"


def _united(rows: QuerySet, parts: list[_Part]) -> Iterator[tuple[Hashable, int, str]]:
    """The name, the row's primary key and the value of each row of these. One statement."""
    names, statements, given = [], [], []
    for name, read, sql in parts:
        try:
            made, params = read.query.sql_with_params()
        except EmptyResultSet:
            continue
        given += [len(names), *params]
        names.append(name)
        statements.append(sql.format(made))
    if statements:
        with connections[rows.db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), given)
            while found := cursor.fetchmany(MANY):
                yield from ((names[int(number)], key, value) for number, key, value in found)
