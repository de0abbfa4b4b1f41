"""Account pages beside django-allauth’s: one’s account, its sessions, taking up an invitation."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from . import recovery
from .actions import accept, end_sessions
from .forms import InvitationForm
from .invitations import invited_by
from .reauthentication import ask_again, asked_again
from .roles import Role, has_second_factor, roles_granted

WAITING = "invitation"  # where the session keeps the token, so that the address bar does not


@never_cache
@login_required
def account(request):
    """Who one is here, with which roles, and what protects it."""
    held = roles_granted(request.user)
    context = {
        "roles": [role.label for role in Role if role in held],
        "second_factor": has_second_factor(request.user),
        "required": settings.REQUIRE_SECOND_FACTOR and bool(held - {Role.READER}),
    }
    return render(request, "account/account.html", context)


@never_cache
@login_required
def recovery_codes(request):
    """The codes, the one time that they are shown; afterwards how many are left."""
    kind = Authenticator.Type.RECOVERY_CODES
    found = get_object_or_404(Authenticator, user=request.user, type=kind)
    ask_again(request)
    codes = recovery.first_look(found)
    context = {"codes": codes, "left": recovery.left(found), "total": recovery.HOW_MANY}
    return render(request, "mfa/recovery_codes/index.html", context)


@never_cache
@login_required
@asked_again
def own_sessions(request):
    """Where one is signed in; the others can be ended, one or all, once one has said who one is."""
    here = request.session.session_key
    if request.method == "POST":
        others = UserSession.objects.filter(user=request.user).exclude(session_key=here)
        which = request.POST.get("end", "")
        chosen = others if which == "others" else others.filter(pk=_number(which))
        ended = end_sessions(chosen, actor=request.user)
        messages.success(request, f"Signed out elsewhere: {ended} ended.")
        return HttpResponseRedirect(reverse("account_sessions"))
    found = UserSession.objects.purge_and_list(request.user)
    lines = [
        {"session": one, "here": one.session_key == here, "browser": browser_of(one.user_agent)}
        for one in sorted(found, key=lambda one: one.last_seen_at, reverse=True)
    ]
    context = {"lines": lines, "others": any(not line["here"] for line in lines)}
    return render(request, "account/sessions.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def browser_of(user_agent: str) -> str:
    """What a browser calls itself, in words that its user knows."""
    # Each also names those it is like: the first that fits is the one.
    names = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
    names |= {"Safari": "Safari", "curl": "curl"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"}
    systems |= {"Mac OS": "macOS", "Linux": "Linux"}
    name, system = (
        next((words for sign, words in known.items() if sign in user_agent), "")
        for known in (names, systems)
    )
    return " on ".join(filter(None, (name, system))) or "Another program"


@method_decorator(
    [login_not_required, never_cache, sensitive_post_parameters()],
    name="dispatch",
)
class InvitationView(View):
    """Choosing the first password. The token leaves the address at once, so no Referer has it."""

    def get(self, request, token):
        """Move the token into the session, then show the form; or say that the link is void."""
        if token != "chosen":
            request.session[WAITING] = token
            return HttpResponseRedirect(reverse("account_invitation", args=["chosen"]))
        return self._page(request, self._user(request))

    def post(self, request, token):
        """Set the password; the new member then signs in with it."""
        user = self._user(request)
        form = InvitationForm(user, request.POST) if user else None
        if form is None or not form.is_valid():
            return self._page(request, user, form)
        accept(user, form.cleaned_data["new_password1"])
        request.session.flush()
        return HttpResponseRedirect(reverse("account_login"))

    def _user(self, request):
        return invited_by(request.session.get(WAITING, ""))

    def _page(self, request, user, form=None) -> HttpResponse:
        status = 410 if user is None else 400 if form else 200
        context = {"form": form or (user and InvitationForm(user)), "person": user}
        return render(request, "account/invitation.html", context, status=status)
