"""Gaps: the ranking against brute force on made-up sets, the question on the shipped dataset."""

import random
from datetime import date
from itertools import combinations

import pytest

from agreements.analysis.coverage import coverage
from agreements.analysis.gaps import Addition, gaps, planned, ranked

TODAY = date(2026, 11, 21)
NAMES = "ABCDEFGH"


def made_up(seed: int, overlapping: bool = True):
    """Up to eight countries that lack some of three types, and groupings over them."""
    chance = random.Random(seed)
    countries = NAMES[: chance.randint(1, 8)]
    missing = {
        kind: [country for country in countries if chance.random() < 0.6]
        for kind in ("x", "y", "z")
    }
    if overlapping:
        sizes = [chance.randint(0, len(countries)) for _ in range(chance.randint(0, 4))]
        reach = {f"g{n}": set(chance.sample(countries, size)) for n, size in enumerate(sizes)}
    else:
        cut = chance.randint(0, len(countries))
        reach = {"g0": set(countries[:cut]), "g1": set(countries[cut:])}
    return countries, missing, reach


def closed(chosen, missing, reach) -> int:
    """How many gaps some additions close together, counted one gap at a time."""
    return sum(
        any(
            kind == other and (party == country or country in reach.get(party, ()))
            for party, other in chosen
        )
        for kind, lacking in missing.items()
        for country in lacking
    )


def candidates(countries, missing, reach):
    return [(party, kind) for kind in missing for party in (*countries, *reach)]


@pytest.mark.parametrize("seed", range(150))
def test_the_ranking_equals_brute_force_over_every_addition(seed):
    countries, missing, reach = made_up(seed)
    ranking = ranked(missing, reach)
    every = {
        one: count
        for one in candidates(countries, missing, reach)
        if (count := closed([one], missing, reach))
    }
    assert {(one.party, one.type): len(one.closes) for one in ranking} == every
    counts = [len(one.closes) for one in ranking]
    assert counts == sorted(every.values(), reverse=True)


@pytest.mark.parametrize("seed", range(150))
def test_each_step_of_the_plan_is_the_best_that_brute_force_finds(seed):
    countries, missing, reach = made_up(seed)
    chosen, before = [], 0
    for step in planned(missing, reach, most=100):
        best = max(
            closed([*chosen, one], missing, reach) for one in candidates(countries, missing, reach)
        )
        chosen.append((step.party, step.type))
        assert closed(chosen, missing, reach) == best == before + len(step.closes)
        before = best
    assert before == sum(map(len, missing.values()))


@pytest.mark.parametrize("seed", range(40))
def test_where_groupings_do_not_overlap_the_plan_is_the_best_of_all_subsets(seed):
    countries, missing, reach = made_up(seed, overlapping=False)
    every = [one for one in candidates(countries, missing, reach) if closed([one], missing, reach)]
    plan = [(one.party, one.type) for one in planned(missing, reach)]
    for size in range(1, min(3, len(plan)) + 1):
        best = max(closed(some, missing, reach) for some in combinations(every, size))
        assert closed(plan[:size], missing, reach) == best


def test_overlapping_groupings_can_beat_the_plan_only_together():
    missing = {"x": list("ABCDEF")}
    reach = {"left": set("ABC"), "right": set("DEF"), "middle": set("BCDE")}
    assert [one.party for one in planned(missing, reach)] == ["middle", "A", "F"]
    assert closed([("left", "x"), ("right", "x")], missing, reach) == 6


def test_the_gaps_of_a_grouping_are_what_coverage_calls_missing(registry):
    found = gaps(registry, TODAY, grouping="nato", types=["sosa", "rdp-mou"])
    for kind in ("sosa", "rdp-mou"):
        asked = coverage(registry, TODAY, grouping="nato", types=[kind])
        assert found.coverages[kind] == asked
    assert found.ranking[0].party == "nato"
    assert found.ranking[0].type == "sosa"
    assert set(found.ranking[0].closes) == set(found.coverages["sosa"].missing)


def test_the_gaps_of_some_countries_are_theirs_alone(registry):
    found = gaps(registry, TODAY, countries=["AUS", "NZL", "TWN"], types=["sosa"])
    assert found.coverages["sosa"].covered == ["AUS"]
    assert found.coverages["sosa"].missing == ["NZL", "TWN"]
    assert Addition("TWN", "sosa", False, ("TWN",)) in found.ranking


def test_what_is_assumed_closes_its_gaps_with_a_country_or_a_grouping(registry):
    one = gaps(registry, TODAY, grouping="nato", types=["sosa"], assume=[("CAN", "sosa")])
    assert one.coverages["sosa"].assumed == ["CAN"]
    every = gaps(registry, TODAY, grouping="nato", types=["sosa"], assume=[("nato", "sosa")])
    assert every.open == 0
    assert every.ranking == every.plan == []


def test_an_opinion_and_a_designation_sign_nothing(registry):
    found = gaps(registry, TODAY, grouping="mnna", types=["sosa"])
    parties = {one.party for one in found.ranking}
    assert not parties & {"mnna", "jahangir-bloc"}
