"""Addresses of the pages of this floor."""

from django.urls import path

from .views import firms_page, groupings_page, sources_page

urlpatterns = [
    path("groupings/", groupings_page, name="groupings"),
    path("firms/", firms_page, name="firms"),
    path("sources/", sources_page, name="sources"),
]
