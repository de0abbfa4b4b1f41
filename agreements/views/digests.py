"""Digests by e-mail: ask for one, confirm it, stop it. No account is needed for any of it,
and for stopping never.

Links in letters are opened by mail scanners too, so a link only shows a page; its button does it.
"""

from smtplib import SMTPException

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from agreements.digests import ask_to_confirm
from agreements.forms import SubscriptionForm
from agreements.models import Subscription
from agreements.subscribing import (
    DAYS_TO_CONFIRM,
    Asked,
    BadLink,
    confirm,
    read_asked,
    read_stop,
    stop,
)
from sosa_registry.api.throttles import LetterThrottle, SubscribingThrottle
from sosa_registry.pages import Question, show

from .following import follow


def digests_page(request):
    """The form; on POST a letter is sent, and the answer is the same whoever follows what."""
    question = Question(request, "view", "sent")
    usual = {"view": question.text("view") or "/changes/", "every": Subscription.Every.WEEK}
    form = SubscriptionForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid():
        if not SubscribingThrottle().allow_request(request, None):
            form.add_error(None, "Ten requests an hour are allowed from one address. Try later.")
            return _form(question, form, 429)
        asked = Asked(**form.cleaned_data)
        try:
            if LetterThrottle().allow_request(asked.address, None):
                ask_to_confirm(asked, form.followed)
        except (SMTPException, OSError):
            form.add_error(None, "The letter could not be sent just now. Try again later.")
            return _form(question, form, 503)
        return HttpResponseRedirect("/digests/?sent=yes")
    return _form(question, form, 400 if form.errors else 200)


def _form(question: Question, form: SubscriptionForm, status: int):
    return show(
        question,
        "digests.html",
        "digests",
        status=status,
        form=form,
        sent=bool(question.text("sent")),
        days=DAYS_TO_CONFIRM,
    )


def confirm_page(request, token: str):
    """What is to be confirmed, with a button; on POST it begins."""
    question = Question(request)
    try:
        asked = read_asked(token)
        if request.method == "POST":
            confirm(token)
    except BadLink as error:
        return show(question, "digest.html", "digests", status=400, refused=str(error))
    followed, _ = follow(asked.view)
    return show(
        question,
        "digest.html",
        "digests",
        asked=asked,
        every=Subscription.Every(asked.every).label.lower(),
        title=followed.title if followed else asked.view,
        begun=request.method == "POST",
    )


@login_not_required  # who left, or reads mail elsewhere, can stop it too
@csrf_exempt  # a mail program posts without our cookie (RFC 8058); the signed link is the right
def stop_page(request, token: str):
    """What is to be stopped, with a button; on POST it is over, and its address deleted."""
    question = Question(request)
    try:
        found = read_stop(token)
        if request.method == "POST":
            stop(token)
    except BadLink as error:
        return show(question, "digest.html", "digests", status=400, refused=str(error))
    followed = follow(found.view)[0] if found else None
    return show(
        question,
        "digest.html",
        "digests",
        subscription=found,
        title=followed.title if followed else found and found.view,
        stopped=request.method == "POST" or not found,
    )
