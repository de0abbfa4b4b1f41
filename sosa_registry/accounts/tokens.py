"""What is done with tokens: make, revoke, and find the one that a request shows.

Each making and revoking is noted in the security log.
"""

from datetime import datetime

from sosa_registry import logs

from .models import SCOPES, Token, digest


class NoSuchToken(ValueError):
    """A token that is not taken, and why, in words that help its owner and no one else."""


def make(token: Token, *, actor) -> str:
    """Keep a new token; the secret to show once. Raises ValidationError."""
    secret = token.give()
    token.full_clean()
    token.save()
    facts = {"token": token.begins, "name": token.name, "scope": token.scope, "days": token.days}
    logs.note("token made", account=token.owner, by=actor.get_username(), **facts)
    return secret


def revoke(token: Token, *, actor) -> None:
    """End a token at once."""
    token.revoked = True
    token.save(update_fields=["revoked"])
    by = actor.get_username()
    logs.note("token revoked", account=token.owner, by=by, token=token.begins, name=token.name)


def owner_of(secret: str, now: datetime) -> tuple[object, Token]:
    """The account behind a token, held to its scope, and the token. Raises NoSuchToken."""
    token = Token.objects.select_related("owner").filter(sha256=digest(secret)).first()
    if token is None:
        raise NoSuchToken("There is no such token.")
    if token.revoked:
        raise NoSuchToken("The token was revoked.")
    if token.ends_at <= now:
        raise NoSuchToken("The token has run out. Make a new one.")
    if not token.owner.is_active:
        raise NoSuchToken("The token's account is switched off.")
    token.used(now)
    token.owner.limited_to = SCOPES[token.scope]
    return token.owner, token
