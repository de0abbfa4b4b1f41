"""Imprecise dates: what each form means, what is refused, and that an EDTF library agrees."""

from datetime import date, timedelta

import pytest
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st

from sosa_registry.ledger import dates

LAST_DAY = date(9998, 12, 31)
DAYS = st.dates(min_value=date(1000, 1, 1), max_value=LAST_DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024-08-22", date(2024, 8, 22), date(2024, 8, 22)),
        ("2011-04", date(2011, 4, 1), date(2011, 4, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1978", date(1978, 1, 1), date(1978, 12, 31)),
        ("[..2006-09-20]", None, date(2006, 9, 20)),
        ("[..2006]", None, date(2006, 12, 31)),
        ("[2012-06-29..2012-12-31]", date(2012, 6, 29), date(2012, 12, 31)),
        ("[2012..2013-02]", date(2012, 1, 1), date(2013, 2, 28)),
        (" 1978 ", date(1978, 1, 1), date(1978, 12, 31)),
        ("", None, None),
    ],
)
def test_a_form_stands_for_its_first_and_last_day(text, earliest, latest):
    parsed = dates.parse(text)
    assert (parsed.earliest, parsed.latest) == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        *("2021-02-30", "2021-13", "0000", "9999", "99999", "21-01-01", "2021-1-1", "yesterday"),
        *("[2012..]", "[..]", "[2013..2012]", "2020/2021", "٢٠٢١", "[2012..2013", "x" * 99),
    ],
)
def test_what_is_no_date_is_refused_with_what_is_allowed(text):
    with pytest.raises(dates.NotADate) as refused:
        dates.parse(text)
    assert text.strip()[:5] in str(refused.value) or "Allowed" in str(refused.value)


def test_a_span_is_taken_only_where_an_episode_is_dated():
    assert dates.parse("2020-03-16/2020-04-03", span=True).is_span
    with pytest.raises(dates.NotADate, match="span"):
        dates.parse("2020-03-16/2020-04-03")


@pytest.mark.parametrize("text", ["/2020", "2020/", "2021/2020"])
def test_a_span_has_both_ends_in_order(text):
    with pytest.raises(dates.NotADate):
        dates.parse(text, span=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[..2006-09-20]", "on or before 2006-09-20"),
        ("[2012-06-29..2012-12-31]", "between 2012-06-29 and 2012-12-31"),
        ("2020-03/2020-04", "2020-03 to 2020-04"),
        ("1978", "1978"),
    ],
)
def test_a_date_is_shown_in_words(text, shown):
    assert dates.display(text) == shown


def forms(first: date, last: date):
    return st.sampled_from(
        [
            first.isoformat(),
            first.isoformat()[:7],
            first.isoformat()[:4],
            f"[{first.isoformat()}..{last.isoformat()}]",
            f"[..{last.isoformat()}]",
        ]
    )


@given(data=st.data(), first=DAYS, length=st.integers(1, 4000))
def test_an_edtf_library_reads_the_same_days(data, first, length):
    last = first + timedelta(days=min(length, (LAST_DAY - first).days))
    text = data.draw(forms(first, last))
    ours, theirs = dates.parse(text), parse_edtf(text)
    upper = theirs.upper_strict()
    assert ours.latest == date(upper.tm_year, upper.tm_mon, upper.tm_mday)
    if ours.earliest:
        lower = theirs.lower_strict()
        assert ours.earliest == date(lower.tm_year, lower.tm_mon, lower.tm_mday)
