"""The accounts app, and the admin site that its permission table guards."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register

from sosa_registry import neighbours

from .receivers import listen


class AccountsConfig(AppConfig):
    """Roles, and what each may do."""

    name = "sosa_registry.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self):
        """Have authentication noted, and neighbours judged by `check --deploy`."""
        register(neighbours.check_neighbours, Tags.security, deploy=True)
        listen(import_module("allauth.mfa.signals"))


class CurationConfig(AdminConfig):
    """Django's admin, opened by role instead of by a tick on each account."""

    default_site = "sosa_registry.accounts.site.CurationSite"
