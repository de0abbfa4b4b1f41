"""The admin site: open to every role that curates, whatever `is_staff` says."""

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm

from .roles import Action, may


class CurationForm(AuthenticationForm):
    """Signing in to curate; an account that may only read is told so."""

    def confirm_login_allowed(self, user):
        """Refuse accounts without a curator's role."""
        super().confirm_login_allowed(user)
        if not may(user, Action.CURATE):
            raise self.get_invalid_login_error()


class CurationSite(AdminSite):
    """The curators' pages."""

    site_header = site_title = "Registry of defence-supply agreements"
    index_title = "Curation"
    login_form = CurationForm

    def has_permission(self, request):
        """Whether the account may see the curators' pages at all."""
        return may(request.user, Action.CURATE)
