"""Addresses of the pages of this floor."""

from django.urls import path

from sosa_registry.keeping import kept

from .views import archived_copy, due_page, groupings_page

urlpatterns = [
    path("groupings/", kept(groupings_page), name="groupings"),
    path("sources/due/", kept(due_page), name="sources-due"),
    path("sources/<str:slug>/copies/<str:sha256>/", archived_copy, name="archived-copy"),
]
