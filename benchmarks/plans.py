"""How PostgreSQL answers every filter and order of every list: which whole tables it would read.

Usage: DATABASE_URL=postgres://… python -m benchmarks.plans, on a registry of any size. What is
walked is read off the lists themselves; each is asked as a reader asks, and every statement that
it makes is explained. `tests/plans` holds the result against what is allowed, by name.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
    os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
    django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Model
from django.test import Client

from agreements.views import explorer, explorers
from sosa_registry.api.filters import DayField, KeyFilter
from sosa_registry.api.revisions import NumberField
from sosa_registry.api.views import Listed
from sosa_registry.api_urls import RESOURCES

LARGE = 10_000  # rows; such a table grows with the registry
MOST = 0.5  # of a table: what is read beyond it, is read whole
COUNTED = 0.05  # a statement that counts or sums so much of a table may read all of it
SIZE = 50  # rows a page, as by default
DAYS = ("1985-01-01", "2024-01-01")
WORDS = ("norway", "framework")
READS = ("Seq Scan", "Index Scan", "Index Only Scan")
SUBJECT, AFTER = "sosa-aus", "2"  # what the two filters without a list of values are asked for


@dataclass(frozen=True)
class Ask:
    """One address, and what in it is tried: a filter, an order, a search, a page; or nothing."""

    list: str
    tried: str
    address: str


@dataclass(frozen=True)
class Scan:
    """A whole table read for an answer."""

    ask: Ask
    table: str
    counts: bool

    def __str__(self):
        what = "counting" if self.counts else "a page"
        return f"{self.ask.list} {self.ask.tried}: {self.table} is read whole for {what}"


def asks() -> Iterator[Ask]:
    """Every list of the API: each filter, order and search, and a deep page; of an explorer, which
    has the same filters, orders and search as its list, each filter: its facets hang on them.
    """
    for name, view in RESOURCES.items():
        yield from _asks(f"/api/v1/{name}/", name, view)
    for page in vars(explorers).values():
        if isinstance(page, explorer.Explorer):
            yield from _filters(f"/{page.name}/", f"page {page.name}", page.resource)


def _filters(place: str, name: str, view: type[Listed]) -> Iterator[Ask]:
    yield Ask(name, "", place)
    for key, one in view.filterset_class.base_filters.items():
        for value in values_of(one, view.queryset.model):
            yield Ask(name, key, f"{place}?{key}={value}")


def _asks(place: str, name: str, view: type[Listed]) -> Iterator[Ask]:
    yield from _filters(place, name, view)
    for column in view().ordering_columns():
        yield Ask(name, f"ordering={column}", f"{place}?ordering={column}")
        yield Ask(name, f"ordering={column}", f"{place}?ordering=-{column}")
    for word in WORDS if view.search_fields else ():
        yield Ask(name, "search", f"{place}?search={word}")
    last = max(1, -(-view.queryset.count() // SIZE))
    yield Ask(name, "page", f"{place}?page={max(1, last // 2)}")


def values_of(one, model: type[Model]) -> list[str]:
    """What a filter is asked for: of keys and choices the most and the least frequent."""
    if isinstance(one.field, DayField):
        return list(DAYS)
    if not {"allowed", "model"} & set(one.extra):
        return [AFTER if isinstance(one.field, NumberField) else SUBJECT]
    known = sorted(one.extra["allowed"]()) if "allowed" in one.extra else []
    try:
        rows = model._base_manager.exclude(**{one.field_name: None}).order_by()
        found = rows.values_list(one.field_name).annotate(n=Count("pk")).order_by("-n")
        stored = [str(value) for value, _ in found if value != "" and ";" not in str(value)]
    except ValueError:  # a column of days that is asked for by decade
        stored = []
    stored = [value for value in stored if value in known] if known else stored
    if isinstance(one, KeyFilter) and not stored:
        keys = one.extra["model"]._base_manager.values_list(one.extra["model"].key_field, flat=True)
        return list(keys[:1])
    return list(dict.fromkeys([*stored[:1], *stored[-1:]])) if stored else known


@contextmanager
def explaining(found: list) -> Iterator[None]:
    """Gather the plan of every SELECT made meanwhile."""

    def explain(execute: Callable, sql: str, params, many: bool, context: dict):
        if not many and sql.lstrip("( ").startswith(("SELECT", "WITH", "EXECUTE")):
            # Past the framework: a cursor that stays in the server explains nothing.
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
            found.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


def large_tables() -> dict[str, int]:
    """The tables that grow with the registry, and their rows as the planner knows them."""
    sql = "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND reltuples >= %s"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND relnamespace = 'public'::regnamespace", [LARGE])
        return dict(cursor.fetchall())


def scans(plan: dict, large: dict[str, int]) -> Iterator[tuple[str, bool]]:
    """The large tables that a plan reads whole though it need not, and whether it counts."""
    for node, above in _nodes(plan):
        table = node.get("Relation Name")
        if table not in large or node["Node Type"] not in READS or node.get("Index Cond"):
            continue
        if _share_read(above) <= MOST:
            continue
        sums = next((each for each in above if each["Node Type"] == "Aggregate"), None)
        if sums is None or sums["Plans"][0]["Plan Rows"] < COUNTED * large[table]:
            yield table, sums is not None


def _nodes(node: dict, above: tuple = ()) -> Iterator[tuple[dict, tuple]]:
    yield node, above
    for child in node.get("Plans", ()):
        yield from _nodes(child, (*above, node))


def _share_read(above: tuple) -> float:
    """How much of what a node can give is asked for, before a LIMIT above it stops it."""
    for each in reversed(above):
        if each["Node Type"] in ("Sort", "Aggregate", "Hash", "Materialize"):
            return 1.0
        if each["Node Type"] == "Limit":
            return each["Plan Rows"] / max(1, each["Plans"][0]["Plan Rows"])
    return 1.0


def walk() -> tuple[list[Ask], list[Scan]]:
    """What was asked, and every whole table that was read for it."""
    client, large, asked, found = Client(HTTP_HOST="127.0.0.1"), large_tables(), [*asks()], []
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # rows are of one process then
    for ask in asked:
        plans: list[dict] = []
        with explaining(plans):
            answer = client.get(ask.address, headers={"Cache-Control": "no-cache"})
        if answer.status_code != 200:
            raise AssertionError(f"{ask.address}: {answer.status_code} {answer.content[:300]}")
        for plan in plans:
            found += [Scan(ask, table, counts) for table, counts in scans(plan, large)]
    return asked, found


def main() -> None:
    """Walk, print."""
    call_command("collectstatic", interactive=False, verbosity=0)
    asked, found = walk()
    for line in dict.fromkeys(map(str, found)):
        print(line)
    print(f"{len(asked)} addresses asked on {large_tables()}")


if __name__ == "__main__":
    sys.exit(main())
