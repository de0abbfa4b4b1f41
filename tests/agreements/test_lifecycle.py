"""Events to standing: the order of imprecise dates, the refusals, and what is certain when."""

from datetime import date
from itertools import permutations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agreements import lifecycle
from agreements.lifecycle import Happening, Kind, Refused, periods
from sosa_registry.ledger import dates


def happening(kind, text, until="", slug=""):
    return Happening(slug or f"{kind}-{text}", kind, dates.parse(text), dates.parse(until))


def history(*events):
    return periods([happening(*event) for event in events])


def statuses(found, day, certain=False):
    day = date.fromisoformat(day)
    return {p.status for p in found if (p.certain_on if certain else p.possible_on)(day)}


def test_a_status_holds_from_its_event_to_the_next():
    found = history(("signed", "2016-09-23"), ("implemented", "2016-12-22"))
    assert statuses(found, "2016-09-22") == set()
    assert statuses(found, "2016-10-01", certain=True) == {"signed"}
    assert statuses(found, "2016-12-22", certain=True) == {"in_force"}


def test_signed_and_in_force_on_one_unknown_day_are_possible_together():
    found = history(
        ("proposed", "2021-07-28"),
        ("signed", "[2023-01-11..2023-01-12]"),
        ("entered_into_force", "[2023-01-11..2023-01-12]"),
    )
    assert statuses(found, "2023-01-10", certain=True) == {"proposed"}
    assert statuses(found, "2023-01-11") == {"proposed", "signed", "in_force"}
    assert statuses(found, "2023-01-11", certain=True) == set()
    assert statuses(found, "2023-01-12", certain=True) == {"in_force"}


def test_attested_by_a_day_is_possible_ever_before():
    found = history(("attested_in_force", "[..2006-09-20]"))
    assert statuses(found, "1990-01-01") == {"in_force"}
    assert statuses(found, "1990-01-01", certain=True) == set()
    assert statuses(found, "2006-09-20", certain=True) == {"in_force"}


def test_an_until_is_an_expiry_that_nobody_need_type():
    found = history(("entered_into_force", "2019-10-03", "2029-10-03"))
    assert statuses(found, "2029-10-02", certain=True) == {"in_force"}
    assert statuses(found, "2029-10-03", certain=True) == {"expired"}


@pytest.mark.parametrize(
    ("kind", "until", "in_2030"),
    [
        ("amended", "", "expired"),
        ("renewed", "", "in_force"),
        ("extended", "", "in_force"),
        ("extended", "2035", "in_force"),
        ("amended", "2026", "expired"),
    ],
)
def test_a_renewal_clears_an_until_and_an_amendment_keeps_it(kind, until, in_2030):
    found = history(("entered_into_force", "2020-01-01", "2029-01-01"), (kind, "2025-01-01", until))
    assert statuses(found, "2030-01-01", certain=True) == {in_2030}


def test_a_renewal_after_a_lapse_leaves_the_lapse():
    found = history(("entered_into_force", "2000-01-01", "2010-01-01"), ("renewed", "2012-01-01"))
    assert statuses(found, "2011-01-01", certain=True) == {"expired"}
    assert statuses(found, "2013-01-01", certain=True) == {"in_force"}


def test_an_end_makes_a_later_until_moot():
    found = history(
        ("entered_into_force", "2000-01-01", "2010-01-01"), ("terminated", "2005-01-01")
    )
    assert statuses(found, "2011-01-01", certain=True) == {"terminated"}


def test_suspension_and_resumption_come_and_go():
    found = history(
        ("entered_into_force", "2000"), ("suspended", "2005-05-05"), ("resumed", "2006-06-06")
    )
    assert statuses(found, "2005-12-31", certain=True) == {"suspended"}
    assert statuses(found, "2006-06-06", certain=True) == {"in_force"}


def test_an_event_gives_its_name_to_the_period_it_begins():
    found = history(("signed", "2011"), ("entered_into_force", "2011"), ("amended", "2015"))
    in_force = next(p for p in found if p.status == "in_force")
    assert (in_force.event, in_force.since, in_force.until) == (
        "entered_into_force-2011",
        "2011",
        "",
    )


