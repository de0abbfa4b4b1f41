"""Files that mean harm are refused in a sentence, within a second of the processor and 200 MB."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from agreements.exchange import jobs, limits
from agreements.exchange.firm_lists import read_list
from agreements.exchange.reading import read_upload
from agreements.models import ImportJob
from partners.models import Firm
from sosa_registry.ledger.models import Revision
from tests.cast import account
from tests.hostile.confined import confined
from tests.hostile.files import ARCHIVES, HEAD, TABLES, WORKBOOKS

ALL = [
    pytest.param(ending, make, id=what)
    for ending, made in (("zip", ARCHIVES), ("xlsx", WORKBOOKS), ("csv", TABLES))
    for what, make in made.items()
]
# Nothing in them is harmful once it is not believed, fetched or followed.
EMPTY = {"an external description", "a sheet that says it is vast"}


def said_of(name: str, content: bytes) -> tuple[int, list[str]]:
    """How many rows a file has, and what is wrong with it."""
    package = read_upload(name, content)
    return package.size, [str(problem) for problem in package.problems]


@pytest.mark.parametrize(("ending", "make"), ALL)
def test_a_hostile_table_is_refused_in_words(ending, make, request):
    rows, told = confined(said_of, f"firms.{ending}", make())
    assert rows == 0
    assert bool(told) != (request.node.callspec.id in EMPTY)
    assert not any("root:" in sentence for sentence in told)  # nothing of /etc/passwd


@pytest.mark.parametrize(("ending", "make"), ALL)
def test_a_hostile_list_of_firms_is_refused_in_words(ending, make):
    with pytest.raises(ValidationError) as refused:
        confined(read_list, f"firms.{ending}", make())
    assert refused.value.message_dict["file"]


def test_the_longest_table_that_is_taken_fits_into_memory():
    lines = (b"f%d,A firm,ZZZ\n" % number for number in range(limits.UPLOAD.lines - 1))
    rows, told = confined(said_of, "firms.csv", HEAD + b"".join(lines), seconds=20)
    assert (rows, told) == (limits.UPLOAD.lines - 1, [])


def test_faults_are_counted_up_to_a_number_and_no_further():
    faults = limits.MAX_PROBLEMS * 2
    _, told = confined(said_of, "firms.csv", HEAD + b"\0,\0,\0\n" * faults)
    assert told[-1].endswith(f"More than {limits.MAX_PROBLEMS} faults: not read further.")


def test_columns_that_have_no_name_are_counted_not_searched():
    _, told = confined(said_of, "firms.csv", b"," * 1_000_000 + b"firm,name,country\n")
    assert "columns. Allowed: 256" in told[0]


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_read_by_the_worker_not_while_somebody_waits(world, client, monkeypatch):
    client.force_login(account("ada", "editor"))
    large = HEAD + b"works,Works,DNK\n" + b" " * jobs.READ_AT_ONCE
    reads = []
    monkeypatch.setattr(jobs, "read_upload", lambda *given: reads.append(given) or read(*given))
    read = read_upload
    sent = SimpleUploadedFile("firms.csv", large)
    answer = client.post("/api/v1/imports/", {"file": sent, "reason": "A list"})
    assert (answer.status_code, answer.json()["state"], reads) == (201, "waiting", [])

    call_command("run_worker", "--once", verbosity=0)
    job = ImportJob.objects.get()
    assert (job.state, len(reads)) == (ImportJob.State.REFUSED, 1)
    assert not Firm.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv",
        "/etc/passwd.csv",
        "..\\..\\boot.csv",
        "firms\r\nSet-Cookie: a=b.csv",
        "<img src=x onerror=alert(1)>.csv",
        "=cmd|' /C calc'!A0.csv",
        "x" * 400 + ".csv",
    ],
)
def test_a_hostile_name_of_a_file_is_a_name(world, client, name):
    client.force_login(account("ada", "admin"))
    before = Revision.objects.count()
    sent = io.BytesIO(b"nothing,known\n1,2\n")
    sent.name = name
    answer = client.post("/api/v1/imports/", {"file": sent, "reason": "A list"})
    assert answer.status_code == 201
    kept = ImportJob.objects.get()
    assert "/" not in kept.name and "\n" not in kept.name and len(kept.name) <= 200
    page = client.get(f"/admin/agreements/importjob/{kept.pk}/change/").text
    assert "<img src=x" not in page
    errors = client.get(f"/admin/agreements/importjob/{kept.pk}/errors.csv")
    assert errors["Content-Disposition"] == f'attachment; filename="errors-{kept.pk}.csv"'
    assert not [line for line in errors.text.splitlines() if line.lstrip('\ufeff"')[0] in "=+-@"]
    assert Revision.objects.count() == before
