"""All doors, assembled: pages, API, admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("sosa_registry.api_urls")),
    path("", include("partners.urls")),
    path("", include("agreements.urls")),
]
