"""Coverage, difference, trend, reciprocity, change days: each question on real data."""

from datetime import date

import pytest

from agreements.analysis.changes import change_days, every_change
from agreements.analysis.coverage import coverage
from agreements.analysis.diff import diff
from agreements.analysis.matrix import matrix
from agreements.analysis.reciprocity import Promise, label, reciprocity
from agreements.analysis.trend import trend
from agreements.models import Event
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin

TODAY = date(2026, 11, 21)


def test_every_member_is_covered_possible_or_missing(registry):
    found = coverage(registry, date(2026, 1, 1), grouping="nato", types=["sosa"])
    assert found.members == len(found.covered + found.possible + found.missing) == 31
    assert "CAN" in found.missing
    assert found.share == round(12 / 31, 2)


def test_an_assumed_arrangement_counts_and_is_named(registry):
    assume = [("CAN", "sosa"), ("DNK", "sosa"), ("TWN", "sosa"), ("FRA", "ntib")]
    found = coverage(registry, TODAY, grouping="nato", types=["sosa"], assume=assume)
    assert found.assumed == ["CAN"]
    assert "CAN" in found.covered


def test_an_opinion_grouping_is_possibly_all_of_its_members(registry):
    found = coverage(registry, date(2000, 1, 1), grouping="jahangir-bloc", types=["rdp-mou"])
    assert found.members == 5


def test_what_entered_between_two_days(registry):
    found = diff((registry, date(2021, 7, 28)), (registry, TODAY), types=["sosa", "ntib"])
    entered = {(d.country, d.type) for d in found.entered}
    assert {("JPN", "sosa"), ("NZL", "ntib"), ("DEU", "sosa")} <= entered
    japan = next(d for d in found.entered if d.country == "JPN")
    assert (japan.agreement, japan.before, japan.after) == ("sosa-jpn", "proposed", "in_force")
    assert [d.country for d in found.changed] == ["PHL"]
    assert found.left == []


def test_the_way_back_is_the_same_seen_from_the_other_side(registry):
    there = diff((registry, date(2021, 7, 28)), (registry, TODAY))
    back = diff((registry, TODAY), (registry, date(2021, 7, 28)))
    assert [d.country for d in there.entered] == [d.country for d in back.left]
    assert len(there.changed) == len(back.changed)


def test_a_day_compared_with_itself_differs_in_nothing(registry):
    found = diff((registry, TODAY), (registry, TODAY))
    assert not (found.entered or found.left or found.changed)


def test_what_was_corrected_shows_between_two_states_of_knowledge(registry):
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-06-01"
    keep(event, actor="editor", reason="In force later", kind="correction")
    found = diff((pin(1), date(2023, 3, 1)), (pin(2), date(2023, 3, 1)), types=["sosa"])
    assert [(d.country, d.before, d.after) for d in found.left] == [("DNK", "in_force", "signed")]


def test_a_correction_never_counts_as_something_that_happened(registry):
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-06-01"
    keep(event, actor="editor", reason="In force later", kind="correction")
    over_both = diff((pin(1), date(2023, 3, 1)), (pin(2), TODAY), types=["sosa"])
    back = diff((pin(2), date(2023, 3, 1)), (pin(1), date(2023, 3, 1)), types=["sosa"])
    causes = {d.country: d.cause for d in over_both.entered}
    assert causes["DEU"] == causes["IND"] == "world"
    assert "DNK" not in causes
    assert [(d.country, d.cause) for d in back.entered] == [("DNK", "registry")]


def test_what_the_later_state_also_gives_between_the_days_is_of_the_world(registry):
    event = Event.objects.get(slug="sosa-dnk-e2")
    event.date = "2023-02-20"
    keep(event, actor="editor", reason="Twelve days later", kind="correction")
    found = diff((pin(1), date(2023, 2, 1)), (pin(2), date(2023, 3, 1)), types=["sosa"])
    assert [(d.country, d.cause) for d in found.entered] == [("DNK", "world"), ("ISR", "world")]


