"""Proposals in the admin: the list, and a page for each with what would follow from it.

Only what an account may do next is offered; what it may not is refused by the verbs themselves.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from agreements.analysis.what_if import what_if
from sosa_registry.accounts.reauthentication import ask_again
from sosa_registry.accounts.roles import Action, may
from sosa_registry.ledger import clock, rebasing, review, states
from sosa_registry.ledger.admin import ReadOnlyAdmin
from sosa_registry.ledger.models import Proposal
from sosa_registry.ledger.refusing import REFUSALS, sentences_of
from sosa_registry.ledger.revising import Doubts

CHOICE = "choice-"


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What was drafted, what waits for review, and what became of it."""

    list_display = ("id", "reason", "author", "status", "records", "changed_at", "approver")
    list_display_links = ("id", "reason")
    list_filter = ("status", ("author", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("author", "approver")
    search_fields = ("reason", "author__username", "changes__key")

    def get_queryset(self, request):
        """With how many records each would change."""
        return super().get_queryset(request).annotate(counted=Count("changes", distinct=True))

    @admin.display(description="records", ordering="counted")
    def records(self, proposal):
        """How many records it would change."""
        return proposal.counted

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A proposal's page: what it changes, what follows, what was said, what may be done."""
        proposal = self.get_object(request, unquote(object_id))
        if proposal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, proposal):
            raise PermissionDenied
        problems, doubts = [], []
        if request.method == "POST":
            try:
                return self._done(request, proposal)
            except Doubts as error:
                doubts = error.messages
            except REFUSALS as error:
                problems = sentences_of(error)
        return self._page(request, proposal, problems, doubts)

    def _done(self, request, proposal: Proposal):
        posted, account = request.POST, request.user
        comment = posted.get("comment", "")
        step = next((name for name in _STEPS if f"_{name}" in posted), None)
        if step is None:
            raise ValidationError("Say what is to be done.")
        _STEPS[step](request, proposal, account, comment)
        messages.success(request, _TOLD[step].format(number=proposal.pk))
        return HttpResponseRedirect(proposal.get_absolute_url())

    def _page(self, request, proposal: Proposal, problems: list[str], doubts: list[str]):
        is_mine = proposal.author_id == request.user.pk
        stale = rebasing.stale(proposal) if proposal.is_open else []
        is_draft = proposal.status == Proposal.Status.DRAFT
        effects = None
        if proposal.is_open and not stale:
            changes = review.changes_of(proposal)
            effects = what_if(
                lambda: states.write(changes), actor=request.user, as_of=clock.today()
            )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Proposal {proposal.pk}",
            "subtitle": None,
            "opts": self.opts,
            "proposal": proposal,
            "changes": [self._shown(each, is_mine and is_draft) for each in proposal.changes.all()],
            "stale": stale,
            "effects": effects,
            "remarks": proposal.remarks.select_related("author"),
            "problems": problems,
            "doubts": doubts,
            "may_submit": is_mine and is_draft and not stale,
            "may_withdraw": is_mine and proposal.is_open,
            "may_rebase": is_mine and proposal.is_open and bool(stale or _broken(effects)),
            "may_review": (
                not is_mine
                and proposal.status == Proposal.Status.SUBMITTED
                and may(request.user, Action.APPROVE)
            ),
            "is_own": is_mine and may(request.user, Action.APPROVE),
            "comment": request.POST.get("comment", ""),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/registry/proposal.html", context)

    def _shown(self, change, amendable: bool) -> tuple:
        """A change field by field, and where it is amended."""
        return change, rebasing.told_of(change), self._amending(change) if amendable else ""

    def _amending(self, change) -> str:
        model = states.models()[change.record_type]
        if change.state is None or model not in self.admin_site._registry:
            return ""
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        record = states.find(change.record_type, change.key)
        address = reverse(name, args=[quote(record.pk) if record else 0])
        return f"{address}?proposal={change.proposal_id}&record={change.record_type}/{change.key}"


def _broken(effects) -> bool:
    return effects is not None and bool(effects.problems)


def _rebase(request, proposal, account, comment):
    choices = {
        name.removeprefix(CHOICE): value
        for name, value in request.POST.items()
        if name.startswith(CHOICE)
    }
    given = request.POST.getlist("leave_out")
    left_out = {int(each) for each in given if each.isdecimal() and len(each) < 16}
    review.rebase(proposal, author=account, choices=choices, left_out=left_out)


def _approve(request, proposal, account, comment):
    ask_again(request)  # not by whoever finds the screen unattended
    accepted = "accept_warnings" in request.POST
    review.approve(proposal, approver=account, comment=comment, accept_warnings=accepted)


_STEPS = {
    "submit": lambda request, one, who, said: review.submit(one, author=who, comment=said),
    "withdraw": lambda request, one, who, said: review.withdraw(one, author=who, comment=said),
    "approve": _approve,
    "reject": lambda request, one, who, said: review.reject(one, approver=who, comment=said),
    "comment": lambda request, one, who, said: review.remark(one, author=who, comment=said),
    "rebase": _rebase,
}
_TOLD = {
    "submit": "Proposal {number} waits for review.",
    "withdraw": "Proposal {number} is withdrawn.",
    "approve": "Proposal {number} is approved and in force.",
    "reject": "Proposal {number} went back to its author.",
    "comment": "Your comment is kept.",
    "rebase": "Proposal {number} is up to date again: look it over and submit it.",
}
