"""What the registry decides where django-allauth asks: who may come in, and how mail leaves.

Nobody registers: accounts are made by an admin, who invites. Single sign-on finds an account by the
e-mail address that the provider has verified, and makes none. Mail is sent by the worker, so that
an answer takes as long for an address that nobody has as for one that somebody has.
"""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import get_user_model

from sosa_registry import logs

from . import openid, recovery
from .mail import send
from .roles import Action, may


class AccountAdapter(DefaultAccountAdapter):
    """Signing in by password."""

    def is_open_for_signup(self, request):
        """Never: an admin invites."""
        return False

    def get_login_redirect_url(self, request):
        """Curators begin in the admin, readers on the first page."""
        return "/admin/" if may(request.user, Action.CURATE) else "/"

    def pre_authenticate(self, request, **credentials):
        """Count the attempt; one too many is noted and refused."""
        try:
            super().pre_authenticate(request, **credentials)
        except Exception:
            logs.note("locked out", account=_named(credentials))
            raise

    def authentication_failed(self, request, **credentials):
        """Note it. A name that is no account's is not written: it may be a mistyped password."""
        logs.note("sign-in refused", account=_named(credentials), reason="name or password")

    def send_mail(self, template_prefix, email, context):
        """Render now, send from the worker."""
        message = self.render_mail(template_prefix, email, {"request": self.request} | context)
        send.enqueue(message.subject, message.body, email)


def _named(credentials):
    people = get_user_model().objects
    for field in ("username", "email"):
        if value := credentials.get(field):
            found = people.filter(**{f"{field}__iexact": value}).first()
            if found:
                return found
    return None


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Signing in through an identity provider."""

    def is_open_for_signup(self, request, sociallogin):
        """Never: who has no account here is told so."""
        logs.note("sign-in refused", reason="no account for this identity")
        return False

    def pre_social_login(self, request, sociallogin):
        """The last question before it opens anything: was it made for this very attempt?"""
        openid.hold_to_nonce(sociallogin)

    def on_authentication_error(self, request, provider, error=None, exception=None, **more):
        """Note it; the provider's own words are not repeated."""
        logs.note("sign-in refused", reason="identity provider")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps, enciphered at rest under SECRET_KEY (and its fallbacks)."""

    def encrypt(self, text):
        """For the database."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """From the database. Of recovery codes it has only what can be compared."""
        if encrypted_text.startswith(recovery.MARK):
            return recovery.Kept(encrypted_text)
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator):
        """Not while the account's roles require one; an admin can begin it anew."""
        return not settings.REQUIRE_SECOND_FACTOR


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"second factor:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
