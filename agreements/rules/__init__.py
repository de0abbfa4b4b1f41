"""Business rules: what the registry as a whole must be, or should be. Each is named, once, here.

An error is never so; a warning may be, and asks. The first paragraph of a rule's docstring is what
the page, the API and the command show. `RULES` is the table of all of them, in order.
"""

from . import agreements, evidence, parties
from .base import ERROR, WARNING, Rule, Touched, Violation
from .judging import Broken, Doubtful, check, judge

RULES: tuple[Rule, ...] = (*agreements.RULES, *parties.RULES, *evidence.RULES)

BY_NAME = {rule.name: rule for rule in RULES}

__all__ = [
    "BY_NAME",
    "ERROR",
    "RULES",
    "WARNING",
    "Broken",
    "Doubtful",
    "Rule",
    "Touched",
    "Violation",
    "check",
    "judge",
]
