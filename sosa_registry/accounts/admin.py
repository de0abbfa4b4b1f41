"""Accounts in the admin: who, which roles, switched on or off. No single permissions to tick.

No password is typed here: a new account is invited, and one who forgot or lost something is invited
anew. What allauth would show (addresses, identities, authenticators) is left out on purpose.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied

from sosa_registry import logs

from . import actions, admin_tokens
from .forms import PersonForm
from .roles import Role, may_in_admin

__all__ = ["AccountAdmin", "admin_tokens"]

for model in (User, Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
admin.site.unregister(UserSession)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts. One is never deleted, because history names it: it is switched off."""

    list_display = ("username", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Roles", {"fields": ("is_active", "groups", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_form = PersonForm
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "groups")}),
    )
    actions = ("end_sessions", "begin_anew")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request):
        """Roles come along."""
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """The roles, in the table's order."""
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=Role.values)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser makes superusers."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, "is_superuser")

    def has_change_permission(self, request, obj=None):
        """Whoever manages accounts; a superuser's account only another superuser."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return may_in_admin(request.user, "auth", "user", "change")

    def has_delete_permission(self, request, obj=None):
        """Switched off instead: access ends at once, the record of what was done stays."""
        return False

    def save_model(self, request, obj, form, change):
        """A new account is invited; one that is switched off leaves at once."""
        off = change and "is_active" in form.changed_data and not obj.is_active
        super().save_model(request, obj, form, change)
        if off:
            actions.leave(obj, actor=request.user)
        elif not change:
            actions.invite(obj, actor=request.user)
            messages.success(request, f"An invitation is on its way to {obj.email}.")

    def save_related(self, request, form, formsets, change):
        """Who gave which roles is a matter of the security log."""
        super().save_related(request, form, formsets, change)
        names = sorted(form.instance.groups.values_list("name", flat=True))
        by = request.user.get_username()
        logs.note("account saved", account=form.instance, by=by, roles=names)

    def user_change_password(self, request, id, form_url=""):
        """Nobody knows another's password: they are invited anew instead."""
        raise PermissionDenied

    @admin.action(description="Sign out everywhere")
    def end_sessions(self, request, queryset):
        """For people whose session may be in other hands."""
        may_be = [user for user in queryset if self.has_change_permission(request, user)]
        sessions = UserSession.objects.filter(user__in=may_be)
        ended = actions.end_sessions(sessions, actor=request.user)
        messages.success(request, f"{ended} sessions ended.")

    @admin.action(description="Begin anew: new password, new authenticator")
    def begin_anew(self, request, queryset):
        """For people who lost the one or the other."""
        for user in queryset:
            if self.has_change_permission(request, user) and user.is_active:
                actions.begin_anew(user, actor=request.user)
                messages.success(request, f"An invitation is on its way to {user.email}.")

    @admin.display(description="Roles")
    def roles(self, user) -> str:
        """The account's roles by name."""
        return ", ".join(group.name for group in user.groups.all()) or "none"
