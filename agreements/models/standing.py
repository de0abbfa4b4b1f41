"""Events, which curators type, and standing, which is derived from them and never edited.

A standing row is one status of one agreement over one stretch of days, known from one revision to
another. It carries agreement, type and parties as plain keys, so that the past can be asked in SQL
even when the agreement has been corrected or removed since.
"""

import re
from collections.abc import Iterable

from django.db import models

from agreements import lifecycle
from partners.models import Confidence
from partners.models.sources import SLUG, SLUG_LENGTH
from sosa_registry.ledger import dates
from sosa_registry.ledger.fields import EarliestDay, ImpreciseDateField, LatestDay
from sosa_registry.ledger.models import Version
from sosa_registry.ledger.recording import Recorded, RecordedQuerySet
from sosa_registry.ledger.revising import batches

from .agreements import Agreement


class EventQuerySet(RecordedQuerySet):
    """Events as the lifecycle reads them."""

    def happenings(self) -> dict[str, list[lifecycle.Happening]]:
        """The events of each agreement, by its slug."""
        by_agreement: dict[str, list[lifecycle.Happening]] = {}
        columns = ("agreement_id", "slug", "event", "date", "until")
        for agreement, slug, kind, day, until in self.values_list(*columns):
            happening = lifecycle.Happening(slug, kind, dates.parse(day), dates.parse(until))
            by_agreement.setdefault(agreement, []).append(happening)
        return by_agreement


