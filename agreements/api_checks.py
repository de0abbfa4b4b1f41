"""The API's question about the registry's own rules: what breaks them now."""

from collections import Counter
from dataclasses import asdict

from sosa_registry.api import formats
from sosa_registry.api.pagination import RegistryPagination
from sosa_registry.api.parameters import Parameter, one

from . import tables
from .answers_checks import SEVERITIES, ChecksSerializer
from .api_analysis import Question
from .api_evidence import PAGE, PAGE_SIZE
from .rules import BY_NAME, check


class ChecksView(Question):
    """Every record that breaks one of the registry's own rules, as it is now.

    An error is never so and blocks every door; a warning may be so and asks before it is recorded.
    """

    serializer_class = ChecksSerializer
    columns = tables.CHECKS
    clock_names = ()
    parameters = (
        Parameter(
            "rule",
            "Only this rule.",
            one("rule", lambda known: BY_NAME),
            {"type": "string", "enum": list(BY_NAME)},
            "",
        ),
        Parameter(
            "severity",
            "Only rules of this severity.",
            one("severity", lambda known: SEVERITIES),
            {"type": "string", "enum": list(SEVERITIES)},
            "",
        ),
        PAGE,
        PAGE_SIZE,
    )

    def get(self, request):
        """One page of the violations, or all of them as a file."""
        asked, _ = self.read(request)
        rules = [BY_NAME[asked["rule"]]] if asked["rule"] else list(BY_NAME.values())
        if asked["severity"]:
            rules = [rule for rule in rules if rule.severity == asked["severity"]]
        found = check(rules=rules) if rules else []
        if formats.is_table(request):
            return self.exported(request, self.columns, map(asdict, found), self.pinned)
        counted = Counter(violation.rule for violation in found)
        pages = RegistryPagination()
        page = pages.paginate_queryset(found, request, self)
        response = pages.get_paginated_response([asdict(one) for one in page])
        told = [
            {
                "rule": rule.name,
                "severity": rule.severity,
                "sentence": rule.sentence,
                "violations": counted[rule.name],
            }
            for rule in rules
        ]
        response.data = {"revision": self.pinned.revision, "rules": told, **response.data}
        return response
