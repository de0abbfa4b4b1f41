"""Who is calling: a machine by its token, a browser by its session.

`Authorization: Token …` is for machines; a token that is not taken is a 401, never an anonymous
reader. Sessions are Django's, and a write by session needs the CSRF token.
"""

import re

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from sosa_registry import logs
from sosa_registry.accounts.models import PREFIX
from sosa_registry.accounts.tokens import NoSuchToken, owner_of
from sosa_registry.ledger import clock

SCHEME = "Token"
SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class TokenAuthentication(BaseAuthentication):
    """A token of this registry."""

    def authenticate(self, request):
        """The account and its token; None where another scheme, or none, is used.

        Raises AuthenticationFailed.
        """
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        if not SHAPE.fullmatch(secret.strip()):
            raise self._failed("This is not a token of this registry.")
        try:
            return owner_of(secret.strip(), clock.now())
        except NoSuchToken as error:
            raise self._failed(str(error)) from error

    def _failed(self, why: str) -> AuthenticationFailed:
        logs.note("token refused", why=why)
        return AuthenticationFailed(why)

    def authenticate_header(self, request):
        """What a 401 asks for."""
        return f'{SCHEME} realm="registry"'
