"""The page that holds the registry against its own rules."""

from collections import Counter

from agreements.answers_checks import SEVERITIES
from agreements.rules import BY_NAME, check
from sosa_registry.ledger.recording import recorded_models
from sosa_registry.pages import Question, Toolbar, refused, show


def _addresses(found) -> dict[tuple[str, str], str]:
    """The page of each record named, where it has one. One statement a table."""
    models = {model.record_type: model for model in recorded_models()}
    addresses = {}
    for table in {violation.table for violation in found}:
        model = models.get(table)
        if model and model.key_field != "key" and hasattr(model, "get_absolute_url"):
            keys = {violation.key for violation in found if violation.table == table}
            for row in model.objects.filter(**{f"{model.key_field}__in": keys}):
                addresses[table, row.key] = row.get_absolute_url()
    return addresses


def checks_page(request):
    """Every rule with its sentence, and every record that breaks one now."""
    question = Question(request, "rule", "severity", "page")
    name = question.choice("rule", BY_NAME)
    severity = question.choice("severity", SEVERITIES)
    toolbar = (
        Toolbar(question, "Checks")
        .select(
            "severity",
            "Severity",
            "Errors and warnings",
            [(s, f"{s}s".capitalize()) for s in SEVERITIES],
        )
        .select("rule", "Rule", "Every rule", [(rule, rule) for rule in BY_NAME])
    )
    everything = check()
    found = [
        violation
        for violation in everything
        if name in ("", violation.rule) and severity in ("", violation.severity)
    ]
    pager = question.page_of(found)
    if question.faults:
        return refused(question, toolbar, "reconciliation", "Checks")
    addresses = _addresses(pager.rows)
    counted = Counter(violation.rule for violation in everything)
    kinds = Counter(violation.severity for violation in everything)
    return show(
        question,
        "checks.html",
        "reconciliation",
        api=f"checks/{question.address(page=None)}",
        toolbar=toolbar,
        pager=pager,
        lines=[(one, addresses.get((one.table, one.key), "")) for one in pager.rows],
        counted=[(f"{s}s".capitalize(), kinds[s]) for s in SEVERITIES],
        rules=[(rule, counted[rule.name]) for rule in BY_NAME.values()],
    )
