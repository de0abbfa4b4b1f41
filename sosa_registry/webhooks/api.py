"""Webhooks through the API, for admins: registered, switched, removed, and their deliveries."""

from copy import copy

from django.db import models
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import generics, mixins, serializers, viewsets
from rest_framework.filters import BaseFilterBackend

from sosa_registry import logs
from sosa_registry.accounts.roles import Action
from sosa_registry.api.inputs import Exact, Flag, Text
from sosa_registry.api.pagination import RegistryPagination
from sosa_registry.api.problems import ProblemSerializer
from sosa_registry.api.views import PAGING, Strict

from .models import Delivery, Webhook

SECRET = "whsec_qFz0V9gZ8n2cQy1n0b7m5k3j1h9g7f5d3s1a0p9o8i7"
ONE = {
    "id": 1,
    "name": "mirror",
    "url": "https://mirror.example/revisions",
    "active": True,
    "made_at": "2026-11-21T12:00:00Z",
}
SENT = {"name": "mirror", "url": "https://mirror.example/revisions"}
DELIVERED = {
    "revision": 12,
    "state": "delivered",
    "tries": 1,
    "status": 204,
    "told": "It arrived.",
    "tried_at": "2026-11-21T12:00:01Z",
    "next_at": None,
}
NO_WEBHOOK = {404: ProblemSerializer}
BODY = dict.fromkeys((413, 415), ProblemSerializer)
NEEDS = dict.fromkeys(("GET", "HEAD", "POST", "PATCH", "DELETE"), Action.MANAGE_SYSTEM)


class WebhookSerializer(Exact, serializers.ModelSerializer):
    """An address that is told of each revision."""

    name = Text(max_length=80, help_text="Whose it is, or what for. Each name is there once.")
    url = Text(max_length=500, help_text="Where each revision is posted to: an https address.")
    active = Flag(default=True, help_text="Off: nothing is sent.")

    class Meta:
        model = Webhook
        fields = ("id", "name", "url", "active", "made_at")
        read_only_fields = ("id", "made_at")
        extra_kwargs = {"id": {"help_text": "Its number."}}

    def validate(self, values):
        """By the model's own rules."""
        webhook = copy(self.instance) if self.instance else Webhook()
        for name, value in values.items():
            setattr(webhook, name, value)
        webhook.full_clean()
        return values


class NewWebhookSerializer(WebhookSerializer):
    """A webhook just made, and its secret, which is not shown again."""

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")
        read_only_fields = (*WebhookSerializer.Meta.read_only_fields, "secret")
        extra_kwargs = {
            "id": {"help_text": "Its number."},
            "secret": {"help_text": "What deliveries are signed with. Shown this once."},
        }


class DeliverySerializer(serializers.ModelSerializer):
    """One revision for one webhook: whether it arrived."""

    class Meta:
        model = Delivery
        fields = ("revision", "state", "tries", "status", "told", "tried_at", "next_at")


class Plain(BaseFilterBackend):
    """Lists without filters."""

    def filter_queryset(self, request, queryset, view):
        """All of it."""
        return queryset


class Paged(Strict):
    """A short list, by pages."""

    pagination_class = RegistryPagination
    filter_backends = [Plain]
    needs = NEEDS
    tags = ("webhooks",)
    lookup_value_regex = r"[0-9]{1,15}"

    def allowed_parameters(self):
        """Pages, of a list."""
        pages = PAGING if getattr(self, "action", "list") == "list" else ()
        return [*super().allowed_parameters(), *pages]


def shown(name: str, value, **more) -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample(name, value=value, response_only=True, **more)


def given(name: str, value) -> OpenApiExample:
    """An example of a body."""
    return OpenApiExample(name, value=value, request_only=True)


@extend_schema_view(
    list=extend_schema(examples=[shown("Webhooks", ONE)]),
    retrieve=extend_schema(examples=[shown("A webhook", ONE)]),
    create=extend_schema(
        request=WebhookSerializer,
        responses={201: NewWebhookSerializer, **BODY},
        examples=[
            given("A webhook", SENT),
            shown("Made", ONE | {"secret": SECRET}, status_codes=["201"]),
        ],
    ),
    partial_update=extend_schema(
        responses={200: WebhookSerializer, **NO_WEBHOOK, **BODY},
        examples=[given("Off", {"active": False}), shown("Off", ONE | {"active": False})],
    ),
    destroy=extend_schema(responses={204: None, **NO_WEBHOOK}),
)
class WebhookViewSet(
    Paged,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    mixins.UpdateModelMixin,
    viewsets.ReadOnlyModelViewSet,
):
    """Addresses that are told of each revision. For admins."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    http_method_names = ["get", "head", "options", "post", "patch", "delete"]

    def get_serializer_class(self):
        """Its maker is told the secret."""
        return NewWebhookSerializer if self.action == "create" else WebhookSerializer

    def perform_create(self, serializer):
        """Noted in the security log."""
        made = serializer.save()
        logs.note("webhook saved", account=self.request.user, webhook=made.name, active=made.active)

    def perform_update(self, serializer):
        """Noted as well."""
        self.perform_create(serializer)

    def perform_destroy(self, instance):
        """Noted as well."""
        logs.note("webhook removed", account=self.request.user, webhook=instance.name)
        instance.delete()


class DeliveriesView(Paged, generics.ListAPIView):
    """What one webhook was told, newest first: whether it arrived, after how many tries."""

    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer

    @extend_schema(
        operation_id="webhooks_deliveries_list", examples=[shown("Deliveries", DELIVERED)]
    )
    def get(self, request, *args, **kwargs):
        """A page of them."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> models.QuerySet:
        """Of this webhook. Raises Http404."""
        webhook = generics.get_object_or_404(Webhook, pk=self.kwargs["number"])
        return super().get_queryset().filter(webhook=webhook)
