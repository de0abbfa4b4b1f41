"""Asks the rules: at the end of every revision about what it touched, and of the whole registry.

The ledger calls `judge` whichever door wrote. Errors undo the revision; warnings do too, until
somebody has read and accepted them.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

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
    asked = touched or Touched(everything=True)
    found = []
    for one in rules or (*agreements.RULES, *parties.RULES, *evidence.RULES):
        concerned = asked.everything or one.tables & asked.keys.keys()
        if one.severity in severities and concerned:
            found += _violations(one, asked)
    return found


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
