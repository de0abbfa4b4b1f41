"""Grades, lists against the registry, paper against practice."""

from dataclasses import asdict
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis.evidence import by_property, summaries
from agreements.analysis.matrix import matrix
from agreements.analysis.practice import practice
from agreements.analysis.reconciliation import reconcile
from agreements.exchange.importing import import_package
from agreements.grading import grade_of
from agreements.models import Claim, PublishedList
from partners.models import Source
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import revision

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("kind", "tier", "grade"),
    [
        ("regulation", "primary", "A"),
        ("statute", "primary", "A"),
        ("government page", "primary", "A"),
        ("press release", "primary", "B"),
        ("CRS report", "secondary", "C"),
        ("government page", "secondary", "C"),
        ("regulation", "secondary", "C"),
        ("press release", "tertiary", "C"),
        ("news", "secondary", "D"),
        ("news", "primary", "D"),
        ("think tank", "secondary", "D"),
        ("opinion", "secondary", "E"),
        ("encyclopedia", "tertiary", "E"),
    ],
)
def test_a_source_grades_by_what_it_is(kind, tier, grade):
    assert grade_of(kind, tier) == grade


def test_every_kind_and_tier_has_a_grade():
    for kind in Source.Kind.values:
        for tier in Source.Tier.values:
            assert grade_of(kind, tier) in "ABCDE"


def test_a_record_has_its_best_sources_grade(registry):
    found = summaries(registry.revision, "agreement", ["sosa-aus", "sosa-nld", "sosa-mex"])
    assert (found["sosa-aus"].grade, found["sosa-aus"].sources) == ("A", 3)
    assert found["sosa-nld"].conflicts == 1
    assert found["sosa-mex"].grade == "D"


def test_what_a_source_was_then_grades_what_was_known_then(registry):
    def told():
        made = matrix(registry, TODAY, types=["sosa"], min_grade="A")
        return [asdict(row) for row in made.rows], summaries(1, "agreement", ["sosa-aus"])

    before = told()
    with revision(actor="editor", reason="None of them is official", kind="correction"):
        Source.objects.update(kind="opinion", tier="tertiary")
    assert told() == before
    assert summaries(None, "agreement", ["sosa-aus"])["sosa-aus"].grade == "E"
    now = matrix(pin(), TODAY, types=["sosa"], min_grade="A")
    assert not any(cell.agreement for row in now.rows for cell in row.cells.values())


def test_a_list_limited_by_grade_can_be_asked_at_an_earlier_state(registry, client):
    asked = "/api/v1/memberships/?grouping=nato&min_grade=D&as_of=2024-01-01&known_at=1"
    before = client.get(asked).json()
    assert before["count"]
    with revision(actor="editor", reason="None of them is official", kind="correction"):
        Source.objects.update(kind="opinion", tier="tertiary")
    assert client.get(asked).json() == before


def test_eight_sources_say_canada_has_one_and_four_that_it_has_not(registry):
    claims = Claim.objects.filter(subject="CAN", property="has_sosa").select_related("source")
    (said,) = by_property(claims)
    assert (said.yes, said.no, set(said.said_by)) == (8, 4, {"yes", "no"})


@pytest.fixture
def verdicts(registry):
    return {made.list: made for made in reconcile(registry)}


@pytest.mark.parametrize(
    "slug", ["dod-press-sosa-list-2018-04-12", "dod-press-sosa-list-2024-08-22"]
)
def test_the_departments_sosa_lists_conflict_by_canada_alone(verdicts, slug):
    made = verdicts[slug]
    assert (made.verdict, made.only_in_list, made.only_in_registry, made.unsettled) == (
        "conflicts",
        ["CAN"],
        [],
        [],
    )


def test_every_dfars_list_since_2020_conflicts_by_italy_alone(verdicts):
    for slug, made in verdicts.items():
        if slug.startswith("dfars-"):
            expected = ["ITA"] if made.as_of >= "2020" else []
            assert (made.only_in_list, made.only_in_registry) == (expected, []), slug


