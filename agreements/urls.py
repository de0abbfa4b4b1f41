"""Addresses of the pages of this floor."""

urlpatterns = []
