"""Webhooks in the admin, for admins: registered, switched off, removed; the log of deliveries."""

from django.contrib import admin
from django.template.response import TemplateResponse

from sosa_registry import logs

from .models import Delivery, Webhook


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    """Who is told of each revision."""

    list_display = ("name", "url", "active", "made_at")
    list_filter = ("active",)
    search_fields = ("name", "url")
    fields = ("name", "url", "active")

    def save_model(self, request, obj, form, change):
        """Who had whom told is a matter of the security log."""
        super().save_model(request, obj, form, change)
        logs.note("webhook saved", account=request.user, webhook=obj.name, active=obj.active)

    def delete_model(self, request, obj):
        """Noted as well."""
        logs.note("webhook removed", account=request.user, webhook=obj.name)
        super().delete_model(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        """The secret, this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Webhook “{obj.name}”",
            "webhook": obj,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/registry/webhook.html", context)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    """What was delivered, what was not, and why."""

    list_display = (
        "revision",
        "webhook",
        "state",
        "tries",
        "status",
        "told",
        "tried_at",
        "next_at",
    )
    list_filter = ("state", "webhook")
    list_select_related = ("webhook",)

    def has_add_permission(self, request):
        """Revisions make them."""
        return False

    def has_change_permission(self, request, obj=None):
        """A log is read."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A log is kept."""
        return False
