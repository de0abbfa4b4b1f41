"""Which changes need a second pair of eyes: the setting REVIEW_REQUIRED, for whichever door writes.

It names record types (`events`), what a higher floor knows a record to be about (an agreement type
such as `sosa`), or `*` for all. A change by an account that touches one of these is refused unless
it comes as an approved proposal; a command run on the server itself has no account and is not.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import ValidationError

from .revising import OpenRevision

EVERYTHING = "*"
_about: list[Callable[[OpenRevision], Iterable[str]]] = []


class ReviewRequired(ValidationError):
    """Changes that may only be proposed."""


def about_with(function: Callable[[OpenRevision], Iterable[str]]) -> None:
    """Have a higher floor say, in the setting's words, what a revision is about."""
    if function not in _about:
        _about.append(function)


def refuse_unreviewed(opened: OpenRevision) -> None:
    """Raise ReviewRequired for what only an approved proposal may write."""
    required = set(settings.REVIEW_REQUIRED)
    if not required or opened.rehearsed or opened.approver or opened.user_id is None:
        return
    touched = {each.record_type for each in opened.versions()}
    for function in _about:
        touched |= set(function(opened))
    found = sorted(touched & required) or (["everything"] if EVERYTHING in required else [])
    if found and touched:
        raise ReviewRequired(
            f"Changes of {', '.join(found)} need review: save them as a proposal, in the admin by "
            "“Save as proposal”, in the API at /api/v1/proposals/."
        )
