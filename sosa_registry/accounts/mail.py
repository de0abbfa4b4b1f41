"""Mail about accounts, sent by the worker: invitations, forgotten passwords, notices.

A link in a mail is built from SITE_URL, never from the request's Host. The link itself is made when
the mail is sent, so that no secret waits in the queue.
"""

from allauth.account.forms import default_token_generator
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from .invitations import invitation_path


@task()
def send(subject: str, body: str, to: str) -> None:
    """Send one mail."""
    send_mail(subject, body, None, [to])


@task()
def send_invitation(user_id: int) -> None:
    """Invite the holder of a new account to choose a password."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user and user.email:
        _post("invitation", user.email, user, invitation_path(user))


@task()
def send_reset(email: str) -> None:
    """Send a link to every active account of this address; to nobody when there is none."""
    for user in filter_users_by_email(email, is_active=True, prefer_verified=True):
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        _post("reset", user.email, user, reverse("account_reset_password_from_key", kwargs=key))


def _post(name: str, to: str, user, path: str) -> None:
    context = {"user": user, "url": settings.SITE_URL + path, "site": settings.SITE_URL}
    body = render_to_string(f"account/mail/{name}.txt", context)
    subject, _, text = body.partition("\n")
    send_mail(subject.strip(), text.lstrip(), None, [to])
