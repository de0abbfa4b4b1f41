"""All doors, assembled: pages, API, admin."""

from django.contrib import admin
from django.urls import include, path, re_path

from sosa_registry import citing_views, health

urlpatterns = [
    path("api/", include("sosa_registry.api_urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path(".well-known/security.txt", health.security_txt),
    path("accounts/", include("sosa_registry.accounts.urls")),
    path("admin/", admin.site.urls),
    path("cite/", citing_views.cite_form, name="cite"),
    re_path(r"^r/(?P<name>[0-9a-f]{16})$", citing_views.kept, name="permalink"),
    re_path(r"^r/(?P<name>[0-9a-f]{16})/since$", citing_views.changed_since, name="since"),
    re_path(r"^r/(?P<name>[0-9a-f]{16})\.json$", citing_views.content),
    re_path(r"^r/(?P<name>[0-9a-f]{16})\.(?P<form>[a-z.]+)$", citing_views.written),
    path("", include("partners.urls")),
    path("", include("agreements.urls")),
]

handler400 = "sosa_registry.pages.bad_request"
handler403 = "sosa_registry.pages.forbidden"
handler404 = "sosa_registry.pages.not_found"
handler500 = "sosa_registry.pages.failed"
