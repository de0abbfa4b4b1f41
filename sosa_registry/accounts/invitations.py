"""Invitations: a signed link that expires, is good for one use, and ends when the account changes.

Nothing is stored. The link signs the account and a digest of its present (unusable) password, so
that choosing a password, inviting again or switching the account off makes it void.
"""

from hashlib import sha256

from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse

SALT = "sosa_registry.accounts.invitation"
SECONDS = 7 * 24 * 3600


def _state(user) -> str:
    return sha256(user.password.encode()).hexdigest()[:32]


def invitation_path(user) -> str:
    """The path of the link that invites this account."""
    token = signing.dumps([user.pk, _state(user)], salt=SALT)
    return reverse("account_invitation", args=[token])


def invited_by(token: str):
    """The account that a link invites, or None for one that is wrong, used, void or too old."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = get_user_model().objects.filter(pk=pk, is_active=True).first()
    return user if user and _state(user) == state else None
