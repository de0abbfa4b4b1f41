"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Revisions and versions: append-only, chained by hash."""

    name = "sosa_registry.ledger"
    label = "ledger"
    verbose_name = "Ledger"
