"""Renaming and merging: every reference moves, old names go on working, the past stays."""

import pytest
from django.core.exceptions import ValidationError

from agreements.models import (
    Agreement,
    Claim,
    CodeOfConduct,
    Event,
    ListEntry,
    PublishedList,
    Signatory,
    Standing,
)
from partners.models import Citation, Country, Firm, Organization, Redirect, Source
from partners.naming import merge, rename
from sosa_registry.ledger import integrity
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.models import Revision, Version
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.undoing import undo
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"actor": "Carla", "reason": "One and the same"}


def firm(slug: str, **values) -> Firm:
    made = Firm(**{"slug": slug, "name": slug.title(), "country_id": "XRU"} | values)
    return keep(made, actor="Anna", reason="A firm")


@pytest.fixture
def smiths(world):
    """Smiths twice, the second under a code, with a citation and a claim."""
    cast.agreement()
    code = CodeOfConduct(
        slug="coc-xru", country_id="XRU", agreement_id="sosa-xru", title="Code", status="in_place"
    )
    keep(code, actor="Anna", reason="A code")
    kept, gone = firm("smiths"), firm("smith-ltd", cage_code="AB123", aliases="Smith & Co")
    keep(Signatory(slug="s1", code=code, firm=gone), actor="Anna", reason="Signed")
    about = {"subject_kind": "firm", "subject": "smith-ltd"}
    keep(Citation(**about, source_id="gazette"), actor="Anna", reason="Read")
    claim = Claim(
        slug="c1", **about, property="name", value="x", source_id="gazette", stance="agrees"
    )
    keep(claim, actor="Anna", reason="Read")
    return kept, gone


def test_all_that_named_the_one_names_the_other(smiths):
    kept, gone = smiths
    merge(gone, into=kept, **WHY)
    assert not Firm.objects.filter(slug="smith-ltd").exists()
    assert Signatory.objects.get().firm_id == "smiths"
    assert (Citation.objects.get().subject, Claim.objects.get().subject) == ("smiths", "smiths")
    assert list(integrity.problems()) == []


def test_the_one_that_stays_takes_over_names_and_what_it_lacks(smiths):
    kept, gone = smiths
    made = merge(gone, into=kept, **WHY)
    assert (made.aliases, made.cage_code) == ("Smith-Ltd;Smith & Co", "AB123")


def test_the_same_citation_twice_becomes_one(smiths):
    kept, gone = smiths
    mine = Citation(subject_kind="firm", subject="smiths", source_id="gazette")
    keep(mine, actor="Anna", reason="Read")
    merge(gone, into=kept, **WHY)
    assert Citation.objects.get().key == "firm/smiths/gazette"


def test_a_merge_is_one_revision_and_can_be_undone(smiths):
    kept, gone = smiths
    before = Revision.objects.count()
    merge(gone, into=kept, **WHY)
    assert Revision.objects.count() == before + 1
    undo(before + 1, **WHY)
    assert Signatory.objects.get().firm_id == "smith-ltd"
    assert not Redirect.objects.exists()
    assert Firm.objects.get(slug="smiths").aliases == ""


def test_what_was_known_then_still_names_the_old_one(smiths):
    kept, gone = smiths
    then = pin().revision
    merge(gone, into=kept, **WHY)
    [claim] = Claim.ever.known_at(then)
    [signed] = Version.objects.known_at(then).filter(record_type="signatories")
    assert (claim.subject, signed.state["firm"]) == ("smith-ltd", "smith-ltd")


def test_two_organizations_can_be_merged(world):
    keep(Organization(slug="mod", name="MoD", country_id="XRU"), actor="Anna", reason="One")
    keep(Organization(slug="mindef", name="MinDef", country_id="XRU"), actor="Anna", reason="Two")
    kept, gone = Organization.objects.get(slug="mod"), Organization.objects.get(slug="mindef")
    merge(gone, into=kept, **WHY)
    assert Redirect.followed("organization", "mindef") == "mod"


def test_a_firm_is_not_merged_with_itself_nor_with_a_source(smiths):
    kept, _ = smiths
    with pytest.raises(ValidationError, match="with itself"):
        merge(kept, into=Firm.objects.get(slug="smiths"), **WHY)
    with pytest.raises(ValidationError, match="Two firms"):
        merge(Source.objects.get(), into=kept, **WHY)


def test_an_agreement_is_renamed_with_its_events_and_standing(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    cited = Citation(subject_kind="agreement", subject="sosa-xru", source_id="gazette")
    keep(cited, actor="Anna", reason="Read")
    then = pin().revision
    rename(Agreement.objects.get(), to="sosa-rur", **WHY)
    assert Event.objects.get().agreement_id == "sosa-rur"
    assert Citation.objects.get().subject == "sosa-rur"
    assert Standing.objects.get(superseded_in__isnull=True).agreement == "sosa-rur"
    assert Standing.objects.known_at(then).get().agreement == "sosa-xru"
    assert list(integrity.problems()) == []


def test_a_code_is_renamed_and_its_past_rows_keep_the_old_name(smiths):
    then = pin().revision
    rename(CodeOfConduct.objects.get(), to="coc-rur", **WHY)
    assert Signatory.objects.get().code.slug == "coc-rur"
    assert CodeOfConduct.ever.known_at(then).get().slug == "coc-xru"
    assert list(integrity.problems()) == []


def test_a_list_is_renamed_and_what_was_known_then_stays(world):
    made = PublishedList(
        slug="l1",
        type="sosa",
        as_of="2020",
        kind="regulation",
        exhaustive="yes",
        source_id="gazette",
    )
    keep(made, actor="Anna", reason="A list")
    keep(ListEntry(list=made, country_id="XRU"), actor="Anna", reason="An entry")
    then = pin().revision
    rename(PublishedList.objects.get(), to="l2", **WHY)
    assert ListEntry.objects.get().key == "l2/XRU"
    assert ListEntry.ever.known_at(then).get().list.slug == "l1"
    assert list(integrity.problems()) == []


def test_a_source_is_renamed_under_all_that_cites_it(smiths):
    rename(Source.objects.get(), to="the-gazette", **WHY)
    assert (Citation.objects.get().source_id, Claim.objects.get().source_id) == (
        "the-gazette",
        "the-gazette",
    )
    assert list(integrity.problems()) == []


def test_an_old_name_leads_to_the_newest(world):
    rename(rename(firm("a"), to="b", **WHY), to="c", **WHY)
    assert Redirect.followed("firm", "a") == "c"


def test_a_record_can_have_its_old_name_back(world):
    rename(rename(firm("a"), to="b", **WHY), to="a", **WHY)
    assert (Redirect.followed("firm", "b"), Redirect.followed("firm", "a")) == ("a", None)


def test_a_name_that_was_anothers_is_refused(world):
    firm("a")
    with pytest.raises(ValidationError, match="was the name of another"):
        rename(firm("b"), to="a", **WHY)


def test_countries_types_and_composite_keys_are_not_renamed(world):
    with pytest.raises(ValidationError, match="ISO 3166-1"):
        rename(Country.objects.get(code="XRU"), to="XRR", **WHY)
    with pytest.raises(ValidationError, match="keeps its short name"):
        rename(cast.agreement().type, to="other", **WHY)


def test_no_other_way_changes_a_key(world):
    made = firm("a")
    made.slug = "b"
    with pytest.raises(ValidationError, match="keeps its name: rename it"):
        keep(made, actor="Anna", reason="By the back door")
    assert Firm.objects.get().slug == "a"
