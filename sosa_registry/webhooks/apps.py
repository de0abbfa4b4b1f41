"""The webhooks app; at start it asks the ledger to be told of revisions."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class WebhooksConfig(AppConfig):
    """Webhooks, and the log of what was delivered."""

    name = "sosa_registry.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"

    def ready(self):
        """Every revision, whichever door wrote it."""
        # By name: models can be imported only now that all apps are known.
        announce_with = import_string("sosa_registry.ledger.revising.announce_with")
        announce_with(import_string("sosa_registry.webhooks.tasks.announce"))
