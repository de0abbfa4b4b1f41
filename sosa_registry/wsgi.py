"""Where gunicorn finds the application."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
application = get_wsgi_application()

# Every address is loaded now rather than by the first request. What is loaded stays, so the search
# for garbage need not walk it again and again: a third of the time of a long list.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
# A page of a list is some thousand values, none of them garbage: looking for it after every seven
# hundred, as is usual, is a sixth of the page's time.
gc.set_threshold(10_000, 10, 10)
