"""Proposals: draft → submitted → approved, or back to draft; or withdrawn.

A draft is made by rehearsing the very write that a door would make, so all that is checked there is
checked here; what it would change is kept, the write is undone. Approving replays the changes as
one revision that names author and approver, if nothing they touch has changed since; otherwise
`stale` shows base, theirs and mine, and `rebase` brings the draft up to date. Nobody approves their
own proposal: the database refuses it too.
"""

from collections.abc import Callable, Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from sosa_registry import logs
from sosa_registry.accounts.roles import Action, may

from . import clock, rebasing
from .models import Proposal, ProposedChange, Remark, Revision, Version
from .reading import pin
from .revising import rehearse, revision
from .states import Change, open_states, write

DELETED = Version.Operation.DELETED
Status, Step = Proposal.Status, Remark.Step


def changes_of(proposal: Proposal) -> list[Change]:
    """What a proposal would do, as it can be written."""
    return [
        Change(each.record_type, each.key, each.operation, each.state or {})
        for each in proposal.changes.all()
    ]


def draft(
    write_it: Callable[[], dict | None], *, author, reason: str = "", kind: str = ""
) -> Proposal:
    """Rehearse a write and keep what it would change as a draft. Raises what the write raises.

    A door that learns reason and kind only while it writes returns them from `write_it`.
    """
    _refuse(author, Action.PROPOSE)
    base = pin().revision
    said = {"reason": reason, "kind": kind}
    versions, _ = rehearse(
        lambda: said.update(write_it() or {}), actor=author, reason=reason or "A draft"
    )
    _refuse_wording(**said)
    with transaction.atomic():
        now = clock.now()
        made = Proposal.objects.create(
            author=author, **said, base=base, made_at=now, changed_at=now
        )
        _keep(made, versions)
        _remark(made, author, Step.DRAFTED)
    return made


def amend(proposal: Proposal, write_it: Callable[[], dict | None], *, author) -> Proposal:
    """Write on top of a draft, as if it were in force, and keep the whole anew.

    `write_it` may return another reason and kind.
    """
    _refuse_others(proposal, author)
    base = pin().revision
    if stale_keys(proposal):
        raise ValidationError("Records changed since it was drafted: bring it up to date first.")
    said = {"reason": proposal.reason, "kind": proposal.kind}

    def both():
        write(changes_of(proposal))
        said.update(write_it() or {})

    versions, _ = rehearse(both, actor=author, reason=proposal.reason)
    _refuse_wording(**said)
    with transaction.atomic():
        locked = _locked(proposal, Status.DRAFT)
        locked.reason, locked.kind, locked.base = said["reason"], said["kind"], base
        locked.changes.all().delete()
        _keep(locked, versions)
        return _moved(locked, author, Step.AMENDED)


def _keep(proposal: Proposal, versions: list[Version]) -> None:
    before = open_states((each.record_type, each.key) for each in versions)
    kept = []
    for each in versions:
        base = before.get((each.record_type, each.key))
        state = None if each.operation == DELETED else each.state
        if base != state:
            kept.append((each, base, state))
    if not kept:
        raise ValidationError("Nothing would be changed: there is nothing to propose.")
    ProposedChange.objects.bulk_create(
        ProposedChange(
            proposal=proposal,
            position=position,
            record_type=each.record_type,
            key=each.key,
            operation=each.operation,
            base=base,
            state=state,
        )
        for position, (each, base, state) in enumerate(kept, start=1)
    )


def submit(proposal: Proposal, *, author, comment: str = "") -> Proposal:
    """Hand a draft to review."""
    _refuse_others(proposal, author)
    with transaction.atomic():
        locked = _locked(proposal, Status.DRAFT)
        if not locked.changes.exists():
            raise ValidationError("It changes nothing.")
        locked.status = Status.SUBMITTED
        return _moved(locked, author, Step.SUBMITTED, comment)


def reject(proposal: Proposal, *, approver, comment: str) -> Proposal:
    """Send it back to its author, with a word why. It is a draft again; the discussion stays."""
    _refuse_reviewing(proposal, approver)
    if not comment.strip():
        raise ValidationError({"comment": "Say what is to be mended."})
    with transaction.atomic():
        locked = _locked(proposal, Status.SUBMITTED)
        locked.status = Status.DRAFT
        return _moved(locked, approver, Step.REJECTED, comment)


