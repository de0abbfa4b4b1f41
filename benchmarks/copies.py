"""Makes a registry many times as large within seconds, for what only looks at plans and sizes.

Every agreement with all that hangs on it is copied under keys of its own, inside PostgreSQL. The
copies' versions lie in the revisions of what they were copied from, so the ledger's hashes no
longer hold: `benchmarks.load` makes registries whose hashes do.
"""

from django.db import connection, transaction

from agreements.models import (
    Agreement,
    Claim,
    Commitment,
    Event,
    Invocation,
    ListEntry,
    PublishedList,
    SearchEntry,
    Standing,
)
from partners.models import Citation, Firm
from sosa_registry.ledger.models import Version

# Of each copied table, the columns that hold a key of its own or of another copy.
KEYS = {
    Agreement: ("slug", "title"),
    Event: ("slug", "agreement_id"),
    Standing: ("agreement", "event"),
    Citation: ("subject",),
    Commitment: ("agreement_id",),
    Claim: ("slug", "subject"),
    Invocation: ("slug", "agreement_id"),
    Firm: ("slug",),
    SearchEntry: ("key", "url"),
    PublishedList: ("slug",),
    Version: ("key",),
}
OF_WHICH = {Commitment: "agreement_id IS NOT NULL"}
APART = 1_000_000  # between the places of a copy's versions in a revision and those of the next
ENTRIES = """
INSERT INTO {entry} (list_id, {names}) SELECT copied.id, {columns}
FROM {entry} entry JOIN {list} own ON own.id = entry.list_id
JOIN {list} copied ON copied.slug LIKE own.slug || '-x%'
"""


def multiply(times: int) -> None:
    """Let there be so many of everything that the registry holds; the planner is told."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, keys in KEYS.items():
            cursor.execute(_copying(model, keys), [times - 1])
        tables = {"entry": ListEntry._meta.db_table, "list": PublishedList._meta.db_table}
        own = [each.column for each in ListEntry._meta.concrete_fields]
        columns = ", ".join(f"entry.{name}" for name in own if name not in ("id", "list_id"))
        cursor.execute(
            ENTRIES.format(**tables, columns=columns, names=columns.replace("entry.", ""))
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copying(model, keys: tuple[str, ...]) -> str:
    columns = {
        each.column: f'"{each.column}"'
        for each in model._meta.concrete_fields
        if each.get_internal_type() not in ("AutoField", "BigAutoField")
    }
    names = ", ".join(columns.values())
    columns |= {name: f"\"{name}\" || '-x' || copy" for name in keys}
    if model is Version:
        columns["position"] = f"position + copy * {APART}"
    which = f"WHERE {OF_WHICH[model]}" if model in OF_WHICH else ""
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} "
        f"FROM {table}, generate_series(1, %s) copy {which}"
    )
