"""“Save as proposal” on a record's form: the very save, rehearsed and kept as a draft.

Whoever may propose sees the form; whoever may not write has only that button. A form opened with
`?proposal=N` is made in the world of that draft, as if it were in force, so that a draft is amended
where it was made. A record added in a popup joins the draft of the page that opened it.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect

from sosa_registry.accounts.roles import Action, may

from . import review, states
from .models import Proposal
from .revising import rehearse

WAITING = "draft_of_popup"  # in the session: the draft that a popup made for the page behind it


class Shown(Exception):
    """The form was not saved but shown again: its page, made in the world of the rehearsal."""

    def __init__(self, response):
        super().__init__("shown again")
        self.response = response


class Proposable:
    """Whoever may propose may fill in the form, or a row on it."""

    def has_add_permission(self, request, obj=None):
        """To write or to propose."""
        return may(request.user, Action.WRITE) or may(request.user, Action.PROPOSE)

    def has_change_permission(self, request, obj=None):
        """To write or to propose."""
        return self.has_add_permission(request)


class Proposing(Proposable):
    """A record's admin whose form can be saved as a proposal."""

    def propose(self, request, view, object_id):
        """Save the form as a draft, or into one. Gives the answer; raises what a save raises."""
        if not may(request.user, Action.PROPOSE):
            raise PermissionDenied
        request.proposing = True
        drafted = self.drafted(request)

        def write():
            response = view(self.pk_in(request, object_id))
            if not hasattr(request, "said"):
                if hasattr(response, "render"):  # else it sends away: no such record
                    response.render()
                raise Shown(response)
            request.popup = response if "_popup" in request.POST else None
            return request.said

        try:
            if drafted is None:
                made = review.draft(write, author=request.user)
            else:
                made = review.amend(drafted, write, author=request.user)
        except Shown as shown:
            return shown.response
        if request.popup is not None:
            request.session[WAITING] = made.pk
            return request.popup
        request.session.pop(WAITING, None)
        told = f"Drafted as proposal {made.pk}. Look at what follows from it, then submit it."
        messages.success(request, told)
        return HttpResponseRedirect(made.get_absolute_url())

    def drafted(self, request) -> Proposal | None:
        """The draft that a form belongs to: named in the address, chosen, or made by a popup."""
        asked = request.GET.get("proposal") or request.POST.get("_proposal")
        waiting = request.session.get(WAITING)
        mine = Proposal.objects.of(request.user).editable()
        if asked:
            found = mine.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 16 else None
            if found is None:
                raise Http404("No draft of yours has this number.")
            return found
        return mine.filter(pk=waiting).first() if waiting else None

    def in_draft(self, request, view, object_id):
        """The form as it would be if the draft in the address were in force."""
        drafted = self.drafted(request)
        shown = []

        def look():
            request.drafted = _drafted_rows(drafted)
            shown.append(view(self.pk_in(request, object_id)))
            shown[0].render()

        changes = review.changes_of(drafted)
        rehearse(lambda: states.write(changes), look, actor=request.user, reason=drafted.reason)
        return shown[0]

    def pk_in(self, request, object_id) -> str | None:
        """The row that the address names, where the draft made it: rows have no lasting number."""
        record_type, _, key = request.GET.get("record", "").partition("/")
        if record_type != self.model.record_type or "proposal" not in request.GET:
            return object_id
        self._renumber(request)
        record = states.find(record_type, key)
        return str(record.pk) if record else object_id

    def _renumber(self, request) -> None:
        """Rows that the draft made have other numbers than when the form was: say the new ones."""
        if request.method != "POST":
            return
        posted = request.POST.copy()
        for inline in self.get_inline_instances(request):
            kind = inline.model.record_type
            prefix = inline.get_formset(request).get_default_prefix()
            moved = {}
            for line in posted.getlist("_drafted"):
                record_type, number, key = line.split("|", 2)
                if record_type == kind and (record := states.find(kind, key)):
                    moved[number] = str(record.pk)
            for name in [name for name in posted if name.startswith(f"{prefix}-")]:
                if name.endswith("-id") and posted[name] in moved:
                    posted[name] = moved[posted[name]]
        request.POST = posted

    def proposing_context(self, request) -> dict:
        """What the form's page shows of proposals."""
        may_write = may(request.user, Action.WRITE) and "proposal" not in request.GET
        context = {
            "show_propose": may(request.user, Action.PROPOSE),
            "drafts": Proposal.objects.of(request.user).editable()
            if "proposal" not in request.GET
            else (),
            "draft_number": request.GET.get("proposal", ""),
            "drafted_rows": getattr(request, "drafted", ()),
        }
        if not may_write:
            hidden = ("show_save", "show_save_and_continue", "show_save_and_add_another")
            context |= dict.fromkeys(hidden, False)
        return context


def _drafted_rows(proposal: Proposal) -> list[str]:
    """The rows that a draft makes, while it is rehearsed: table, number and key."""
    found = []
    for change in proposal.changes.filter(base__isnull=True):
        if record := states.find(change.record_type, change.key):
            found.append(f"{change.record_type}|{record.pk}|{change.key}")
    return found