def test_the_list_of_june_2012_is_unsettled_for_poland(verdicts):
    made = verdicts["dfars-225-872-1-2012-06-29"]
    assert (made.verdict, made.unsettled, made.only_in_list) == ("unsettled", ["POL"], [])


def test_the_think_tanks_six_differ_by_four_bilaterals(verdicts):
    made = verdicts["csis-rgqaa-2025-06-23"]
    assert (made.only_in_registry, made.only_in_list) == (["AUS", "ISR", "JPN", "TUR"], [])
    assert "DEU" in made.through_groupings


def test_the_think_tanks_twenty_eight_is_not_reproducible(verdicts):
    made = verdicts["count-any-hasik-2021-page"]
    assert (made.verdict, made.stated_count) == ("conflicts", 28)
    assert (made.computed_count, made.possible_count) == (29, 1)
    assert made.computed_count + len(made.through_groupings) == 38


def test_the_designation_of_major_allies_is_reconciled_by_membership(verdicts):
    made = verdicts["itar-mnna-2025-01-27"]
    assert (made.grouping, made.only_in_list) == ("mnna", ["AFG"])
    assert made.only_in_registry == ["COL", "KEN", "QAT"]


def test_every_list_has_a_verdict_in_few_statements(registry):
    with CaptureQueriesContext(connection) as captured:
        found = reconcile(pin())
    assert len(found) == PublishedList.objects.count() == 50
    assert len(captured) <= 7


def test_lists_can_be_narrowed(registry):
    assert {made.type for made in reconcile(registry, types=["ntib"])} == {
        "ntib",
        "ntib;sosa;rdp-mou;rgqaa",
    }
    assert {made.verdict for made in reconcile(registry, verdict="unsettled")} == {"unsettled"}
    assert {made.source for made in reconcile(registry, source="dfars_gsa")} == {"dfars_gsa"}


def test_an_explanation_stays_with_the_conflict_and_its_revision(registry):
    made = PublishedList.objects.get(slug="dod-press-sosa-list-2024-08-22")
    made.explanation = "The Department counts Canada, which has an MOU instead."
    keep(made, actor="curator", reason="Explained", kind="verification")
    (now,) = reconcile(pin(), slugs=[made.slug])
    (before,) = reconcile(pin(1), slugs=[made.slug])
    assert (now.verdict, now.explanation[:14]) == ("conflicts", "The Department")
    assert before.explanation is None


def test_an_imported_list_is_judged_at_once(registry, tmp_path):
    (tmp_path / "published_lists.csv").write_text(
        "list,type,as_of,kind,exhaustive,source\nnew-list,ntib,2025-01-01,statement,yes,cfr_700\n"
    )
    (tmp_path / "published_list_entries.csv").write_text(
        "list,country\nnew-list,AUS\nnew-list,CAN\nnew-list,JPN\n"
    )
    import_package(tmp_path, actor="curator", reason="A new list")
    (made,) = reconcile(pin(), slugs=["new-list"])
    assert (made.verdict, made.only_in_list, made.only_in_registry) == (
        "conflicts",
        ["JPN"],
        ["GBR", "NZL"],
    )


def differences(registry, day):
    return {(d.country, d.type): d for d in practice(registry, day)}


def test_norway_was_in_force_and_not_in_the_regulation(registry):
    found = differences(registry, date(2019, 1, 1))
    assert set(found) == {("NOR", "sosa")}
    made = found["NOR", "sosa"]
    assert (made.difference, made.list_source) == ("in_force_not_listed", "fr_80_50761")
    assert made.paper_sources == ["defnews_norway_2018", "sldinfo_norway_2018"]


def test_today_italy_is_listed_and_lapsed_and_two_are_not_listed_yet(registry):
    found = differences(registry, TODAY)
    assert {key: made.difference for key, made in found.items()} == {
        ("ITA", "rdp-mou"): "listed_not_in_force",
        ("DEU", "sosa"): "in_force_not_listed",
        ("IND", "sosa"): "in_force_not_listed",
    }
