"""What a revision is about, as the setting REVIEW_REQUIRED names it: types of agreement."""

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
