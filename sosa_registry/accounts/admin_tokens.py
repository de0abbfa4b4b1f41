"""Tokens in the admin: every curator makes and revokes their own, an admin everybody's.

A token is shown once, on the page that answers its making, and on no other.
"""

from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from . import tokens
from .models import Token
from .reauthentication import asked_again
from .roles import Action, may


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    """Tokens: made, looked at, revoked; never changed, never deleted."""

    list_display = ("name", "owner", "scope", "begins", "ends_at", "last_used_at", "state")
    list_filter = ("scope", "revoked")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "begins")
    readonly_fields = ("begins", "made_at", "ends_at", "last_used_at", "state")
    actions = ("revoke",)

    def get_queryset(self, request):
        """One's own; an admin's are all."""
        rows = super().get_queryset(request)
        return rows if may(request.user, Action.MANAGE_SYSTEM) else rows.filter(owner=request.user)

    def get_fields(self, request, obj=None):
        """Whose it is, an admin may choose."""
        asked = ["name", "scope", "days"]
        if obj is not None:
            return ["owner", *asked, *self.readonly_fields]
        return ["owner", *asked] if may(request.user, Action.MANAGE_SYSTEM) else asked

    def get_readonly_fields(self, request, obj=None):
        """Nothing, before there is something."""
        return self.readonly_fields if obj else ()

    def get_changeform_initial_data(self, request):
        """As a rule one's own."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request, obj=None):
        """Nobody changes a token."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Revoked instead: what it was stays to be seen."""
        return False

    @method_decorator(asked_again)
    def add_view(self, request, form_url="", extra_context=None):
        """Making one asks again who it is."""
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """Make it, and keep the secret for the answer."""
        if not may(request.user, Action.MANAGE_SYSTEM):
            obj.owner = request.user
        request.secret = tokens.make(obj, actor=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        """The token itself, this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Token “{obj.name}”",
            "token": obj,
            "secret": request.secret,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/registry/token.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def log_addition(self, request, obj, message):
        """In the security log, not in Django's."""

    @admin.action(description="Revoke", permissions=["add"])
    def revoke(self, request, queryset):
        """End these at once."""
        for token in queryset.filter(revoked=False):
            tokens.revoke(token, actor=request.user)
            messages.success(request, f"Revoked: {token}.")

    @admin.display(description="State")
    def state(self, token) -> str:
        """Whether it was revoked. When it ends by itself stands beside it."""
        return "revoked" if token.revoked else "in use"
