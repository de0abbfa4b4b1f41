"""Pathways: the golden cases in one table, then what makes them: conditions, routes, notes, facts.

The cases are of the shipped dataset, with five firms made up beside it: Sweden's have a list of
those that joined the code, Norway's has none.
"""

from datetime import date

import pytest

from agreements.analysis.pathways import direction_of, joined, pathways
from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import revision
from tests.cast import agreement, event

US, IN = "us_buys", "partner_buys"
NOW = "2026-11-21"

# Routes, best first: a letter for the route, + open, ? conditional, - closed, and its basis.
LETTERS = {
    "rated_order": "H",  # at home, in the United States
    "rated_order_to_canada": "C",
    "firm_by_code": "F",
    "ministry_through_dod": "M",
    "government_contact": "G",
    "contract_terms": "T",
    "sponsored_under_arrangement": "S",
    "sponsored_ad_hoc": "A",
    "us_end_use": "E",
    "critical_infrastructure": "I",
    "canadian_ministry": "P",
    "canadian_inputs": "R",
}
MARKS = {"open": "+", "conditional": "?", "closed": "-"}
OMITTED = "omits it"
PROPOSED = "proposed only"
INEXACT = "its dates are not exact"
UNRECORDED = "not recorded, which is no finding"
NO_CODE = "no code of conduct is recorded"
MAKING = "being instituted"
LATER = "came later"
PERHAPS = "not certain that the code"
LAWFUL = "A+cfr_700_57 E+cfr_700_57"

