"""What those who run the registry ask it: does it live, is it ready, what are its figures.

`/healthz` asks nothing of the database: a process that answers need not be restarted. `/readyz`
says whether to send requests here: the database answers, no migration waits, the ledger's triggers
are there and its head is the last link of the chain. `/metrics` exists only with METRICS_TOKEN set.
"""

import hmac
import os

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from .api.problems import MEDIA_TYPE, RETRY_AFTER, problem
from .api.renderers import as_json
from .ledger import clock, integrity

SECURITY_TXT = """Contact: {contact}
Expires: {expires}
Preferred-Languages: en
Canonical: {site}/.well-known/security.txt
"""


@never_cache
@login_not_required
@require_safe
def healthz(request):
    """The process lives."""
    return JsonResponse({"status": "alive", "version": settings.VERSION})


def faults() -> list[str]:
    """Why this process should not be sent requests; empty when it should."""
    try:
        return [*_migrations(), *integrity.faults_at_hand()]
    except DatabaseError:
        return ["The database does not answer."]


def _migrations() -> list[str]:
    loader = MigrationLoader(connection)
    waiting = sorted(set(loader.graph.nodes) - set(loader.applied_migrations))
    return [f"Migration {app}.{name} has not been applied." for app, name in waiting]


@never_cache
@login_not_required
@require_safe
def readyz(request):
    """Whether to send requests here; each fault by name where not."""
    found = faults()
    if not found:
        return JsonResponse({"status": "ready", "version": settings.VERSION})
    told = [{"detail": fault} for fault in found]
    body = as_json(problem(503, "This process is not ready.", told))
    headers = {"Retry-After": RETRY_AFTER}
    return HttpResponse(body, content_type=MEDIA_TYPE, status=503, headers=headers)


class Figures:
    """What is counted when asked, in the database."""

    def collect(self):
        """The revision, and how much work waits."""
        head = GaugeMetricFamily("registry_revision", "Number of the last revision.")
        head.add_metric([], integrity.head_number())
        work = GaugeMetricFamily("registry_tasks", "Tasks by status.", labels=["status"])
        for status in ("READY", "RUNNING", "FAILED"):
            work.add_metric([status.lower()], DBTaskResult.objects.filter(status=status).count())
        return [head, work]


@never_cache
@login_not_required
@require_safe
def metrics(request):
    """Figures for Prometheus, to those who know the token; to others there is nothing here."""
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, wanted):
        raise Http404
    several = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    counted = REGISTRY
    if several:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    asked = CollectorRegistry()
    asked.register(Figures())
    body = generate_latest(counted) + generate_latest(asked)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


@login_not_required
@require_safe
def security_txt(request):
    """Whom to tell of a weakness (RFC 9116); good until the end of the next year."""
    text = SECURITY_TXT.format(
        contact=settings.SECURITY_CONTACT,
        expires=f"{clock.today().year + 1}-12-31T23:59:59Z",
        site=settings.SITE_URL,
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