def withdraw(proposal: Proposal, *, author, comment: str = "") -> Proposal:
    """Take one's own proposal back for good; it stays on record."""
    _refuse_others(proposal, author)
    with transaction.atomic():
        locked = _locked(proposal, Status.DRAFT, Status.SUBMITTED)
        locked.status = Status.WITHDRAWN
        return _moved(locked, author, Step.WITHDRAWN, comment)


def remark(proposal: Proposal, *, author, comment: str) -> None:
    """Say something about a proposal."""
    _refuse(author, Action.CURATE)
    if not comment.strip():
        raise ValidationError({"comment": "Say something."})
    _remark(proposal, author, Step.COMMENT, comment)


def approve(
    proposal: Proposal, *, approver, comment: str = "", accept_warnings: bool = False
) -> Proposal:
    """Write it as one revision, by its author, approved by another.

    Raises ValidationError, and Doubts where a rule warns and that is not accepted.
    """
    _refuse_reviewing(proposal, approver)
    with transaction.atomic():
        locked = _locked(proposal, Status.SUBMITTED)
        with revision(
            actor=locked.author,
            reason=locked.reason,
            kind=locked.kind,
            approver=approver,
            accept_warnings=accept_warnings,
        ) as opened:
            if found := stale_keys(locked):
                told = ", ".join(f"{record_type} {key}" for record_type, key in found)
                raise ValidationError(f"Changed since it was drafted: {told}. Bring it up to date.")
            write(changes_of(locked))
        if not opened.versions():
            raise ValidationError("The registry says all this already: there is nothing to write.")
        locked.status, locked.approver, locked.revision = Status.APPROVED, approver, opened.number
        approved = _moved(locked, approver, Step.APPROVED, comment)
    logs.note("proposal approved", account=approver, proposal=approved.pk, revision=opened.number)
    return approved


def stale_keys(proposal: Proposal) -> list[tuple[str, str]]:
    """The records that say something else now than when the change was drafted."""
    changes = list(proposal.changes.all())
    now = open_states((each.record_type, each.key) for each in changes)
    return [
        (each.record_type, each.key)
        for each in changes
        if now.get((each.record_type, each.key)) != each.base
    ]


def rebase(
    proposal: Proposal, *, author, choices: Mapping[str, str], left_out: set[int] = frozenset()
) -> Proposal:
    """Bring a proposal up to date with what others wrote meanwhile. It is a draft again.

    `choices` say for each field that both sides changed whose is to stand (see `rebasing`);
    `left_out` are changes to drop. Raises ValidationError naming what has yet to be chosen.
    """
    _refuse_others(proposal, author)
    with transaction.atomic():
        locked = _locked(proposal, Status.DRAFT, Status.SUBMITTED)
        base = pin().revision
        kept = rebasing.merged(locked, choices, left_out)
        if not kept:
            raise ValidationError("Nothing would be left of it: withdraw it instead.")
        locked.changes.all().delete()
        for position, each in enumerate(kept, start=1):
            each.pk, each.position, each._state.adding = None, position, True
        ProposedChange.objects.bulk_create(kept)
        locked.base, locked.status = base, Status.DRAFT
        return _moved(locked, author, Step.REBASED)


def _locked(proposal: Proposal, *allowed: str) -> Proposal:
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if locked.status not in allowed:
        raise ValidationError(f"It is {locked.status} now: this can no longer be done.")
    return locked


def _moved(proposal: Proposal, account, step: str, comment: str = "") -> Proposal:
    proposal.changed_at = clock.now()
    proposal.save()
    _remark(proposal, account, step, comment)
    return proposal


def _remark(proposal: Proposal, account, step: str, comment: str = "") -> None:
    Remark.objects.create(
        proposal=proposal, author=account, at=clock.now(), step=step, text=comment.strip()
    )


def _refuse(account, action: Action) -> None:
    if not may(account, action):
        raise PermissionDenied(f"Your roles do not let you {action.label}.")


def _refuse_wording(reason: str, kind: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "Say why: every change carries a reason."})
    chosen = (Revision.Kind.EVENT, Revision.Kind.CORRECTION, Revision.Kind.VERIFICATION)
    if kind not in chosen:
        raise ValidationError({"kind": f"One of {', '.join(chosen)}."})


def _refuse_others(proposal: Proposal, account) -> None:
    _refuse(account, Action.PROPOSE)
    if proposal.author_id != account.pk:
        raise PermissionDenied("Only its author may do that.")


def _refuse_reviewing(proposal: Proposal, account) -> None:
    _refuse(account, Action.APPROVE)
    if proposal.author_id == account.pk:
        raise PermissionDenied("Nobody reviews a proposal of their own.")
