"""Asks the rules: at the end of every revision about what it touched, and of the whole registry.

The ledger calls `judge` whichever door wrote. Errors undo the revision; warnings do too, until
somebody has read and accepted them.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError

from sosa_registry.ledger import clock
from sosa_registry.ledger.lasting import Lasting, lasting
from sosa_registry.ledger.reading import Pin, pin
from sosa_registry.ledger.revising import Doubts, OpenRevision

from . import agreements, evidence, parties
from .base import ERROR, WARNING, Rule, Touched, Violation

SHOWN = 20  # sentences of one refusal; the rest is counted


class Broken(ValidationError):
    """What was to be recorded breaks rules; `violations` are what breaks which."""

    def __init__(self, violations: list[Violation]):
        super().__init__(_sentences(violations))
        self.violations = violations


class Doubtful(Doubts):
    """What was to be recorded may be so, and somebody should say so first."""

    def __init__(self, violations: list[Violation]):
        super().__init__(_sentences(violations))
        self.violations = violations


def check(
    touched: Touched | None = None, *, severities: Iterable[str] = (ERROR, WARNING), rules=()
) -> list[Violation]:
    """Every violation, by rule; without `touched`, of the whole registry, by every rule."""
    found, pinned = [], None if touched else pin()
    for one in rules or (*agreements.RULES, *parties.RULES, *evidence.RULES):
        if one.severity not in severities:
            continue
        if touched is None:
            found += _of_everything(one, pinned)
        elif touched.everything or one.tables & touched.keys.keys():
            found += _violations(one, touched)
    return found


def _of_everything(one: Rule, pinned: Pin) -> tuple[Violation, ...]:
    """What breaks a rule in the whole registry: found anew when one of its tables was touched.

    A rule that no revision can break need not be asked again where nothing broke it.
    """
    if one.kept_elsewhere:
        found = _kept(one, lasting(pinned, ()), clock.today())
        if not found:
            return found
    return _kept(one, lasting(pinned, one.tables), clock.today())


@lru_cache(maxsize=256)
def _kept(one: Rule, asked: Lasting, today: date) -> tuple[Violation, ...]:
    return tuple(_violations(one, Touched(everything=True)))


def _violations(one: Rule, asked: Touched) -> Iterable[Violation]:
    if one.kept_elsewhere and not asked.everything:
        return
    for found in one.find(asked):
        if asked.concerns([found.record, *found.beside]):
            table, key = found.record
            yield Violation(one.name, one.severity, table, key, found.column, found.message)


def judge(opened: OpenRevision) -> None:
    """Refuse a revision that breaks a rule, or raises a doubt that was not accepted.

    Raises Broken or Doubtful; both name every violation.
    """
    touched = Touched.by(opened)
    if broken := check(touched, severities=[ERROR]):
        raise Broken(broken)
    if not opened.accept_warnings and (doubtful := check(touched, severities=[WARNING])):
        raise Doubtful(doubtful)


def _sentences(violations: list[Violation]) -> list[str]:
    told = [str(violation) for violation in violations[:SHOWN]]
    more = len(violations) - len(told)
    return [*told, *([f"… and {more} more."] if more else [])]
