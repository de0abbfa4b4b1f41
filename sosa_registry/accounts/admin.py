"""Accounts in the admin: who, which roles, switched on or off. No single permissions to tick."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User

from .roles import Role, may_in_admin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts. One is never deleted, because history names it: it is switched off."""

    list_display = ("username", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Roles", {"fields": ("is_active", "groups", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
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

    @admin.display(description="Roles")
    def roles(self, user) -> str:
        """The account's roles by name."""
        return ", ".join(group.name for group in user.groups.all()) or "none"
