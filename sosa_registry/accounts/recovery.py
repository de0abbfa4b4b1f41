"""Recovery codes, each good once instead of a code of the authenticator app.

They are drawn when first looked at, shown that one time, and kept as SHA-256 only: each has
118 bits of chance, so that a plain hash gives nothing away. django-allauth draws codes that the
server can show again; here its record holds digests, in the list that it has for codes made
elsewhere (`migrated_codes`), and `Kept` compares what is typed with them.
"""

import hmac
import secrets
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.db import transaction

HOW_MANY, GROUPS, EACH = 10, 6, 4
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
MARK = "sha256:"


class Kept(str):
    """The digest of a code; equal to whatever is typed for it."""

    __slots__ = ()

    def __eq__(self, typed):
        return hmac.compare_digest(self, digest(str(typed)))

    __hash__ = str.__hash__


def digest(code: str) -> str:
    """What is kept of a code: hyphens, blanks and capitals make no difference."""
    plain = "".join(sign for sign in code.lower() if sign in SIGNS)
    return MARK + sha256(plain.encode()).hexdigest()


def _drawn() -> str:
    groups = ("".join(secrets.choice(SIGNS) for _ in range(EACH)) for _ in range(GROUPS))
    return "-".join(groups)


@transaction.atomic
def first_look(authenticator) -> list[str]:
    """The codes, for the one time that they are shown; none when they have been shown before."""
    kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    if "seed" not in kept.data:
        return []
    codes = [_drawn() for _ in range(HOW_MANY)]
    kept.data = {"migrated_codes": [digest(code) for code in codes]}
    kept.save(update_fields=["data"])
    return codes


def left(authenticator) -> int:
    """How many have not been used."""
    return len(authenticator.data.get("migrated_codes", ()))
