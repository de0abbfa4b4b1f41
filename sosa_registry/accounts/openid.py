"""Single sign-on by OpenID Connect, stricter than django-allauth does it by itself.

Metadata of another issuer are refused. The token's signature is verified with the provider's own
keys, by an algorithm with two keys; it must name us, its issuer and the nonce that this very
attempt was begun with, and the person whom the provider describes must be the one it names. What a
link asks for (more scopes, other parameters, linking an identity) is not heard, and only a click on
a page of ours begins: another site cannot make a session for somebody who did not ask.
"""

import secrets

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from requests import RequestException

NONCE = "nonce"
ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)] + [
    "EdDSA"
]
NEEDED = ["iss", "aud", "sub", "exp", "iat", NONCE]


class Adapter(OpenIDConnectOAuth2Adapter):
    """What the provider says, judged."""

    @property
    def openid_config(self):
        """The provider's metadata. Raises OAuth2Error for those of another issuer."""
        told = super().openid_config
        if told.get("issuer") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("The metadata are another issuer's.")
        return told

    def complete_login(self, request, app, token, **kwargs):
        """Who it is. Raises OAuth2Error for a token that does not hold."""
        said = self._judged(kwargs["response"].get("id_token") or "", app.client_id)
        login = super().complete_login(request, app, token, **kwargs)
        if login.account.uid != said["sub"]:
            raise OAuth2Error("The person described is not the one whom the token names.")
        return login

    def _judged(self, token: str, client: str) -> dict:
        """The claims of an identity token."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
            named = jwt.get_unverified_header(token).get("kid")
            fit = [key for key in keys if named in (None, key.key_id)]
            if len(fit) != 1:
                raise OAuth2Error("No key of the provider is the token's.")
            said = jwt.decode(
                token,
                fit[0],
                algorithms=ALGORITHMS,
                audience=client,
                issuer=self.openid_config["issuer"],
                options={"require": NEEDED},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The token does not hold.") from error
        if said.get("azp", client) != client:
            raise OAuth2Error("The token was made out to somebody else.")
        return said


class Provider(OpenIDConnectProvider):
    """The one provider of the settings."""

    oauth2_adapter_class = Adapter

    def redirect(self, request, process, next_url=None, data=None, **asked):
        """Send somebody there, with a nonce that their session keeps; what was asked is dropped."""
        nonce = secrets.token_urlsafe(32)
        own = {"auth_params": {NONCE: nonce}, NONCE: nonce}
        return super().redirect(request, AuthProcess.LOGIN, next_url, None, **own)


def hold_to_nonce(login) -> None:
    """Raise PermissionDenied for a token that was not made for the attempt it comes with."""
    begun_with = login.state.get(NONCE) or ""
    said = str(login.account.extra_data.get("id_token", {}).get(NONCE) or "")
    if not begun_with or not secrets.compare_digest(begun_with.encode(), said.encode()):
        raise PermissionDenied


def _clicked_here(request) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    before = request.headers.get("Referer", "")  # browsers of before 2023 say no more
    return url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure())


@never_cache
@login_not_required
def login(request, provider_id):
    """Begin, where a page of ours was clicked; else show that page."""
    if not _clicked_here(request):
        onward = {"next": request.GET["next"]} if "next" in request.GET else {}
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode(onward)}")
    return _answered(OAuth2LoginView, request, provider_id)


@never_cache
@login_not_required
def callback(request, provider_id):
    """Come back from the provider."""
    return _answered(OAuth2CallbackView, request, provider_id)


def _answered(kind, request, provider_id):
    adapter = Adapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        return kind.adapter_view(adapter)(request)
    except (OAuth2Error, RequestException) as error:
        return render_authentication_error(request, provider, exception=error)