# country, direction, firm, day, the routes, and what is missing from one of them
GOLDEN = [
    # the United States itself: a normal rated order
    ("USA", US, "", NOW, "H+cfr_700", ""),
    # an arrangement and a code in place: the firm first, then the ministry
    ("NOR", US, "", NOW, "F+sosa-nor M+sosa-nor", ""),
    ("SWE", US, "", NOW, "F+sosa-swe M+sosa-swe", ""),
    ("NLD", US, "", NOW, "F+sosa-nld M+sosa-nld", ""),
    ("GBR", US, "", NOW, "F+sosa-gbr M+sosa-gbr", ""),
    ("DNK", US, "", NOW, "F+sosa-dnk M+sosa-dnk", ""),
    ("FIN", US, "", NOW, "F+sosa-fin M+sosa-fin", ""),
    ("ITA", US, "", NOW, "F+sosa-ita M+sosa-ita", ""),
    ("ESP", US, "", NOW, "F+sosa-esp M+sosa-esp", ""),
    # a firm: joined, not joined, left, perhaps joined by then, nobody recorded as having joined
    ("SWE", US, "swe-joined", NOW, "F+sosa-swe M+sosa-swe", ""),
    ("SWE", US, "swe-other", NOW, "M+sosa-swe F?sosa-swe", "the firm’s signature"),
    ("SWE", US, "swe-left", NOW, "M+sosa-swe F?sosa-swe", "or has left"),
    ("SWE", US, "swe-left", "2021-12-31", "F+sosa-swe M+sosa-swe", ""),
    ("SWE", US, "swe-joined", "2018-06-30", "M+sosa-swe F?sosa-swe", "the firm’s signature"),
    ("SWE", US, "swe-joined", "2019-06-30", "M+sosa-swe F?sosa-swe", "certainty that the firm"),
    ("NOR", US, "nor-works", NOW, "M+sosa-nor F?sosa-nor", "no public list of the firms"),
    ("IND", US, "ind-works", NOW, "M+sosa-ind F?sosa-ind", MAKING),
    # a code being instituted, none recorded, later, or of a date that is not exact
    ("IND", US, "", NOW, "M+sosa-ind F?sosa-ind", MAKING),
    ("DEU", US, "", NOW, "M+sosa-deu F?sosa-deu", MAKING),
    ("LVA", US, "", "2024-01-01", "M+sosa-lva F?sosa-lva", MAKING),
    ("EST", US, "", NOW, "M+sosa-est F?sosa-est", MAKING),
    ("LTU", US, "", NOW, "M+sosa-ltu F?sosa-ltu", MAKING),
    ("AUS", US, "", NOW, "M+sosa-aus F?sosa-aus", NO_CODE),
    ("JPN", US, "", NOW, "M+sosa-jpn F?sosa-jpn", NO_CODE),
    ("KOR", US, "", NOW, "M+sosa-kor F?sosa-kor", NO_CODE),
    ("ISR", US, "", NOW, "M+sosa-isr F?sosa-isr", NO_CODE),
    ("SGP", US, "", NOW, "M+sosa-sgp F?sosa-sgp", NO_CODE),
    ("DNK", US, "", "2023-06-01", "M+sosa-dnk F?sosa-dnk", LATER),
    ("NLD", US, "", "2015-01-01", "M+sosa-nld F?sosa-nld", LATER),
    ("NOR", US, "", "2019-06-01", "M+sosa-nor F?sosa-nor", PERHAPS),
    ("ESP", US, "", "2026-11-20", "M+sosa-esp F?sosa-esp", PERHAPS),
    # an arrangement only possibly in force: its dates are not exact
    ("JPN", US, "", "2023-01-11", "F?sosa-jpn M?sosa-jpn G? T?", INEXACT),
    ("NLD", US, "", "2000-01-01", "F?sosa-nld M?sosa-nld G? T?", INEXACT),
    ("GBR", US, "", "2010-01-01", "F?sosa-gbr M?sosa-gbr G? T?", INEXACT),
    ("ESP", US, "", "2015-05-01", "F?sosa-esp M?sosa-esp G? T?", INEXACT),
    ("EST", US, "", "2023-10-15", "F?sosa-est M?sosa-est G? T?", INEXACT),
    # proposed or under negotiation: no act that anybody could rest on
    ("TWN", US, "", NOW, "G? T? F-sosa-twn M-sosa-twn", PROPOSED),
    ("MEX", US, "", NOW, "G? T? F-sosa-mex M-sosa-mex", PROPOSED),
    ("PHL", US, "", NOW, "G? T? F-sosa-phl M-sosa-phl", PROPOSED),
    ("JPN", US, "", "2022-01-01", "G? T? F-sosa-jpn M-sosa-jpn", PROPOSED),
    ("KOR", US, "", "2023-11-01", "G? T? F-sosa-kor M-sosa-kor", "under negotiation only"),
    # none, confirmed by a list; before every list, not recorded, which is no “no”
    ("UKR", US, "", NOW, "G? T? F- M-", OMITTED),
    ("POL", US, "", NOW, "G? T? F- M-", OMITTED),
    ("NZL", US, "", NOW, "G? T? F- M-", OMITTED),
    ("AUT", US, "", NOW, "G? T? F- M-", OMITTED),
    ("NOR", US, "", "2018-04-11", "G? T? F- M-", OMITTED),
    ("IND", US, "", "2024-08-21", "G? T? F- M-", OMITTED),
    ("JPN", US, "", "2010-01-01", "F? M? G? T?", UNRECORDED),
    ("UKR", US, "", "1995-01-01", "F? M? G? T?", UNRECORDED),
    # Canada, which has no such arrangement and something stronger
    ("CAN", US, "", NOW, "C+mou-can-dpas", ""),
    ("CAN", US, "", "2000-01-01", "C?mou-can-dpas", INEXACT),
    ("CAN", IN, "", NOW, "P+mou-can-dpas R+mou-can-dpas I?cfr_700", "FEMA"),
    ("CAN", IN, "", "2000-01-01", "P?mou-can-dpas R?mou-can-dpas I?cfr_700", INEXACT),
    # a partner buys in the United States: under the arrangement, or ad hoc
    ("NOR", IN, "", NOW, "S+sosa-nor E+cfr_700_57 I?cfr_700", "FEMA"),
    ("IND", IN, "", NOW, "S+sosa-ind E+cfr_700_57 I?cfr_700", "FEMA"),
    ("NOR", IN, "nor-works", NOW, "E+cfr_700_57 S?sosa-nor I?cfr_700", "sponsorship of the firm’s"),
    ("UKR", IN, "", NOW, f"{LAWFUL} I?cfr_700 S-", OMITTED),
    ("IND", IN, "", "2024-08-21", f"{LAWFUL} I?cfr_700 S-", OMITTED),
    ("TWN", IN, "", NOW, f"{LAWFUL} I?cfr_700 S-sosa-twn", PROPOSED),
    ("JPN", IN, "", "2023-01-11", f"{LAWFUL} S?sosa-jpn I?cfr_700", INEXACT),
    ("UKR", IN, "", "2010-01-01", f"{LAWFUL} S? I?cfr_700", UNRECORDED),
]


def ask(pinned, country, direction=US, firm="", day=NOW):
    """The answer for a day."""
    return pathways(
        pinned, date.fromisoformat(day), direction=direction, country=country, firm=firm
    )


def drawn(answer) -> str:
    """The routes as the table writes them."""
    return " ".join(LETTERS[r.name] + MARKS[r.verdict] + r.basis for r in answer.routes)


@pytest.fixture
def firms(registry):
    """The dataset, and firms: of Sweden's some are recorded as having joined, of Norway's none."""
    with revision(actor="tests", reason="Firms made up"):
        for slug in ("swe-joined", "swe-other", "swe-left", "nor-works", "ind-works"):
            Firm(slug=slug, name=f"The works {slug}", country_id=slug[:3].upper()).save()
        code = CodeOfConduct.objects.get(slug="coc-swe")
        signed = {"slug": "s1", "code": code, "firm_id": "swe-joined", "joined": "2019"}
        Signatory(**signed).save()
        left = {"slug": "s2", "code": code, "firm_id": "swe-left", "joined": "2010"}
        Signatory(**left, left="2022-01-01").save()
    return pin()