REFUSALS = {
    "resumed without suspended": (("entered_into_force", "2000"), ("resumed", "2001")),
    "renewed after termination, an expiry between": (
        ("entered_into_force", "2000"),
        ("terminated", "2001"),
        ("expired", "2002"),
        ("renewed", "2003"),
    ),
    "renewed after termination": (
        ("entered_into_force", "2000"),
        ("terminated", "2001"),
        ("renewed", "2002"),
    ),
    "renewed after supersession": (
        ("entered_into_force", "2000"),
        ("superseded", "2001"),
        ("renewed", "2002"),
    ),
    "in force before signed": (("entered_into_force", "2000"), ("signed", "2001")),
    "negotiation after signature": (("signed", "2000"), ("negotiation_announced", "2001")),
    "proposal after signature": (("signed", "2000"), ("proposed", "2001")),
    "attested after an end": (("expired", "2000"), ("attested_in_force", "2001")),
    "amended after an end": (
        ("entered_into_force", "2000"),
        ("expired", "2001"),
        ("amended", "2002"),
    ),
    "signed twice": (("signed", "2000"), ("signed", "2001")),
    "until before its event": (("entered_into_force", "2000", "1999"),),
    "no day left": (
        ("proposed", "[2005..2006]"),
        ("signed", "[2000..2010]"),
        ("entered_into_force", "[2001..2004]"),
        ("amended", "[2001..2007]"),
    ),
}


@pytest.mark.parametrize("events", REFUSALS.values(), ids=REFUSALS)
def test_a_history_that_cannot_be_is_refused(events):
    with pytest.raises(Refused) as refused:
        history(*events)
    assert refused.value.ids
    assert all(slug.split("-")[0] in str(refused.value) for slug in refused.value.ids)


def test_dates_that_go_round_in_a_circle_are_refused():
    with pytest.raises(Refused, match="contradict"):
        history(
            ("entered_into_force", "[2001..2010]"),
            ("signed", "[2008..2020]"),
            ("proposed", "[2011..2015]"),
        )


# --- the definition, by brute force -------------------------------------------------------------

FIRST = date(2020, 1, 1).toordinal()
SPAN = 7


def day(number: int) -> date:
    return date.fromordinal(FIRST + number)


def text_of(first: int | None, last: int) -> str:
    if first is None:
        return f"[..{day(last)}]"
    return str(day(first)) if first == last else f"[{day(first)}..{day(last)}]"


@st.composite
def histories(draw, most=4):
    """A few events of any kind, on days known more or less exactly, some with an until."""
    made = []
    for number in range(draw(st.integers(1, most))):
        last = draw(st.integers(0, SPAN - 1))
        first = draw(st.one_of(st.none(), st.integers(0, last), st.just(last)))
        kind = draw(st.sampled_from(Kind.values))
        until = ""
        if kind in lifecycle.MAY_HAVE_UNTIL and draw(st.booleans()):
            end = draw(st.integers(last, SPAN - 1))
            until = text_of(draw(st.integers(last, end)), end)
        made.append(happening(kind, text_of(first, last), until, f"e{number}"))
    return made


def in_some_order(events):
    """The one order in which every pair is as the definition has it."""
    for order in permutations(events):
        if all(
            lifecycle.precedes(x, y) for place, x in enumerate(order) for y in order[place + 1 :]
        ):
            return list(order)
    raise AssertionError("refused histories have no order")


def brute_force(events) -> list[set[str]]:
    """For each day the statuses that some choice of days gives: every choice is tried."""
    order = in_some_order(lifecycle.with_implied_ends(events))
    open_start = -2
    ranges = [
        range(
            open_start if e.date.earliest is None else e.date.earliest.toordinal() - FIRST,
            e.date.latest.toordinal() - FIRST + 1,
        )
        for e in order
    ]
    possible = [set() for _ in range(SPAN)]
    for chosen in product(*ranges):
        if list(chosen) != sorted(chosen):
            continue
        for number in range(SPAN):
            happened = [e for e, on in zip(order, chosen, strict=True) if on <= number]
            possible[number].add(happened[-1].status if happened else "none")
    return possible


@settings(max_examples=300, deadline=None)
@given(events=histories())
def test_periods_are_what_trying_every_day_gives(events):
    try:
        found = periods(events)
    except Refused:
        assume(False)
    oracle = brute_force(events)
    for number in range(SPAN):
        said = {p.status for p in found if p.possible_on(day(number))}
        if not found or day(number) < found[0].none_until:
            said.add("none")
        assert said == oracle[number], day(number)
        certain = {p.status for p in found if p.certain_on(day(number))}
        assert certain == (oracle[number] - {"none"} if len(oracle[number]) == 1 else set())
