"""Each rule by cases: what breaks it, and what comes near and does not."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import (
    Agreement,
    AgreementType,
    Claim,
    CodeOfConduct,
    Event,
    Invocation,
    ListEntry,
    PublishedList,
    Signatory,
)
from agreements.rules import BY_NAME, ERROR, RULES, WARNING, Broken, Doubtful, check
from agreements.rules.judging import _kept
from partners.models import Citation, Firm, Membership
from sosa_registry.ledger import revising
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import revision
from tests.cast import agreement, event, member, source

pytestmark = pytest.mark.django_db


def write(*records, accept_warnings=False):
    """Record without asking forms: only the rules stand between these and the registry."""
    with revision(actor="editor", reason="A test", accept_warnings=accept_warnings):
        for record in records:
            record.save()


def paper(slug="paper", partner="DNK", **values):
    return Agreement(
        **{"slug": slug, "type_id": "sosa", "partner_id": partner, "title": slug} | values
    )


def happens(agreement="paper", kind="entered_into_force", date="2020-01-01", n=1, **values):
    return Event(slug=f"{agreement}-e{n}", agreement_id=agreement, event=kind, date=date, **values)


def code(country="DNK", **values):
    return CodeOfConduct(
        **{"slug": "code", "country_id": country, "title": "Code", "status": "in_place"} | values
    )


def firm(slug="works", country="DNK", **values):
    return Firm(**{"slug": slug, "name": slug.title(), "country_id": country} | values)


def signs(code_of, joined="", left="", slug="sig", firm="works"):
    return Signatory(slug=slug, code=code_of, firm_id=firm, joined=joined, left=left)


def phase(slug, joined, left="", country="DNK"):
    return Membership(slug=slug, grouping_id="league", country_id=country, joined=joined, left=left)


def invoked(occurred="2021-05", partner="DNK", requester="USA"):
    return Invocation(
        slug="inv",
        occurred=occurred,
        agreement_id="paper",
        partner_id=partner,
        requester_id=requester,
        item="rations",
        account="They asked.",
        outcome="honoured",
    )


def published(count=None, **values):
    return PublishedList(
        **{
            "slug": "told",
            "type": "sosa",
            "as_of": "2021",
            "kind": "statement",
            "exhaustive": "no",
            "stated_count": count,
            "source_id": "gazette",
        }
        | values
    )


def claim(value="in_force", as_of="2021-01-01", stance="agrees"):
    return Claim(
        slug="c1",
        subject_kind="agreement",
        subject="paper",
        property="status",
        value=value,
        as_of=as_of,
        stance=stance,
        source_id="gazette",
    )


def two(kind="sosa", until=""):
    return [
        *(paper("one", type_id=kind), paper("two", type_id=kind)),
        *(happens("one", until=until), happens("two", date="2024-01-01")),
    ]


def in_force():
    return [paper(), happens()]


def signed(*arguments, of="DNK", **values):
    made = code(of, since="2015")
    return [firm(), made, signs(made, *arguments, **values)]


def listed(count, *countries, **values):
    made = published(count, **values)
    return [made, *(ListEntry(list=made, country_id=name) for name in countries)]


# rule: what breaks it, what comes near
CASES = {
    "one-sosa-in-force": (lambda: two(), lambda: two(until="2023-01-01")),
    "one-of-a-type": (
        lambda: two("rdp"),
        lambda: [
            *(paper("one", type_id="rdp"), paper("two", type_id="rdp", partner="XRU")),
            *(happens("one"), happens("two")),
        ],
    ),
    "event-has-happened": (
        lambda: [paper(), happens(date="2990-01-01")],
        lambda: [paper(), happens(until="2990-01-01")],
    ),
    "framework-of-the-same-parties": (
        lambda: [paper("frame", "XRU"), paper(framework_id="frame")],
        lambda: [paper("frame"), paper(framework_id="frame")],
    ),
    "frameworks-form-no-circle": (
        lambda: [paper("a", framework_id="b"), paper("b", framework_id="a")],
        lambda: [paper("a", framework_id="b"), paper("b")],
    ),
    "code-of-its-country": (
        lambda: [paper(partner="XRU"), code(agreement_id="paper")],
        lambda: [paper(), code(agreement_id="paper")],
    ),
    "code-implements-a-sosa": (
        lambda: [paper(type_id="rdp"), code(agreement_id="paper")],
        lambda: [paper(), code(agreement_id="paper")],
    ),
    "invoked-while-in-force": (
        lambda: [*in_force(), invoked("2019")],
        lambda: [*in_force(), invoked("2019/2020")],
    ),
    "invoked-by-its-parties": (
        lambda: [*in_force(), invoked(partner="XRU")],
        lambda: [*in_force(), invoked(partner="USA", requester="DNK")],
    ),
    "member-leaves-after-joining": (
        lambda: [phase("m", "2010-05-02", "2010-05-01")],
        lambda: [phase("m", "2010", "2010-05-01")],
    ),
    "member-once-at-a-time": (
        lambda: [phase("m", "2010"), phase("n", "2015")],
        lambda: [phase("m", "2010", "2014"), phase("n", "2015"), phase("o", "2012", country="XRU")],
    ),
    "signatory-at-home": (lambda: signed(of="XRU"), lambda: signed()),
    "signatory-leaves-after-joining": (
        lambda: signed("2018", "2017-12-31"),
        lambda: signed("2018", "2018"),
    ),
    "signatory-once-at-a-time": (
        lambda: [*(made := signed("2018")), signs(made[1], "2019", slug="again")],
        lambda: [*(made := signed("2018", "2019")), signs(made[1], "2019", slug="again")],
    ),
    "signed-when-in-place": (lambda: signed("2014"), lambda: signed("2015-12")),
    "cage-code-once": (
        lambda: [firm("a", cage_code="A1234"), firm("b", cage_code="A1234")],
        lambda: [firm("a", cage_code="A1234"), firm("b", cage_code="B1234"), firm("c"), firm("d")],
    ),
    "firm-once": (
        lambda: [firm("a", name="Works"), firm("b", name="WORKS")],
        lambda: [firm("a", name="Works"), firm("b", country="XRU", name="Works")],
    ),
    "evidence-is-about-something": (
        lambda: [Citation(subject_kind="agreement", subject="nothing", source_id="gazette")],
        lambda: [paper(), Citation(subject_kind="agreement", subject="paper", source_id="gazette")],
    ),
    "count-of-a-list": (lambda: listed(3, "DNK", "XRU"), lambda: listed(2, "DNK", "XRU")),
    "list-without-its-principal": (lambda: listed(None, "USA"), lambda: listed(1, "DNK")),
    "read-after-publication": (
        lambda: [source("late", published_on="2020-02", retrieved_on="2020-01-31")],
        lambda: [source("late", published_on="2020-02", retrieved_on="2020-02-01")],
    ),
    "agreeing-claim-agrees": (
        lambda: [*in_force(), claim(as_of="2019-01-01")],
        lambda: [*in_force(), claim(), source("late")],
    ),
}
# Refused where standing is derived: no revision can break it.
KEPT_ELSEWHERE = {"events-in-order"}


@pytest.fixture(autouse=True)
def _world(world):
    """The small world, and a second type."""
    write(AgreementType(slug="rdp", abbreviation="RDP", name="Memorandum"))


def test_every_rule_has_its_cases():
    assert set(CASES) | KEPT_ELSEWHERE == set(BY_NAME)
    assert {rule.name for rule in RULES if rule.kept_elsewhere} == KEPT_ELSEWHERE


@pytest.mark.parametrize("rule", CASES)
def test_what_breaks_a_rule_is_found(rule):
    severity = BY_NAME[rule].severity
    with pytest.raises(Broken if severity == ERROR else Doubtful) as refused:
        write(*CASES[rule][0]())
    assert {violation.rule for violation in refused.value.violations} == {rule}
    assert check() == []


@pytest.mark.parametrize("rule", CASES)
def test_what_comes_near_passes(rule):
    write(*CASES[rule][1]())
    assert check() == []


@pytest.mark.parametrize("rule", [rule.name for rule in RULES if rule.severity == WARNING])
def test_an_accepted_warning_is_recorded_and_stays_listed(rule):
    write(*CASES[rule][0](), accept_warnings=True)
    found = check()
    assert {violation.rule for violation in found} == {rule}
    assert all(violation.key and violation.message for violation in found)


@pytest.mark.parametrize("rule", [rule.name for rule in RULES if rule.severity == ERROR])
def test_an_error_cannot_be_accepted(rule):
    if rule in KEPT_ELSEWHERE:
        with pytest.raises(ValidationError, match="Signed twice"):
            signing = {"kind": "signed", "date": "2020"}
            write(paper(), happens(**signing), happens(**signing, n=2), accept_warnings=True)
        return
    with pytest.raises(Broken):
        write(*CASES[rule][0](), accept_warnings=True)


@pytest.mark.parametrize(
    "rule", [rule.name for rule in RULES if rule.severity == ERROR and not rule.kept_elsewhere]
)
def test_an_error_that_no_judge_saw_is_found_in_the_whole_registry(rule, monkeypatch):
    monkeypatch.setattr(revising, "_judges", [])
    write(*CASES[rule][0]())
    found = check()
    assert {violation.rule for violation in found} == {rule}
    assert all(violation.key and violation.message for violation in found)


def test_a_change_elsewhere_that_breaks_a_rule_is_refused():
    write(*signed())
    moved = Firm.objects.get(slug="works")
    moved.country_id = "XRU"
    with pytest.raises(Broken, match="works is established in XRU, code is of DNK"):
        write(moved)


def test_a_record_that_evidence_is_about_cannot_go_alone():
    write(paper(), Citation(subject_kind="agreement", subject="paper", source_id="gazette"))
    with (
        pytest.raises(Broken, match="No agreement “paper” in the registry"),
        revision(actor="editor", reason="Away with it"),
    ):
        Agreement.objects.get(slug="paper").delete()


def test_who_touches_nothing_doubtful_is_not_asked():
    write(*CASES["one-of-a-type"][0](), accept_warnings=True)
    write(source("other"))
    assert Revision.objects.count() == 4


def test_a_rule_asks_the_same_few_statements_of_much_and_of_little():
    def statements() -> int:
        check()  # what was touched since is known
        _kept.cache_clear()
        with CaptureQueriesContext(connection) as captured:
            check()
        return len(captured)

    agreement()
    event("sosa-xru", "signed", "2020")
    member("DNK", "2010")
    before = statements()
    write(*(paper(f"p{n}") for n in range(30)), *(firm(f"f{n}") for n in range(30)))
    assert statements() == before


def test_the_command_lists_warnings_and_ends_well():
    write(*CASES["count-of-a-list"][0](), accept_warnings=True)
    told = io.StringIO()
    call_command("check_registry", stdout=told)
    assert "warning: published_lists told, stated_count: 3 stated, 2 entries" in told.getvalue()
    assert "0 errors, 1 warnings" in told.getvalue()


def test_the_command_fails_on_an_error():
    write(*signed())
    connection.cursor().execute("UPDATE partners_firm SET country_id = 'XRU'")
    with pytest.raises(CommandError, match="1 errors, 0 warnings"):
        call_command("check_registry", stdout=io.StringIO())
