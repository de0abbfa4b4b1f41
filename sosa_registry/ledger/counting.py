"""How many rows a list has: counted once for each state of the registry and each filter.

Counting is what costs most of a page of a long list, and the number changes only with a revision.
"""

import hashlib

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from .conditional import is_of_the_ledger
from .reading import Pin


def count_of(rows: QuerySet, pinned: Pin | None) -> int:
    """The number of rows; kept while the state pinned is the registry's present."""
    if pinned is None or not is_of_the_ledger(rows.model):
        return rows.count()
    try:
        sql, params = rows.order_by().query.sql_with_params()
    except EmptyResultSet:
        return 0
    asked = hashlib.sha256(f"{sql} {params} {pinned.state}".encode()).hexdigest()
    found = caches["answers"].get(f"count-{asked}")
    if found is None:
        found = rows.count()
        caches["answers"].set(f"count-{asked}", found)
    return found
