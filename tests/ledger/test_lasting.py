"""An answer lasts until a table that it was made from is touched."""

import pytest

from partners.models import Firm, Source
from sosa_registry.ledger.lasting import lasting
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.revising import rehearse, revision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begun(world):
    lasting(pin(), ())


def save(*rows) -> None:
    """One revision with these records."""
    with revision(actor="tests", reason="Made up"):
        for row in rows:
            row.save()


def firm(slug: str) -> Firm:
    return Firm(slug=slug, name=slug.title(), country_id="DNK")


def source(slug: str) -> Source:
    return Source(slug=slug, publisher="Made", title=slug, kind="news", tier="primary")


def test_what_rests_on_another_table_lasts():
    before = lasting(pin(), ["sources"])
    save(firm("works"))
    assert lasting(pin(), ["sources"]) == before


def test_what_rests_on_a_table_that_was_touched_does_not():
    firms, both = lasting(pin(), ["firms"]), lasting(pin(), ["firms", "sources"])
    save(firm("works"))
    assert lasting(pin(), ["firms"]) != firms
    assert lasting(pin(), ["firms", "sources"]) != both


def test_several_revisions_since_are_all_looked_at():
    before = lasting(pin(), ["firms"])
    save(firm("works"))
    save(source("paper"))
    assert lasting(pin(), ["firms"]) != before


def test_nothing_is_asked_twice_of_one_state(django_assert_num_queries):
    save(firm("works"))
    pinned = pin()
    with django_assert_num_queries(2):
        lasting(pinned, ["firms"])
    with django_assert_num_queries(0):
        lasting(pinned, ["sources"])


def test_what_was_known_earlier_is_another_answer():
    save(firm("works"))
    now = lasting(pin(), ["sources"])
    assert lasting(pin(1), ["sources"]) != now
    assert lasting(pin(), ["sources"]) == now


def test_a_rehearsal_leaves_nothing_behind():
    before = lasting(pin(), ["firms"])
    rehearse(
        lambda: firm("works").save(),
        lambda: lasting(pin(), ["firms"]),
        actor="tests",
        reason="What if",
    )
    after = lasting(pin(), ["firms"])
    assert after.pinned == pin()
    assert after.state in (before.state, (pin().state, pin().state))


def test_a_pin_of_an_older_state_begins_anew():
    older = pin()
    save(firm("works"))
    newer = lasting(pin(), ["firms"])
    assert lasting(older, ["firms"]) != newer
    assert lasting(pin(), ["firms"]) != lasting(older, ["firms"])
