"""The agreements app; at start it tells the ledger what to derive and what to check."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class AgreementsConfig(AppConfig):
    """Agreements, events, standing, codes, invocations, claims, lists."""

    name = "agreements"
    verbose_name = "Agreements and evidence"

    def ready(self):
        """Standing and search follow every revision, the rules judge it; `verify_ledger` checks."""
        # By name: models can be imported only now that all apps are known.
        ledger = "sosa_registry.ledger"
        project_with = import_string(f"{ledger}.revising.project_with")
        project_with(import_string("agreements.standing.project"))
        project_with(import_string("agreements.search_index.project"))
        judge_with = import_string(f"{ledger}.revising.judge_with")
        judge_with(import_string("agreements.rules.judge"))
        judge_with(import_string("agreements.topics.refuse_unsourced"))
        import_string(f"{ledger}.requiring.about_with")(
            import_string("agreements.topics.types_touched")
        )
        import_string(f"{ledger}.integrity.also_check")(import_string("agreements.standing.faults"))