def test_the_trend_is_the_matrix_at_every_point(registry):
    found = trend(registry, start=date(1990, 6, 30), end=date(2026, 6, 30), step="year")
    for point in found.points:
        totals = matrix(registry, point.as_of).totals
        assert point.certain == {kind: made["certain"] for kind, made in totals.items()}
        assert point.possible == {kind: made["possible"] for kind, made in totals.items()}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"start": TODAY, "end": date(2020, 1, 1)}, "from"),
        ({"start": date(1000, 1, 1), "end": TODAY, "step": "month"}, "points"),
        ({"start": date(2020, 1, 1), "end": TODAY, "step": "day"}, "step"),
    ],
)
def test_a_trend_that_cannot_be_is_refused(registry, asked, told):
    with pytest.raises(ValueError, match=told):
        trend(registry, **asked)


def test_steps_from_the_last_of_a_month_stay_in_the_month(registry):
    found = trend(registry, start=date(2024, 1, 31), end=date(2024, 5, 1), step="month")
    assert [p.as_of.isoformat()[5:] for p in found.points] == ["01-31", "02-29", "03-31", "04-30"]


def kinds(registry, a, b, day):
    found = reciprocity(registry, date.fromisoformat(day), a, b)
    return {made.kind: made for made in found.kinds}


def test_india_waits_for_its_code(registry):
    made = kinds(registry, "USA", "IND", "2024-08-23")["priority_delivery"]
    assert made.label == "asymmetric"
    assert [(p.mechanism, p.live) for p in made.a_to_b] == [("dpas_rating", True)]
    by_code = next(p for p in made.b_to_a if p.mechanism == "code_of_conduct")
    assert (by_code.live, by_code.waits_for) == (False, "code of conduct being instituted")


def test_canadas_own_commitments_stand_in_place_of_the_types(registry):
    made = kinds(registry, "USA", "CAN", "2026-11-21")["priority_delivery"]
    assert [p.enforceability for p in made.b_to_a] == ["regulatory"]


def test_both_directions_change_places_with_the_countries(registry):
    one = kinds(registry, "USA", "SWE", "2026-11-21")
    other = kinds(registry, "SWE", "USA", "2026-11-21")
    assert {k: m.a_to_b for k, m in one.items()} == {k: m.b_to_a for k, m in other.items()}


def promise(enforceability, live):
    return Promise("a", "sosa", "priority_delivery", "contract", enforceability, live)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([("agreed", True)], [("agreed", True)], "mutual"),
        ([("statutory", True)], [("political", True)], "asymmetric"),
        ([("statutory", True)], [], "one_way"),
        ([("statutory", True)], [("voluntary", False)], "one_way"),
        ([("statutory", False)], [("voluntary", False)], "none"),
        ([], [], "none"),
        ([("statutory", True)], [("voluntary", None)], "undetermined"),
        ([("statutory", True)], [("voluntary", None), ("political", True)], "asymmetric"),
        ([("agreed", True), ("statutory", False)], [("agreed", True)], "mutual"),
    ],
)
def test_the_label_compares_each_sides_strongest_live_promise(first, second, said):
    assert label([promise(*p) for p in first], [promise(*p) for p in second]) == said


def test_the_next_change_is_a_day_on_which_the_answer_differs(registry):
    before, after = change_days(registry, date(2021, 8, 10))
    assert (before, after) == (date(2021, 7, 28), date(2021, 11, 9))


def test_between_two_changes_nothing_differs(registry):
    days = every_change(registry)
    for start, end in zip(days[-30:], days[-29:], strict=False):
        last = date.fromordinal(end.toordinal() - 1)
        one, other = matrix(registry, start), matrix(registry, last)
        assert [row.cells for row in one.rows] == [row.cells for row in other.rows], (start, last)
