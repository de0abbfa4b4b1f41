"""The days on which an answer may change: standing, membership, lists, claims begin or end.

Read once for each state of the tables they rest on and kept, so that “previous change” and “next
change” cost no statement on a page that is asked often.
"""

from bisect import bisect_left, bisect_right
from datetime import date
from functools import lru_cache

from agreements.lifecycle import DAWN, FOREVER
from agreements.models import Claim, PublishedList, Standing
from partners.models import Membership
from sosa_registry.ledger.lasting import Lasting, lasting
from sosa_registry.ledger.reading import Pin

_RESTS_ON = ("agreements", "events", "memberships", "published_lists", "claims")
_PERIOD = ("possible_from", "possible_until", "certain_from", "certain_until")


def change_days(
    pinned: Pin, as_of: date, principal: str = "USA"
) -> tuple[date | None, date | None]:
    """The last day before `as_of` and the first after it on which something changes."""
    days = every_change(pinned, principal)
    before, after = bisect_left(days, as_of), bisect_right(days, as_of)
    return (days[before - 1] if before else None, days[after] if after < len(days) else None)


def changes_near(pinned: Pin, as_of: date, principal: str = "USA", most: int = 400) -> list[date]:
    """The changes nearest to a day, so many at most: what a slider can step through."""
    days = every_change(pinned, principal)
    first = max(0, min(bisect_left(days, as_of) - most // 2, len(days) - most))
    return list(days[first : first + most])


def every_change(pinned: Pin, principal: str = "USA") -> tuple[date, ...]:
    """Every such day, in order. Four statements the first time."""
    return _days(lasting(pinned, _RESTS_ON), principal)


@lru_cache(maxsize=8)
def _days(asked: Lasting, principal: str) -> tuple[date, ...]:
    days: set[date] = set()
    revision = asked.pinned.revision
    standing = Standing.objects.known_at(revision).with_principal(principal).order_by()
    for row in standing.values_list(*_PERIOD).distinct():
        days.update(row)
    grouped = standing.exclude(partner_grouping="").values("partner_grouping")
    members = Membership.ever.known_at(revision).filter(grouping__in=grouped).order_by()
    for row in members.values_list(
        "joined_earliest", "joined_latest", "left_earliest", "left_latest"
    ).distinct():
        days.update(row)
    lists = PublishedList.ever.known_at(revision).filter(principal=principal, exhaustive="yes")
    days.update(lists.order_by().values_list("as_of_latest", flat=True).distinct())
    claims = Claim.ever.known_at(revision).filter(stance=Claim.Stance.DISAGREES)
    days.update(claims.order_by().values_list("as_of_earliest", flat=True).distinct())
    return tuple(sorted(days - {None, DAWN, FOREVER}))
