"""The API assembled: every resource and analysis endpoint under /api/v1/."""

urlpatterns = []