class Event(Recorded):
    """A dated fact in an agreement's life: the only thing a curator types about status."""

    record_type = "events"
    record_kind = "event"
    key_column = "id"

    slug = models.CharField(
        "id",
        max_length=SLUG_LENGTH,
        unique=True,
        blank=True,
        validators=[SLUG],
        help_text="Lasting id, as in sosa-aus-e2. Left empty, the next free one is given.",
    )
    agreement = models.ForeignKey(
        Agreement,
        to_field="slug",
        on_delete=models.PROTECT,
        related_name="events",
        help_text="Whose life it is an event of.",
    )
    event = models.CharField(
        max_length=24, choices=lifecycle.Kind.choices, help_text="What happened."
    )
    date = ImpreciseDateField(help_text=f"When, as far as it is known: {dates.FORMS}.")
    date_earliest = EarliestDay("date")
    date_latest = LatestDay("date")
    until = ImpreciseDateField(
        blank=True,
        help_text="First day on which it no longer holds by itself: an expiry. Often empty.",
    )
    until_earliest = EarliestDay("until", db_index=False)
    until_latest = LatestDay("until")
    confidence = models.CharField(
        max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM, help_text="How sure."
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know.")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "date_latest", "slug")
        indexes = [
            models.Index(fields=["event", "slug"], name="event_by_kind"),
            models.Index(fields=["confidence", "slug"], name="event_by_confidence"),
        ]

    def __str__(self):
        return f"{self.get_event_display()}, {self.date}"

    def save(self, *args, **kwargs):
        """Give a new event its lasting id."""
        if not self.slug:
            self.slug = self.next_id(self.agreement_id)
        super().save(*args, **kwargs)

    @classmethod
    def next_id(cls, agreement: str, taken: int = 0) -> str:
        """The next id of an agreement's events; one that was deleted is not given again."""
        prefix = f"{agreement}-e"
        versions = Version.objects.filter(record_type="events", key__startswith=prefix)
        # Those of the revision that is open have no version yet.
        rows = cls.objects.filter(slug__startswith=prefix)
        keys = {*versions.values_list("key", flat=True), *rows.values_list("slug", flat=True)}
        used = [re.fullmatch(r"\d+", key[len(prefix) :]) for key in keys]
        return f"{prefix}{max((int(m[0]) for m in used if m), default=0) + 1 + taken}"

    @staticmethod
    def recorded_under(slugs: Iterable[str]) -> dict[str, str]:
        """The agreement that the last revision recorded each of these events under."""
        found = {}
        for batch in batches(sorted(slugs)):
            versions = Version.objects.open().filter(record_type="events", key__in=batch)
            found |= dict(versions.values_list("key", "state__agreement"))
        return found

    def happening(self) -> lifecycle.Happening:
        """The event as the lifecycle reads it."""
        return lifecycle.Happening(
            self.slug or "the new event",
            self.event,
            dates.parse(self.date),
            dates.parse(self.until),
        )

    @classmethod
    def problems_of(cls, rows):
        """Each agreement's history still makes sense with these events in it."""
        usable = []
        for row in rows:
            if row.until and row.event not in lifecycle.MAY_HAVE_UNTIL:
                yield row, "until", "Only an event that puts or keeps in force has one."
            elif row.agreement_id and row.date and row.event in lifecycle.Kind.values:
                usable.append(row)  # what is missing is said beside its field
        slugs = {row.agreement_id for row in usable}
        stored = {row.pk: row for row in cls.objects.filter(agreement__in=slugs)}
        before = cls.recorded_under({row.slug for row in usable if row.slug})
        histories: dict[str, dict] = {slug: {} for slug in slugs}
        for row in [*stored.values(), *usable]:
            histories[row.agreement_id][row.pk or id(row)] = row
        for row in usable:
            if before.get(row.slug, row.agreement_id) != row.agreement_id:
                yield row, "agreement", "An event stays with its agreement: delete and add instead."
        for history in histories.values():
            yield from cls._refusals(history.values(), usable)

    @staticmethod
    def _refusals(history, asked):
        try:
            lifecycle.periods([row.happening() for row in history])
        except dates.NotADate:
            return  # said beside the field already
        except lifecycle.Refused as refusal:
            asked_of = [row for row in history if row in asked]
            named = [row for row in asked_of if row.happening().id in refusal.ids]
            for row in named or asked_of[:1]:
                yield row, "date", str(refusal)


def _whether(condition: models.Q) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(condition, output_field=models.BooleanField())


class StandingQuerySet(models.QuerySet):
    """The vocabulary of time: what stood on a day, and what the registry knew of it."""

    def known_at(self, number: int):
        """The rows that the registry held at a revision."""
        later = models.Q(superseded_in__isnull=True) | models.Q(superseded_in__gt=number)
        return self.filter(later, recorded_in__lte=number)

    def possible_on(self, day):
        """The statuses that some reading of the dates gives on that day."""
        return self.filter(possible_from__lte=day, possible_until__gt=day)

    def certain_on(self, day):
        """The statuses that every reading of the dates gives on that day."""
        return self.filter(self._certain(day))

    def weighed_on(self, day):
        """Those possible on that day; `certain`: whether so; `none_possible`: perhaps not there."""
        return self.possible_on(day).annotate(
            certain=_whether(self._certain(day)),
            none_possible=_whether(models.Q(none_until__gt=day)),
        )

    @staticmethod
    def _certain(day) -> models.Q:
        return models.Q(certain_from__lte=day, certain_until__gt=day)

    def in_force(self):
        """Only rows whose status is in force."""
        return self.filter(status=lifecycle.Status.IN_FORCE)

    def of_types(self, types):
        """Only agreements of these types."""
        return self.filter(type__in=types)

    def with_principal(self, country: str):
        """Only agreements of this principal."""
        return self.filter(principal=country)


class Standing(models.Model):
    """One status of one agreement over one stretch of days. Ends are exclusive. Derived."""

    agreement = models.CharField(max_length=SLUG_LENGTH, help_text="The agreement's slug.")
    type = models.CharField(max_length=SLUG_LENGTH, help_text="Its type.")
    principal = models.CharField(max_length=3, help_text="Its principal.")
    partner = models.CharField(max_length=3, blank=True, help_text="Its partner country.")
    partner_grouping = models.CharField(
        max_length=SLUG_LENGTH, blank=True, help_text="Its partner grouping."
    )
    status = models.CharField(max_length=12, choices=lifecycle.Status.choices)
    event = models.CharField(max_length=SLUG_LENGTH, help_text="The event that gives the status.")
    since = models.CharField(max_length=dates.MAX_LENGTH, help_text="Its date, as known (EDTF).")
    until = models.CharField(
        max_length=dates.MAX_LENGTH, blank=True, help_text="The date of what ends it, as known."
    )
    possible_from = models.DateField(help_text="First day on which it is possible.")
    possible_until = models.DateField(help_text="First day on which it no longer is.")
    certain_from = models.DateField(help_text="First day on which it is certain.")
    certain_until = models.DateField(help_text="First day on which it no longer is.")
    none_until = models.DateField(
        help_text="Before this day the agreement may not yet exist at all."
    )
    recorded_in = models.PositiveBigIntegerField(help_text="The revision that derived the row.")
    superseded_in = models.PositiveBigIntegerField(
        null=True, help_text="The revision that replaced it; empty while it stands."
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "possible_from", "certain_from")
        verbose_name_plural = "standing"
        indexes = [
            models.Index(
                fields=["principal", "type", "possible_from", "possible_until"],
                name="standing_matrix",
            ),
            models.Index(fields=["partner", "principal"], name="standing_partner"),
            models.Index(fields=["agreement", "superseded_in"], name="standing_agreement"),
            models.Index(fields=["recorded_in"], name="standing_recorded"),
            # How many stand how on a day, without reading a row: what an explorer counts.
            models.Index(
                fields=[
                    *("status", "possible_from", "possible_until"),
                    *("certain_from", "certain_until", "agreement"),
                ],
                condition=models.Q(superseded_in__isnull=True),
                name="standing_on_day",
            ),
            models.Index(
                fields=["status", "possible_until", "possible_from"], name="standing_status"
            ),
        ]

    def __str__(self):
        return f"{self.agreement} {self.status} from {self.since}"

    def period(self) -> lifecycle.Period:
        """The row as the lifecycle made it."""
        names = lifecycle.Period.__dataclass_fields__
        return lifecycle.Period(**{name: getattr(self, name) for name in names})
