"""The partners app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class PartnersConfig(AppConfig):
    """Countries, groupings, organizations, firms, sources."""

    name = "partners"
    verbose_name = "Partners and sources"

    def ready(self):
        """Drafts follow what was renamed or merged meanwhile."""
        # By name: models can be imported only now that all apps are known.
        followed = import_string("partners.models.Redirect").followed
        import_string("sosa_registry.ledger.rebasing.follow_with")(followed)
