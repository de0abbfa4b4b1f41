"""Conditional requests: what an answer is called, and whether a client has it already.

An entity tag is `"<revision>-<hash>"`. The revision is that of the record with its parts, or of the
registry for an answer made of many; the hash is over all else that the answer depends on. Readers
are held to the whole tag (`holds`), writers to its revision (`revisions_named`): what a write must
not overwrite is a state, in whatever format it was read. The one thing to know: a tag comes back as
proxies and compression leave it, with `W/` before it or `-gzip` behind.
"""

import hashlib
import re
from collections.abc import Callable, Iterable

import orjson
from django.db.models import Expression, F, Max, Model, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from .models import Revision, Version
from .reading import Pin, heads, present
from .recording import Recorded, Replayable
from .together import Given, Together

_TAG = re.compile(r'(?:W/)?"(\d{1,18})-([0-9a-f]{32})(?:-{1,2}|;)?[a-z]*"', re.ASCII)


def tag(revision: int, *said) -> str:
    """The entity tag of an answer: its revision, and all else it depends on (plain values)."""
    content = orjson.dumps(said, default=str)
    return f'"{revision}-{hashlib.sha256(content).hexdigest()[:32]}"'


def holds(header: str, made: str) -> bool:
    """Whether `If-None-Match` names this tag: the client has the answer. Compared weakly."""
    if header.strip() == "*":
        return True
    wanted = _TAG.fullmatch(made)
    return any(found.groups() == wanted.groups() for found in _TAG.finditer(header))


def revisions_named(header: str) -> set[int]:
    """The revisions that the tags of an `If-Match` name; none for what is no tag of ours."""
    return {int(found[1]) for found in _TAG.finditer(header)}


def is_of_the_ledger(model: type[Model]) -> bool:
    """Whether rows of a model change with a revision only, so that its number names their state."""
    return issubclass(model, Recorded) or model in (Revision, Version)


def newest(rows: QuerySet) -> Subquery:
    """The last revision that touched any of these versions, or rows that keep their past."""
    last = F("revision_id") if rows.model is Version else F("recorded_in")
    if issubclass(rows.model, Replayable):
        last = Greatest(last, Coalesce(F("superseded_in"), 0))
    grouped = rows.order_by().annotate(whole=Value(1)).values("whole")
    return Subquery(grouped.annotate(newest=Max(last)).values("newest"))


class StateOf:
    """The registry's present, and the last revision of a record, given its key and its parts.

    The revision is 0 when there is none of it. One small statement.
    """

    def __init__(self, parts: Callable[[Given], Iterable[QuerySet]]):
        self._asked = Together(lambda: {"head": self._head(parts(Given("key")))})

    def __call__(self, key: str) -> tuple[Pin, int]:
        """Both, of the record with that key."""
        pinned, last = present(self._asked.ask(key=key)["head"])
        return pinned, last[0] if last else 0

    def _head(self, parts: Iterable[QuerySet]) -> QuerySet:
        found: list[Expression] = [Coalesce(newest(part), 0) for part in parts]
        last = Greatest(*found) if len(found) > 1 else found[0]
        return heads().annotate(whole=last).values_list("number", "at", "hash", "whole")
