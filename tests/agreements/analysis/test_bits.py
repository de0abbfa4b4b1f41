"""Sets of rows as whole numbers: what they hold, and what is read to make them."""

import pytest
from django.db.models import F, Value
from hypothesis import given
from hypothesis import strategies as st

from agreements.analysis.bits import Other, bits_of, sets_of, union
from agreements.models import Agreement, Event
from tests.cast import agreement, event

KEYS = st.sets(st.integers(min_value=0, max_value=500))


def keys_of(bits: int) -> set[int]:
    return {key for key in range(bits.bit_length()) if bits >> key & 1}


@given(KEYS, KEYS)
def test_they_are_what_sets_of_keys_are(one, other):
    assert keys_of(bits_of(one)) == one
    assert keys_of(bits_of(one) & bits_of(other)) == one & other
    assert keys_of(union([bits_of(one), bits_of(other)])) == one | other
    assert bits_of(one).bit_count() == len(one)


def test_rows_are_read_by_value_with_those_of_other_tables(world):
    mine, theirs = agreement(), agreement("sosa-dnk", "DNK")
    event("sosa-xru", "signed", "2020")
    happened = Event.objects.annotate(key=F("agreement"), value=F("event")).order_by()
    kinds = Event.objects.annotate(value=F("event")).order_by()

    wanted = {
        "all": Value("all"),
        "partner": F("partner"),
        "grouping": F("partner_grouping"),
        "happened": Other(happened),
        "kinds": Other(kinds, keyed=False),
    }
    found = sets_of(Agreement.objects.all(), wanted)

    assert keys_of(found["all"]["all"]) == {mine.pk, theirs.pk}
    assert {value: keys_of(bits) for value, bits in found["partner"].items()} == {
        "XRU": {mine.pk},
        "DNK": {theirs.pk},
    }
    assert found["grouping"] == {}
    assert keys_of(found["happened"]["signed"]) == {mine.pk}
    assert list(found["kinds"]) == ["signed"]
    assert sets_of(Agreement.objects.all(), wanted, together=True) == found


@pytest.mark.django_db
def test_of_no_rows_there_is_no_set():
    nothing = Event.objects.annotate(key=F("agreement"), value=F("event")).none()
    wanted = {"binding": F("binding"), "none": Other(nothing)}

    assert sets_of(Agreement.objects.all(), wanted) == {"binding": {}, "none": {}}
