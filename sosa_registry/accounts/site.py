"""The admin site: open to every role that curates, whatever `is_staff` says.

It has no door of its own: signing in, passwords and the second factor are the account pages'.
"""

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from .roles import Action, Role, has_second_factor, may, roles_granted


class CurationSite(AdminSite):
    """The curators' pages."""

    site_header = site_title = "Registry of defence-supply agreements"
    index_title = "Curation"

    def has_permission(self, request):
        """Whether the account may see the curators' pages at all."""
        return may(request.user, Action.CURATE)

    # For people who are not signed in; otherwise LoginRequiredMiddleware would refuse.
    @method_decorator([login_not_required, never_cache])
    def login(self, request, extra_context=None):
        """Sign in, set up the second factor, or learn that the account has no curator's role."""
        onward = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if not request.user.is_authenticated:
            return redirect_to_login(onward, reverse("account_login"))
        if roles_granted(request.user) - {Role.READER} and not has_second_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return render(request, "account/no_curator.html", status=403)

    def password_change(self, request, extra_context=None):
        """Passwords are changed on the account pages."""
        return HttpResponseRedirect(reverse("account_change_password"))
