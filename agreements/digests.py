"""Letters: the one that asks to confirm, and the digest of what touched a view since the last one.

A digest is sent at most once a period and subscription. Whoever sends first claims the period with
one conditional UPDATE, so two runs at once cannot both send; a letter that fails gives the claim
back, and a later run tries again. What was told moves on only after the letter has left.
"""

import logging
from collections import Counter
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from sosa_registry.ledger import clock
from sosa_registry.ledger.reading import Pin, pin

from .analysis.watching import MOST, latest
from .models import Subscription
from .subscribing import DAYS_TO_CONFIRM, Asked, confirm_path, stop_path
from .views.following import Followed, follow

SENT, QUIET, FAILED, TAKEN = "sent", "quiet", "failed", "taken"
_log = logging.getLogger(__name__)


def ask_to_confirm(asked: Asked, followed: Followed) -> None:
    """Send the letter with the link that confirms. Raises OSError or SMTPException."""
    _send(
        asked.address,
        "Confirm your digest of the registry",
        "confirm",
        {
            "heading": followed.heading,
            "narrowed": followed.title != followed.heading,
            "every": Subscription.Every(asked.every).label.lower(),
            "confirm_url": f"{settings.SITE_URL}{confirm_path(asked)}",
            "days": DAYS_TO_CONFIRM,
        },
    )


def send_digests() -> Counter:
    """Send every digest that is due; how many were sent, had no news, failed, were taken."""
    today, head, outcome = clock.today(), pin(), Counter()
    for subscription in Subscription.objects.due(today, head.revision).iterator():
        try:
            outcome[_digest(subscription, head)] += 1
        except (SMTPException, OSError, ValueError) as error:  # one letter must not stop the rest
            outcome[FAILED] += 1
            _log.error("digest %s (%s): %s", subscription.pk, subscription.view, error)
    return outcome


def _digest(subscription: Subscription, head: Pin) -> str:
    followed, faults = follow(subscription.view)
    if faults:
        raise ValueError("; ".join(faults))
    told = subscription.told_revision
    found = latest(followed.about, followed.kind, after=told, until=head.revision)
    row = Subscription.objects.filter(
        pk=subscription.pk, told_in=subscription.told_in, told_revision=told
    )
    if not found:
        row.update(told_revision=head.revision)
        return QUIET
    period = Subscription.period_of(subscription.every, clock.today())
    if not row.update(told_in=period):
        return TAKEN
    claimed = Subscription.objects.filter(pk=subscription.pk, told_in=period)
    try:
        _tell(subscription, followed, found)
    except (SMTPException, OSError):
        claimed.update(told_in=subscription.told_in)
        raise
    claimed.update(told_revision=head.revision)
    return SENT


def _tell(subscription: Subscription, followed: Followed, found: list) -> None:
    stop_url = f"{settings.SITE_URL}{stop_path(subscription)}"
    number = f"{len(found)} change{'' if len(found) == 1 else 's'}"
    _send(
        subscription.address,
        f"{number}: {followed.title}",
        "digest",
        {
            "title": followed.title,
            "page_url": f"{settings.SITE_URL}{followed.page}",
            "revisions": found,
            "more": len(found) == MOST,
            "every": subscription.get_every_display().lower(),
            "stop_url": stop_url,
        },
        # RFC 8058: a mail program's own button stops it with one POST.
        {
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _send(address: str, subject: str, letter: str, context: dict, headers: dict | None = None):
    context = {**context, "site_url": settings.SITE_URL}
    made = EmailMultiAlternatives(
        " ".join(subject.split())[:150],
        render_to_string(f"letters/{letter}.txt", context),
        to=[address],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    made.attach_alternative(render_to_string(f"letters/{letter}.html", context), "text/html")
    made.send()
