"""The verbs of digests: a reader asks for one, confirms, stops. No account, no password: the
signed links in the letters are the right to do it.

Nothing is stored before the confirmation, and the answer to a request is the same whether or not
the address follows anything, so nobody learns who does. The one thing to know: a letter to an
address that has not confirmed holds no word that whoever asked typed, so it cannot carry a message.
"""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from sosa_registry.ledger import clock
from sosa_registry.ledger.reading import pin

from .models import Subscription

ASKED, STOPPED = "subscription-asked", "subscription-stopped"  # what a signature is good for
DAYS_TO_CONFIRM = 2


class BadLink(ValueError):
    """A link that was not signed here, or has grown too old; the message says what to do."""


@dataclass(frozen=True)
class Asked:
    """A wish for a digest, as the link in the letter carries it."""

    address: str
    view: str
    every: str


def confirm_path(asked: Asked) -> str:
    """The path of the page on which its reader confirms a wish."""
    token = signing.dumps([asked.address, asked.view, asked.every], salt=ASKED, compress=True)
    return reverse("digest-confirm", args=[token])


def read_asked(token: str) -> Asked:
    """The wish in a link. Raises BadLink."""
    try:
        return Asked(*signing.loads(token, salt=ASKED, max_age=DAYS_TO_CONFIRM * 86_400))
    except signing.SignatureExpired as error:
        raise BadLink("This link has grown too old. Ask for the digest again.") from error
    except signing.BadSignature as error:
        raise BadLink("This link is not whole. Copy all of it from the letter.") from error


def confirm(token: str) -> Subscription:
    """Begin a subscription, or change how often it comes. The first digest is of what is new then.

    Raises BadLink.
    """
    asked = read_asked(token)
    made, _ = Subscription.objects.update_or_create(
        address=asked.address,
        view=asked.view,
        defaults={"every": asked.every},
        create_defaults={
            "every": asked.every,
            "told_in": Subscription.period_of(asked.every, clock.today()),
            "told_revision": pin().revision,
        },
    )
    return made


def stop_path(subscription: Subscription) -> str:
    """The path at which a subscription is stopped; good for as long as it lasts."""
    return reverse("digest-stop", args=[signing.Signer(salt=STOPPED).sign(subscription.pk)])


def read_stop(token: str) -> Subscription | None:
    """The subscription that a link stops; None when it is stopped already. Raises BadLink."""
    try:
        number = signing.Signer(salt=STOPPED).unsign(token)
    except signing.BadSignature as error:
        raise BadLink("This link is not whole. Copy all of it from the letter.") from error
    return Subscription.objects.filter(pk=number).first()


def stop(token: str) -> None:
    """Delete a subscription, its address with it. Twice does no harm. Raises BadLink."""
    if found := read_stop(token):
        found.delete()
