"""What a rule is made of: its name and sentence, what it finds, and where it looks.

A rule is a function from what was touched to what it finds wrong. The one thing to know: a rule may
find more than was touched (when much was, it looks at everything in the same few statements), and
`judging` leaves out what nobody touched.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from sosa_registry.ledger.revising import BATCH, OpenRevision

ERROR, WARNING = "error", "warning"
SUBJECTS = "subjects"  # among what was touched: the records that touched evidence is about
Name = tuple[str, str]  # a record: its table and its key


@dataclass(frozen=True)
class Found:
    """One fault: the record and column to mend, the sentence, and the other records it rests on."""

    record: Name
    column: str
    message: str
    beside: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A named check, and the tables whose rows can break it."""

    name: str
    severity: str
    sentence: str
    tables: frozenset[str]
    find: Callable[["Touched"], Iterator[Found]]
    kept_elsewhere: bool = False  # refused before a revision ends already: asked by checks only


@dataclass(frozen=True)
class Violation:
    """A rule and what breaks it."""

    rule: str
    severity: str
    table: str
    key: str
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.table} {self.key}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.message} [{self.rule}]"


@dataclass
class Touched:
    """The records that a revision touched, by table; `everything` for a check of the registry."""

    keys: dict[str, set[str]] = field(default_factory=dict)
    everything: bool = False

    @classmethod
    def by(cls, opened: OpenRevision) -> "Touched":
        """What an open revision has touched; an event touches its agreement, an entry its list."""
        keys: dict[str, set[str]] = {}
        for record_type, key, state in opened.touched():
            keys.setdefault(record_type, set()).add(key)
            if record_type == "events":
                keys.setdefault("agreements", set()).add(state["agreement"])
            elif record_type == "published_list_entries":
                keys.setdefault("published_lists", set()).add(state["list"])
            if "subject" in state:
                keys.setdefault(SUBJECTS, set()).add(state["subject"])
        return cls(keys)

    @property
    def many(self) -> bool:
        """Whether to look at everything: that costs the same few statements, however many rows."""
        return self.everything or any(len(keys) > BATCH for keys in self.keys.values())

    def near(self, **paths: str) -> Q:
        """Rows that are, or refer to, what was touched: for each table, the path to its key."""
        if self.many:
            return Q()
        wanted = Q(pk__in=())
        for table, path in paths.items():
            if keys := self.keys.get(table):
                wanted |= Q(**{f"{path}__in": keys})
        return wanted

    def concerns(self, names: Iterable[Name]) -> bool:
        """Whether one of these records was touched."""
        return self.everything or any(key in self.keys.get(table, ()) for table, key in names)


def rule(severity: str, *tables: str, kept_elsewhere: bool = False):
    """Make a function a rule of this severity, about these tables."""

    def make(find) -> Rule:
        sentence = " ".join(inspect.getdoc(find).partition("\n\n")[0].split())
        name = find.__name__.replace("_", "-")
        return Rule(name, severity, sentence, frozenset(tables), find, kept_elsewhere)

    return make
