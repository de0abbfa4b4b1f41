"""The ledger as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class LedgerConfig(AppConfig):
    """Revisions and versions: append-only, chained by hash."""

    name = "sosa_registry.ledger"
    label = "ledger"
    verbose_name = "Ledger"

    def ready(self):
        """Every revision is judged by whether it needed review."""
        ledger = "sosa_registry.ledger"
        refuse = import_string(f"{ledger}.requiring.refuse_unreviewed")
        import_string(f"{ledger}.revising.judge_with")(refuse)
