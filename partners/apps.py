"""The partners app."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Countries, groupings, organizations, firms, sources."""

    name = "partners"
    verbose_name = "Partners and sources"
