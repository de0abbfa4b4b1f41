"""A data package is taken whole or not at all, and every fault in it is named."""

import shutil
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agreements.exchange.importing import import_package
from agreements.exchange.reading import ImportRefused
from agreements.models import Agreement, Claim, Event, PublishedList, Standing
from partners.models import Citation, Country, Source
from sosa_registry.ledger import integrity
from sosa_registry.ledger.models import Revision, Version
from tests.snapshot import FIXTURES

pytestmark = pytest.mark.django_db


def bring(path: Path):
    return import_package(path, actor="importer", reason="A test", accept_warnings=True)


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped tables, to be spoilt."""
    for file in FIXTURES.glob("*.csv"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def part(tmp_path):
    """Write one small table, import it."""

    def write(name: str, text: str, encoding: str = "utf-8"):
        (tmp_path / f"{name}.csv").write_bytes(text.encode(encoding))
        return bring(tmp_path)

    return write


def spoil(folder, name, old, new):
    file = folder / f"{name}.csv"
    text = file.read_bytes()
    assert old in text
    file.write_bytes(text.replace(old, new, 1))


def problems_of(folder) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        bring(folder)
    assert not Revision.objects.exists()
    assert not Country.objects.exists()
    return [str(problem) for problem in refused.value.problems]


def test_the_dataset_comes_in_as_one_revision(folder):
    outcome = bring(folder)
    made = Revision.objects.get()
    assert (outcome.revision, made.kind, made.actor) == (1, "import", "importer")
    assert Agreement.objects.count() == 90
    assert list(integrity.problems()) == []


def test_the_same_files_twice_change_nothing(folder):
    bring(folder)
    outcome = bring(folder)
    assert outcome.changed_nothing
    assert Revision.objects.count() == 1


def test_every_country_of_iso_3166_is_there_and_the_dataset_wins(folder):
    bring(folder)
    assert Country.objects.count() == 249
    assert Country.objects.get(code="TWN").name == "Taiwan"
    assert Country.objects.get(code="KEN").region == "Africa"
    assert not Country.objects.filter(region="").exists()


def test_sources_of_a_row_become_citations_in_order(folder):
    bring(folder)
    cited = Citation.objects.filter(subject_kind="agreement", subject="sosa-aus")
    slugs = ["crs_if11894_2021", "fr_79_47560", "csis_2025_03_03"]
    assert list(cited.order_by("position").values_list("source_id", flat=True)) == slugs


def test_a_zip_is_read_like_a_folder(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "registry.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.glob("*.csv"):
            archive.write(file, file.name)
    assert bring(path).revision == 1


SPOILT = {
    "a missing column": (
        *("events", b"id,agreement,event,date", b"id,agreement,event,day"),
        ["events.csv, line 1, date: The column is missing", "line 1, day: Unknown column"],
    ),
    "a column twice": (
        *("events", b"confidence,note", b"note,note"),
        ["events.csv, line 1, note: The column is there twice"],
    ),
    "an unknown agreement": (
        *("events", b"audit-deu-e1,audit-deu,", b"audit-deu-e1,audit-dex,"),
        ["events.csv, line 2, agreement: No agreement “audit-dex”. Did you mean audit-deu?"],
    ),
    "an unknown source": (
        *("agreements", b"crs_if11311_2023;", b"crs_if11311_2032;"),
        ["agreements.csv, line 2, sources: No source “crs_if11311_2032”"],
    ),
    "a key twice": (
        *("countries", b"ALB,AL,Albania", b"AFG,AL,Albania"),
        ["countries.csv, line 3, country: Given twice: see line 2."],
    ),
    "a value that must be unique": (
        *("countries", b"ALB,AL,Albania", b"ALB,AF,Albania"),
        ["countries.csv, line 3, alpha2: “AF” is on line 2 already."],
    ),
    "a bad date": (
        *("events", b"sosa-aus-e1,sosa-aus,signed,2011", b"sosa-aus-e1,sosa-aus,signed,2011-13"),
        ["events.csv, line 122, date: “2011-13”"],
    ),
    "an unknown choice": (
        *("events", b"audit-deu-e1,audit-deu,attested_in_force", b"audit-deu-e1,audit-deu,signd"),
        ["events.csv, line 2, event: “signd”", "Allowed: proposed, negotiation_announced"],
    ),
    "a row cut off": (
        *("agreements", b",yes,,,,crs_if11311_2023;", b"\n"),
        ["agreements.csv, line 2: 10 cells, 17 columns"],
    ),
    "a quotation mark left open": (
        *("claims", b'Global SOSA Partnerships, Canada bullet"', b"Global SOSA Partnerships"),
        ["claims.csv", "quotation mark"],
    ),
    "a wrong encoding": (
        *("sources", b"Atlantic Council,The security", b"Atl\xe9ntic Council,The security"),
        ["sources.csv, line 2: Not UTF-8"],
    ),
    "a control character": (
        *("sources", b"Atlantic Council,The", b"Atlantic\x00Council,The"),
        ["sources.csv, line 2, publisher: Holds a control character"],
    ),
    "a claim about nothing": (
        *("claims", b"c0001,country,CAN", b"c0001,country,CAX"),
        ["claims.csv, line 2, subject: No country “CAX” in the registry."],
    ),
    "a claim about an unknown kind": (
        *("claims", b"c0001,country,CAN", b"c0001,planet,CAN"),
        ["claims.csv, line 2, subject_kind: Unknown. Allowed: agreement"],
    ),
    "a history that cannot be": (
        *("events", b"sosa-aus-e1,sosa-aus,signed,2011", b"sosa-aus-e1,sosa-aus,signed,2012"),
        ["events.csv, line 122, date: In force before it was signed"],
    ),
    "a partner and a grouping": (
        *("agreements", b"rgqaa-nato,rgqaa,USA,,nato", b"rgqaa-nato,rgqaa,USA,POL,nato"),
        ["agreements.csv, line 71: Name a partner country or a partner grouping, not both."],
    ),
    "a list of an unknown type": (
        *("published_lists", b"ntib;sosa;rdp-mou;rgqaa", b"ntib;sosa;rdp-mouse;rgqaa"),
        ["published_lists.csv", "type: Unknown: rdp-mouse. Allowed: audit"],
    ),
    "a list dated in the future": (
        *("published_lists", b"rdp-mou,,2010-06-08", b"rdp-mou,,9990-06-08"),
        ["published_lists.csv, line 2, as_of: 9990-06-08 has yet to come"],
    ),
    "a locator of 10,000 characters": (
        *(
            "claims",
            b'2021-08-10,"Background, country list paragraph"',
            b"2021-08-10," + b"x" * 10_000,
        ),
        ["claims.csv, line 2, locator:", "at most 200 characters"],
    ),
    "a list of an unknown country": (
        *("published_list_entries", b"2010-06-08,AUS", b"2010-06-08,AUX"),
        ["published_list_entries.csv, line 2, country: No country “AUX”."],
    ),
    "a country twice on a list": (
        *("published_list_entries", b"2010-06-08,BEL", b"2010-06-08,AUS"),
        ["published_list_entries.csv, line 3, list + country: Given twice: see line 2."],
    ),
    "an address that is not http": (
        *("sources", b"https://www.atlanticcouncil.org", b"javascript://www.atlanticcouncil.org"),
        ["sources.csv, line 2, url:"],
    ),
}


@pytest.mark.parametrize(("table", "old", "new", "told"), SPOILT.values(), ids=SPOILT)
def test_a_fault_is_named_and_nothing_is_written(folder, table, old, new, told):
    spoil(folder, table, old, new)
    found = "\n".join(problems_of(folder))
    assert all(words in found for words in told), found


def test_all_faults_are_told_at_once(folder):
    spoil(folder, "events", b"audit-deu-e1,audit-deu,", b"audit-deu-e1,audit-dex,")
    spoil(folder, "events", b"dop-aus,signed,2000-07-17", b"dop-aus,signed,2000-02-30")
    spoil(folder, "countries", b"ALB,AL,", b"ALB,A1,")
    assert len(problems_of(folder)) == 3


@pytest.mark.parametrize("name", ["nothing-here", "LICENSE"])
def test_what_is_no_package_is_refused(name):
    with pytest.raises(ImportRefused):
        bring(FIXTURES / name)


def test_an_unknown_table_is_refused(folder):
    (folder / "agreemants.csv").write_text("agreement\n")
    assert any("Not a table" in problem for problem in problems_of(folder))


def test_a_missing_table_is_left_alone_and_rows_not_named_stay(registry, part):
    outcome = part(
        "claims",
        "claim,subject_kind,subject,property,value,source,stance\n"
        "c0001,country,CAN,has_sosa,no indeed,crs_if11894_2021,agrees\n",
    )
    assert outcome.counts == {"claims": (0, 1, 0)}
    assert Claim.objects.count() == 194


def test_a_missing_column_leaves_the_value_alone(registry, part):
    part(
        "sources",
        "source,publisher,title,kind,tier\n"
        "cfr_700,Code of Federal Regulations,DPAS,regulation,primary\n",
    )
    changed = Source.objects.get(slug="cfr_700")
    assert changed.title == "DPAS"
    assert changed.url.startswith("http")


def test_an_event_without_an_id_matches_or_gets_the_next(registry, part):
    part(
        "events",
        "agreement,event,date,note\n"
        "sosa-aus,signed,2011,seen again\nsosa-aus,amended,2020-01-01,\n",
    )
    assert Event.objects.get(slug="sosa-aus-e1").note == "seen again"
    assert Event.objects.get(slug="sosa-aus-e3").event == "amended"


def test_a_second_signing_is_refused(registry, part):
    with pytest.raises(ImportRefused, match="nothing was written"):
        part("events", "agreement,event,date\nsosa-aus,signed,2012\n")
    assert Event.objects.count() == 160


def test_a_shorter_list_of_sources_removes_citations(registry, part):
    part(
        "events",
        "id,agreement,event,date,sources\n"
        "sosa-dnk-e1,sosa-dnk,signed,2023-02-08,tradegov_denmark;fmi_denmark_2023\n",
    )
    cited = Citation.objects.filter(subject_kind="event", subject="sosa-dnk-e1")
    assert [c.source_id for c in cited.order_by("position")] == [
        "tradegov_denmark",
        "fmi_denmark_2023",
    ]


def test_a_bom_is_no_fault(registry, part):
    outcome = part("firms", "firm,name,country\nsaab,Saab,SWE\n", encoding="utf-8-sig")
    assert outcome.counts["firms"] == (1, 0, 0)


def test_an_imported_event_changes_standing_at_once(registry, part):
    part("events", "agreement,event,date\nsosa-mex,negotiation_announced,2026-01-01\n")
    rows = Standing.objects.filter(agreement="sosa-mex", superseded_in__isnull=True)
    assert [row.status for row in rows] == ["proposed", "negotiating"]


def test_a_new_list_and_its_entries_come_together(registry, tmp_path):
    (tmp_path / "published_lists.csv").write_text(
        "list,type,as_of,kind,exhaustive,source\nnew-list,sosa,2026-01-01,statement,yes,cfr_700\n"
    )
    (tmp_path / "published_list_entries.csv").write_text("list,country\nnew-list,AUS\n")
    bring(tmp_path)
    made = PublishedList.objects.get(slug="new-list")
    assert (made.principal_id, made.entries.get().country_id) == ("USA", "AUS")
    assert Version.objects.filter(key="new-list/AUS").exists()


def test_a_table_given_twice_in_a_zip_is_refused(registry, tmp_path):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a/firms.csv", "firm,name,country\nsaab,Saab,SWE\n")
        archive.writestr("b/firms.csv", "firm,name,country\nbofors,Bofors,SWE\n")
    with pytest.raises(ImportRefused) as refused:
        bring(tmp_path / "twice.zip")
    assert "twice" in str(refused.value.problems[0])


def test_a_zip_that_cannot_be_unpacked_is_a_fault_not_a_crash(registry, tmp_path):
    file = tmp_path / "firms.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("firms.csv", "firm,name,country\nsaab,Saab,SWE\n")
    content = bytearray(file.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
    content[6] |= 1
    file.write_bytes(content)
    with pytest.raises(ImportRefused, match="nothing was written"):
        bring(file)


def test_one_event_given_twice_without_an_id_is_refused(registry, part):
    with pytest.raises(ImportRefused) as refused:
        part("events", "agreement,event,date\n" + "sosa-aus,amended,2020-01-01\n" * 2)
    assert refused.value.problems[0].line == 3


def test_an_event_without_an_id_passes_over_those_given_beside_it(registry, part):
    part(
        "events",
        "id,agreement,event,date\n"
        ",sosa-aus,amended,2020-01-01\nsosa-aus-e3,sosa-aus,amended,2021-01-01\n",
    )
    assert Event.objects.get(date="2020-01-01", agreement="sosa-aus").slug == "sosa-aus-e4"


def test_an_event_cannot_be_moved_to_another_agreement(registry, part):
    with pytest.raises(ImportRefused) as refused:
        part("events", "id,agreement,event,date\nsosa-ind-e2,sosa-aus,attested_in_force,2024-09\n")
    [problem] = refused.value.problems
    assert (problem.line, problem.column) == (2, "agreement")
    assert Event.objects.get(slug="sosa-ind-e2").agreement_id == "sosa-ind"


def test_the_command_previews_row_by_row_and_writes_nothing(world, tmp_path, capsys):
    file = tmp_path / "sources.csv"
    file.write_text("source,publisher,title,kind,tier\ngazette,Gazette,Notice 2,news,primary\n")
    before = Revision.objects.count()
    call_command("import_registry", file, "--preview")
    told = capsys.readouterr().out
    assert "update sources gazette" in told
    assert "  title: “Notice gazette” → “Notice 2”" in told
    assert "sources: 0 new, 1 changed, 0 unchanged" in told
    assert Revision.objects.count() == before
    assert Source.objects.get().title == "Notice gazette"


def test_a_preview_of_bad_rows_names_them_and_fails(world, tmp_path, capsys):
    file = tmp_path / "sources.csv"
    file.write_text("source,publisher,title,kind,tier\nnew,Gazette,Notice,newz,primary\n")
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_registry", file, "--preview")
    assert "line 2, kind: “newz”" in capsys.readouterr().err
