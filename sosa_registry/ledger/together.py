"""Several small questions in one statement that the framework compiles once.

What a page of a list needs beside its rows, or a record beside its columns, are many small
questions. The framework takes longer to compile one than the database to answer it, so they are
compiled once a process, with `Given` in the place of values, and travel together: the database
answers each with one JSON array. PostgreSQL also takes longer to plan them than to answer, so they
are prepared once a connection. The one thing to know: a day comes as ISO text, which sorts and
compares as days do.
"""

from collections.abc import Callable, Iterator
from copy import copy
from itertools import count
from weakref import WeakKeyDictionary

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import CharField, Expression, Lookup, QuerySet

from .models import Head


class Given(Expression):
    """Stands in a question for a value that is named when it is asked."""

    def __init__(self, name: str):
        super().__init__(output_field=CharField())
        self.name = name

    def as_sql(self, compiler, connection):
        """A placeholder that `Together` fills."""
        return "%s", [self]


@CharField.register_lookup
class AnyOf(Lookup):
    """Any of a list that is given as one JSON array, so that the statement stays.

    PostgreSQL reads it before it asks: told a thousand values, it weighs each at planning, and then
    prefers to read the whole table.
    """

    lookup_name = "any_of"

    def as_sql(self, compiler, connection):
        """As SQLite reads an array."""
        left, values = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each({right}))", [*values, *more]

    def as_postgresql(self, compiler, connection):
        """As PostgreSQL does."""
        left, values = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        array = f"ARRAY(SELECT json_array_elements_text({right}))"
        return f"{left} = ANY({array})", [*values, *more]


_NUMBERS = count()


class Together:
    """Questions by name, each a queryset of tuples (`values_list`), asked in one statement."""

    def __init__(self, questions: Callable[[], dict[str, QuerySet]]):
        self._questions = questions
        self._compiled: dict[str, tuple[list[str], str, list]] = {}
        self._name = f"together_{next(_NUMBERS)}"
        # By the driver's own connection: what is prepared goes with it.
        self._prepared: WeakKeyDictionary = WeakKeyDictionary()

    def ask(self, **given) -> dict[str, list[list]]:
        """The rows of every question, each a list of values."""
        connection = connections[router.db_for_read(Head)]
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile(connection)
        names, sql, params = self._compiled[connection.vendor]
        with connection.cursor() as cursor:
            if _prepares(connection):
                with connection.wrap_database_errors:  # a database that is gone is told as ever
                    sql, params = self._ready(connection.connection, sql, params)
            cursor.execute(sql, [_sent(one, given) for one in params])
            (row,) = cursor.fetchall()
        return {
            name: orjson.loads(text) if text else [] for name, text in zip(names, row, strict=True)
        }

    def _ready(self, connection, sql: str, params: list) -> tuple[str, list]:
        if connection not in self._prepared:
            self._prepared[connection] = _prepare(connection, self._name, sql, params)
        return self._prepared[connection]

    def _compile(self, connection) -> tuple[list[str], str, list]:
        arrays, params = [], []
        questions = self._questions()
        for queryset in questions.values():
            compiler = queryset.query.get_compiler(connection=connection)
            sql, own = compiler.as_sql(with_col_aliases=True)
            columns = ", ".join(connection.ops.quote_name(alias) for *_, alias in compiler.select)
            array = _ARRAY[connection.vendor].format(columns=columns)
            arrays.append(f"(SELECT {array} FROM ({sql}) AS one)")
            params += own
        return list(questions), f"SELECT {', '.join(arrays)}", params


class Compiled:
    """One queryset of tuples, compiled once for every stretch of it that is asked."""

    def __init__(self, queryset: QuerySet):
        self._queryset = queryset
        self._compilers: dict[str, tuple | None] = {}

    def rows(self, first: int, beyond: int) -> Iterator[tuple]:
        """The tuples from a place (from 0) to the one before another. One statement."""
        connection = connections[self._queryset.db]
        if connection.vendor not in self._compilers:
            self._compilers[connection.vendor] = self._compile(connection)
        if self._compilers[connection.vendor] is None or first >= beyond:
            return iter(())
        compiler, sql, params = self._compilers[connection.vendor]
        asked = copy(compiler)  # another thread may be asking too
        asked.connection = connection
        stretch = f"{sql} {connection.ops.limit_offset_sql(first, beyond)}"
        asked.as_sql = lambda: (stretch, params)
        return asked.results_iter(tuple_expected=True)

    def _compile(self, connection) -> tuple | None:
        compiler = self._queryset.query.get_compiler(connection=connection)
        try:
            return compiler, *compiler.as_sql()
        except EmptyResultSet:
            return None


# As text: the driver would read JSON with the slower parser.
_ARRAY = {
    "postgresql": "json_agg(json_build_array({columns}))::text",
    "sqlite": "json_group_array(json_array({columns}))",
}


def _sent(one, given: dict):
    """A value as the driver takes it: a list as JSON."""
    value = given[one.name] if isinstance(one, Given) else one
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _prepares(connection) -> bool:
    """Whether a connection stays with us: behind a pooler of transactions the next is another."""
    stays = not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    return connection.vendor == "postgresql" and stays


def _prepare(connection, name: str, sql: str, params: list) -> tuple[str, list[Given]]:
    """Make a statement ready; what asks it from then on, and what to give to that.

    Done past the framework's count of statements: once a connection, not with every request.
    """
    open_ = [one for one in params if isinstance(one, Given)]
    places = (f"${number}" for number in range(1, len(open_) + 1))
    with connection.cursor() as cursor:
        # What never changes is written out, so that it can choose among partial indexes.
        written = [
            next(places) if isinstance(one, Given) else cursor.mogrify("%s", [one]).decode()
            for one in params
        ]
        cursor.execute(f"PREPARE {name} AS {sql % tuple(written)}")
    asked = ", ".join(["%s"] * len(open_))
    return f"EXECUTE {name}" + (f" ({asked})" if open_ else ""), open_