@pytest.mark.parametrize(("country", "direction", "firm", "day", "routes", "missing"), GOLDEN)
def test_golden_case(firms, country, direction, firm, day, routes, missing):
    answer = ask(firms, country, direction, firm, day)

    assert drawn(answer) == routes
    wanting = [one for route in answer.routes for one in route.missing]
    assert any(missing in one for one in wanting) if missing else not wanting


def test_what_is_not_open_names_what_is_missing_and_what_is_open_misses_nothing(firms):
    for country, direction, firm, day, *_ in GOLDEN:
        for route in ask(firms, country, direction, firm, day).routes:
            assert bool(route.missing) == (route.verdict != "open"), (country, route.name)


def test_ranks_follow_the_verdicts(registry):
    for country in ("NOR", "IND", "UKR", "CAN"):
        for direction in (US, IN):
            answer = ask(registry, country, direction)
            verdicts = [route.verdict for route in answer.routes]
            assert [route.rank for route in answer.routes] == list(range(1, len(verdicts) + 1))
            assert verdicts == sorted(verdicts, key=["open", "conditional", "closed"].index)


@pytest.mark.parametrize(
    ("events", "routes", "missing"),
    [
        ([], "F? M? G? T?", UNRECORDED),
        ([("signed", "2020")], "F?sosa-xru M?sosa-xru G? T?", "entry into force"),
        ([("entered_into_force", "2020")], "M+sosa-xru F?sosa-xru", NO_CODE),
        (
            [("entered_into_force", "2020"), ("suspended", "2022")],
            "G? T? F-sosa-xru M-sosa-xru",
            "it is suspended",
        ),
        (
            [("entered_into_force", "2020"), ("suspended", "2022"), ("resumed", "2023")],
            "M+sosa-xru F?sosa-xru",
            NO_CODE,
        ),
        (
            [("entered_into_force", "2020"), ("expired", "2022")],
            "G? T? F-sosa-xru M-sosa-xru",
            "it is expired",
        ),
        (
            [("entered_into_force", "2020"), ("terminated", "2022")],
            "G? T? F-sosa-xru M-sosa-xru",
            "it is terminated",
        ),
        ([("entered_into_force", "[2020..2030]")], "F?sosa-xru M?sosa-xru G? T?", INEXACT),
    ],
)
def test_every_standing_of_an_arrangement_has_its_verdict(world, events, routes, missing):
    agreement()
    for kind, day in events:
        event("sosa-xru", kind, day)
    answer = ask(pin(), "XRU", day="2024-01-01")

    assert drawn(answer) == routes
    assert any(missing in one for route in answer.routes for one in route.missing)


@pytest.mark.parametrize(
    ("status", "since", "routes"),
    [
        ("in_place", "2021", "F+sosa-xru M+sosa-xru"),
        ("in_place", "", "F+sosa-xru M+sosa-xru"),
        ("in_place", "2025", "M+sosa-xru F?sosa-xru"),
        ("in_place", "[2023-01-01..2025-01-01]", "M+sosa-xru F?sosa-xru"),
        ("being_instituted", "2021", "M+sosa-xru F?sosa-xru"),
        ("ended", "2023", "M+sosa-xru F-sosa-xru"),
        ("ended", "2025", "M+sosa-xru F?sosa-xru"),
    ],
)
def test_every_stage_of_a_code_has_its_verdict(world, status, since, routes):
    agreement()
    event("sosa-xru", "entered_into_force", "2020")
    made = CodeOfConduct(slug="coc-xru", country_id="XRU", title="A code", status=status)
    made.since = since
    keep(made, actor="editor", reason="A code")

    assert drawn(ask(pin(), "XRU", day="2024-01-01")) == routes


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ([], None),
        ([("other", "2010", "")], False),
        ([("works", "2010", "")], True),
        ([("works", "", "")], True),
        ([("works", "[..2010-01-01]", "")], True),
        ([("works", "2021", "")], False),
        ([("works", "[2019-01-01..2021-01-01]", "")], None),
        ([("works", "2010", "2015")], False),
        ([("works", "2010", "2025")], True),
        ([("works", "2010", "[..2021-01-01]")], None),
        ([("works", "2010", "2015"), ("works", "2018", "")], True),
    ],
)
def test_a_firm_is_bound_from_the_day_it_joined_until_it_left(signed, said):
    states = [{"firm": firm, "joined": came, "left": went} for firm, came, went in signed]

    assert joined("works", states, date(2020, 6, 1)) is said


@pytest.mark.parametrize(
    ("requester", "partner", "country", "said"),
    [
        ("USA", "CHE", "CHE", US),
        ("GBR", "GBR", "GBR", IN),
        ("GBR", "USA", "GBR", IN),
        ("DEU", "CHE", "CHE", ""),
        ("GBR", "CHE", "GBR", ""),
        ("USA", "USA", "USA", US),
        ("GBR", "USA", "USA", ""),
    ],
)
def test_an_occasion_counts_in_the_direction_in_which_it_was_asked(
    requester, partner, country, said
):
    assert direction_of(requester, partner, country) == said
