"""Pages of the admin that do one thing to many records: what it would change is shown first.

Undoing, restoring, renaming, merging and editing in bulk all are the same page: a form, each record
field by field as it would become, what stands in the way, and then one revision or a proposal.
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from sosa_registry.accounts.roles import Action, may

from . import review
from .forms import RevisionForm
from .refusing import REFUSALS, sentences_of
from .rehearsing import rehearsed
from .revising import Doubts, revision

_ANSWERS = {"_preview", "_confirm", "_propose"}  # what the page's own buttons send
SHOWN = 200  # records told field by field; a page of more would not be read


def act(
    request,
    opts,
    *,
    title: str,
    write: Callable[[RevisionForm], None],
    back: str,
    form_class: type[RevisionForm] = RevisionForm,
    action: Action = Action.RESTORE,
    **context,
):
    """One page: preview, then confirm or propose. `write` is called in an open revision."""
    may_do, may_propose = may(request.user, action), may(request.user, Action.PROPOSE)
    if not (may_do or may_propose):
        raise PermissionDenied
    posted = request.POST.copy() if _ANSWERS & set(request.POST) else None
    if posted is not None and "_preview" in posted:
        posted.setdefault("revision_kind", "correction")
    form = form_class(posted, initial={"revision_kind": "correction"})
    problems, changes = [], None
    asks_more = set(form.fields) - set(RevisionForm.base_fields)
    try:
        if form.is_bound and _is_valid(form) and "_preview" not in posted:
            if "_confirm" in posted and may_do:
                return _done(request, form, write, back)
            if "_propose" in posted and may_propose:
                return drafted(request, form, lambda: write(form))
        if not asks_more or (form.is_bound and not asks_more & set(form.errors)):
            changes = rehearsed(lambda: write(form), actor=request.user)
    except Doubts as doubts:
        form.doubt(doubts.messages)
        changes = rehearsed(lambda: write(form), actor=request.user)
    except REFUSALS as error:
        problems = sentences_of(error)
    shown = changes or []
    context = {
        **admin.site.each_context(request),
        "title": title,
        "subtitle": None,
        "opts": opts,
        "form": form,
        "asked": [field for field in form if field.name in asks_more],
        "why": [field for field in form if field.name not in asks_more],
        "changes": shown[:SHOWN],
        "more": max(0, len(shown) - SHOWN),
        "counted": len(shown),
        "previewed": changes is not None,
        "problems": problems,
        "may_do": may_do,
        "may_propose": may_propose,
        "back": back,
        **context,
    }
    return TemplateResponse(request, "admin/registry/act.html", context)


def drafted(request, form: RevisionForm, write: Callable[[], None]) -> HttpResponseRedirect:
    """Keep what `write` would do as a proposal, and go to its page."""
    says = {name: form.says[name] for name in ("reason", "kind")}
    made = review.draft(write, author=request.user, **says)
    messages.success(request, f"Drafted as proposal {made.pk}: submit it for review.")
    return HttpResponseRedirect(made.get_absolute_url())


def _is_valid(form: RevisionForm) -> bool:
    """A preview needs no reason yet."""
    if "_preview" not in form.data:
        return form.is_valid()
    form.full_clean()
    for name in RevisionForm.base_fields:
        form.errors.pop(name, None)
    return not form.errors


def _done(request, form: RevisionForm, write, back: str):
    with revision(actor=request.user, **form.says) as opened:
        write(form)
    if opened.versions():
        messages.success(request, f"Recorded as revision {opened.number}.")
    else:
        messages.warning(request, "Nothing was changed: no revision was made.")
    return HttpResponseRedirect(back)
