"""Projects events into the Standing table: the one place that writes it.

The ledger calls `project` at the end of every revision, whichever door wrote, so that standing is
never behind its events. Rows that changed are closed at the revision and new ones opened; what the
registry said before stays as it was.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from sosa_registry.ledger.recording import BATCH, OpenRevision

from . import lifecycle
from .models import Agreement, Event, Standing

_COLUMNS = (
    "agreement",
    "type",
    "principal",
    "partner",
    "partner_grouping",
    *lifecycle.Period.__dataclass_fields__,
)


def project(opened: OpenRevision) -> None:
    """Bring the standing of every agreement touched by a revision up to date.

    Raises ValidationError when an agreement's events no longer make sense together.
    """
    touched = set(opened.changed("agreements"))
    events = opened.changed("events")
    touched |= {state["agreement"] for state in events.values()}
    touched |= set(Event.recorded_under(events).values())
    for batch in _batches(sorted(touched)):
        _project(batch, opened.number)


def _batches(slugs: list[str]) -> Iterator[list[str]]:
    return (slugs[start : start + BATCH] for start in range(0, len(slugs), BATCH))


def _project(slugs: list[str], number: int) -> None:
    wanted = {_content(row): row for row in _derived(slugs)}
    stale = []
    for row in Standing.objects.filter(agreement__in=slugs, superseded_in__isnull=True):
        if wanted.pop(_content(row), None) is None:
            stale.append(row.pk)
    Standing.objects.filter(pk__in=stale, recorded_in=number).delete()
    Standing.objects.filter(pk__in=stale).update(superseded_in=number)
    for row in wanted.values():
        row.recorded_in = number
    Standing.objects.bulk_create(wanted.values(), batch_size=BATCH)


def _derived(slugs: list[str]) -> Iterator[Standing]:
    histories = Event.objects.filter(agreement__in=slugs).happenings()
    for agreement in Agreement.objects.filter(slug__in=slugs):
        try:
            found = lifecycle.periods(histories.get(agreement.slug, []))
        except lifecycle.Refused as refusal:
            raise ValidationError({"date": f"{agreement.slug}: {refusal}"}) from refusal
        for period in found:
            yield Standing(
                agreement=agreement.slug,
                type=agreement.type_id,
                principal=agreement.principal_id,
                partner=agreement.partner_id or "",
                partner_grouping=agreement.partner_grouping_id or "",
                **{name: getattr(period, name) for name in lifecycle.Period.__dataclass_fields__},
            )


def _content(row: Standing) -> tuple:
    return tuple(getattr(row, name) for name in _COLUMNS)


def faults() -> Iterator[str]:
    """Sentences naming each agreement whose open standing is not what its events say."""
    slugs = list(Agreement.objects.order_by("slug").values_list("slug", flat=True))
    for batch in _batches(slugs):
        try:
            wanted = sorted(_content(row) for row in _derived(batch))
        except ValidationError as refusal:
            yield f"Events contradict one another: {' '.join(refusal.messages)}"
            continue
        stored = sorted(
            _content(row)
            for row in Standing.objects.filter(agreement__in=batch, superseded_in__isnull=True)
        )
        for agreement in sorted({row[0] for row in set(wanted) ^ set(stored)}):
            yield f"The standing of {agreement} is not what its events say."
    gone = Standing.objects.filter(superseded_in__isnull=True).exclude(agreement__in=slugs)
    for agreement in gone.order_by().values_list("agreement", flat=True).distinct():
        yield f"The standing of {agreement} stands though the agreement is gone."
