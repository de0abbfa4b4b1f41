"""When webhooks are told: once for each revision, and again, ever more slowly, until it arrives.

`announce` puts the deliveries into the worker's queue within the revision's own transaction, so
that a revision that is kept is told and one that is not never is. Sending twice does no harm: a
delivery says which revision it is.
"""

from datetime import timedelta

import orjson
from django.conf import settings
from django.db import transaction
from django_tasks import task

from sosa_registry.ledger import clock
from sosa_registry.ledger.models import Revision

from . import sending
from .models import Delivery, Webhook

TRIES = 9  # the last about 34 hours after the first
FIRST_WAIT = timedelta(seconds=30)  # then four times as long each time, six hours at most
LONGEST_WAIT = timedelta(hours=6)
KEPT_WORDS = Delivery._meta.get_field("told").max_length


def announce(revision: Revision) -> None:
    """Have every active webhook told of a revision, in its transaction."""
    for webhook in Webhook.objects.filter(active=True):
        delivery = Delivery.objects.create(webhook=webhook, revision=revision.number)
        deliver.enqueue(delivery.pk)


def content(revision: Revision) -> bytes:
    """What is posted: the revision, and where its changes are."""
    base = f"{settings.SITE_URL}/api/v1/revisions/{revision.number}/"
    names = ("number", "at", "actor", "kind", "reason", "changes", "previous_hash", "hash")
    told = {name: getattr(revision, name) for name in names}
    body = {"event": "revision", "revision": told, "url": base, "changes_url": f"{base}changes/"}
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


@task()
def deliver(delivery_id: int) -> None:
    """Try once; where it fails, say so and try again later."""
    delivery = Delivery.objects.select_related("webhook").filter(pk=delivery_id).first()
    if delivery is None or delivery.state != Delivery.State.WAITING or not delivery.webhook.active:
        return
    body, now = content(Revision.objects.get(number=delivery.revision)), clock.now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "defence-supply-registry",
        sending.DELIVERY: f"{delivery.webhook_id}-{delivery.revision}",
        sending.SIGNATURE: sending.signature(delivery.webhook.secret, int(now.timestamp()), body),
    }
    delivery.tries, delivery.tried_at, delivery.next_at = delivery.tries + 1, now, None
    try:
        delivery.status = sending.post(delivery.webhook.url, body, headers)
        delivery.state, delivery.told = Delivery.State.DELIVERED, "It arrived."
    except sending.NotDelivered as failure:
        delivery.status, delivery.told = failure.status, str(failure)[:KEPT_WORDS]
        if failure.final or delivery.tries >= TRIES:
            delivery.state = Delivery.State.FAILED
        else:
            delivery.next_at = now + wait_after(delivery.tries)
    with transaction.atomic():
        delivery.save()
        if delivery.next_at:
            deliver.using(run_after=delivery.next_at).enqueue(delivery.pk)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(FIRST_WAIT * 4 ** (tries - 1), LONGEST_WAIT)
