"""What a user would write first: the same rows through a plain `ModelViewSet`.

Default pagination and renderer, country and type embedded, `select_related` on every reference (the
framework reads a principal for its code, once a row if it is not fetched along). Settings and
addresses in one module: `DJANGO_SETTINGS_MODULE=benchmarks.plain_settings`.
"""

from django.urls import include, path
from rest_framework import routers, serializers, viewsets

from agreements.models import Agreement, AgreementType
from partners.models import Country


class CountrySerializer(serializers.ModelSerializer):
    """A country, every column."""

    class Meta:
        model = Country
        fields = "__all__"


class TypeSerializer(serializers.ModelSerializer):
    """A type, every column."""

    class Meta:
        model = AgreementType
        fields = "__all__"


class PlainSerializer(serializers.ModelSerializer):
    """An agreement, every column, with its country and type."""

    type = TypeSerializer()
    partner = CountrySerializer()

    class Meta:
        model = Agreement
        fields = "__all__"


class BareSerializer(serializers.ModelSerializer):
    """An agreement, every column, references by key."""

    class Meta:
        model = Agreement
        fields = "__all__"


REFERENCES = [each.name for each in Agreement._meta.concrete_fields if each.is_relation]


class PlainViewSet(viewsets.ModelViewSet):
    """Agreements, as the framework gives them."""

    queryset = Agreement.objects.select_related(*REFERENCES).order_by("slug")
    lookup_field = "slug"

    def get_serializer_class(self):
        """The bare row alone, country and type embedded in a list."""
        return BareSerializer if self.action == "retrieve" else PlainSerializer

    def get_queryset(self):
        """With the one filter that is measured."""
        kind = self.request.query_params.get("type")
        return self.queryset.filter(type=kind) if kind else self.queryset


router = routers.SimpleRouter()
router.register("agreements", PlainViewSet)
urlpatterns = [path("plain/", include(router.urls))]
