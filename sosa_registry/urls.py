"""All doors, assembled: pages, API, admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("sosa_registry.api_urls")),
    path("", include("partners.urls")),
    path("", include("agreements.urls")),
]

handler400 = "sosa_registry.pages.bad_request"
handler403 = "sosa_registry.pages.forbidden"
handler404 = "sosa_registry.pages.not_found"
handler500 = "sosa_registry.pages.failed"
