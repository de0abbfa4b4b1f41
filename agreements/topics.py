"""What a revision is about, for the settings that judge it as a whole: whichever door writes.

REVIEW_REQUIRED names types of agreement; REQUIRE_EVENT_SOURCE wants a source for each new event.
"""

from django.conf import settings
from django.core.exceptions import ValidationError

from partners.models import Citation
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.revising import OpenRevision

from .models import Agreement

_BY_AGREEMENT = ("events", "commitments", "codes_of_conduct", "invocations")


def types_touched(opened: OpenRevision) -> set[str]:
    """The types of every agreement that a revision touches, itself or by what hangs on it."""
    states = opened.changed("agreements")
    types = {state["type"] for state in states.values()}
    types |= {state["type"] for state in opened.changed("commitments").values() if state["type"]}
    slugs = {
        state["agreement"]
        for name in _BY_AGREEMENT
        for state in opened.changed(name).values()
        if state["agreement"]
    }
    return types | set(Agreement.objects.filter(slug__in=slugs).values_list("type", flat=True))


def refuse_unsourced(opened: OpenRevision) -> None:
    """Raise ValidationError naming each new event that no source is cited for.

    A command run on the server has no account and is not asked.
    """
    if not settings.REQUIRE_EVENT_SOURCE or opened.user_id is None:
        return
    created = Version.Operation.CREATED
    made = [
        each.key
        for each in opened.versions()
        if each.record_type == "events" and each.operation == created
    ]
    cited = Citation.objects.filter(subject_kind="event", subject__in=made)
    if bare := sorted(set(made) - set(cited.values_list("subject", flat=True))):
        raise ValidationError(f"Every new event names its source: none is cited for {bare[0]}.")
