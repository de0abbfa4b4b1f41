"""An import from upload to revision: previewed, confirmed, at once or by the worker."""

import csv
import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.exchange import importing, jobs, reading
from agreements.models import Agreement, Event, ImportJob
from partners.models import Firm, Source
from sosa_registry.ledger.models import Revision
from tests import cast

pytestmark = pytest.mark.django_db

FIRMS = "firm,name,country,note\n"
STATE = ImportJob.State


def upload(text: str, name="firms.csv", user=None, **values) -> ImportJob:
    return jobs.upload(name=name, content=text.encode(), user=user, reason="A list", **values)


def many(count: int, note: str = "") -> str:
    return FIRMS + "".join(f"f-{n},Works number {n},DNK,{note}\n" for n in range(count))


def told(job: ImportJob) -> list[tuple]:
    return [(p["line"], p["column"], p["value"], p["message"]) for p in job.problems]


@pytest.fixture
def editor(world):
    return cast.account("erika", "editor")


# From preview to revision


def test_a_preview_says_what_each_row_would_do_and_writes_nothing(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    revisions = Revision.objects.count()
    job = upload(
        "id,agreement,event,date,note\n"
        "sosa-xru-e1,sosa-xru,signed,2020-01-02,\n"
        ",sosa-xru,entered_into_force,2021,new\n",
        "events.csv",
    )
    assert job.state == STATE.PREVIEWED
    assert [line["action"] for line in job.lines] == ["update", "create"]
    assert job.lines[0]["changes"] == {"date": ["2020-01-01", "2020-01-02"]}
    assert job.lines[1]["changes"]["note"] == ["", "new"]
    assert job.counts == {"events": [1, 1, 0]}
    assert (Event.objects.count(), Revision.objects.count()) == (1, revisions)


def test_a_confirmed_import_is_one_revision_by_whom_confirmed_it(editor):
    job = jobs.confirm(upload(many(3)), user=editor)
    made = Revision.objects.get(number=job.revision)
    assert (job.state, made.actor, made.reason, made.changes) == ("applied", "erika", "A list", 3)


def test_the_same_file_twice_changes_nothing(editor):
    jobs.confirm(upload(many(3)), user=editor)
    assert upload(many(3)).state == STATE.UNCHANGED


def test_ten_rows_with_three_bad_ones_are_refused_with_three_errors_and_taken_once_mended(editor):
    cast.agreement()
    rows = [f"sosa-xru,amended,202{n}-01-01," for n in range(7)]
    begun = "sosa-xru,entered_into_force,2019-01-01,"
    bad = [
        "sosa-xrv,amended,2020-02-01,",
        "sosa-xru,amendet,2020-02-01,",
        "sosa-xru,signed,2020-13,",
    ]
    head = "agreement,event,date,note"
    job = upload("\n".join([head, begun, *rows[:6], *bad]), "events.csv")

    assert (job.state, len(job.problems)) == (STATE.REFUSED, 3)
    unknown, choice, day = told(job)
    assert unknown[:3] == (9, "agreement", "sosa-xrv")
    assert "Did you mean sosa-xru?" in unknown[3]
    assert choice[:3] == (10, "event", "amendet")
    assert "Did you mean amended? Allowed: proposed" in choice[3]
    assert day[:3] == (11, "date", "2020-13")
    assert not Event.objects.exists()

    good = [f"sosa-xru,amended,202{n}-02-01," for n in range(3)]
    mended = upload("\n".join([head, begun, *rows[:6], *good]), "events.csv")
    jobs.confirm(mended, user=editor, accept_warnings=True)
    assert Event.objects.count() == 10


def test_faults_of_cells_and_faults_beside_other_rows_are_told_at_once(world):
    cast.agreement()
    cast.agreement("sosa-dnk", "DNK")
    job = upload(
        "agreement,event,date\n"
        "sosa-xru,signed,2020\nsosa-xru,signed,2021\nsosa-dnk,signed,yesterday\n",
        "events.csv",
    )
    assert {(line, column) for line, column, *_ in told(job)} == {
        (2, "date"),
        (3, "date"),
        (4, "date"),
    }


def test_a_value_that_is_anothers_is_told_by_whose_it_is(world):
    job = upload("country,alpha2,name,region\nXXX,DK,Elsewhere,Europe\n", "countries.csv")
    assert told(job)[0][:2] == (2, "alpha2")
    assert "“DK” is DNK's already" in told(job)[0][3]


def test_a_name_where_a_code_is_meant_is_answered_with_the_code(world):
    job = upload(FIRMS + "works,Works,Denmark,\n")
    assert "Did you mean DNK (Denmark)?" in told(job)[0][3]


def test_when_the_registry_changed_so_that_the_plan_differs_it_is_shown_again(editor):
    job = upload(FIRMS + "works,Works,DNK,from the file\n")
    cast.keep(Firm(slug="works", name="Works", country_id="DNK"), actor="other", reason="Faster")

    jobs.confirm(job, user=editor)
    assert (job.state, job.revision) == (STATE.PREVIEWED, None)
    assert "has changed since the preview" in job.progress
    assert job.lines[0]["action"] == "update"
    assert Firm.objects.get().note == ""

    jobs.confirm(job, user=editor)
    assert Firm.objects.get().note == "from the file"


def test_a_change_elsewhere_does_not_ask_again(editor):
    job = upload(many(2))
    cast.keep(cast.source("other"), actor="other", reason="Elsewhere")
    assert jobs.confirm(job, user=editor).state == STATE.APPLIED


def test_warnings_are_shown_and_have_to_be_accepted(editor):
    cast.agreement()
    job = upload("agreement,event,date\nsosa-xru,signed,2990-01-01\n", "events.csv")
    assert "has yet to come" in job.warnings[0]["message"]
    assert job.warnings[0]["line"] == 2
    with pytest.raises(jobs.NotNow, match="accept the warnings"):
        jobs.confirm(job, user=editor)
    assert jobs.confirm(job, user=editor, accept_warnings=True).state == STATE.APPLIED


@pytest.mark.parametrize("state", [STATE.REFUSED, STATE.APPLIED, STATE.UNCHANGED, STATE.WAITING])
def test_only_a_preview_can_be_confirmed(editor, state):
    with pytest.raises(jobs.NotNow, match="cannot be confirmed"):
        jobs.confirm(ImportJob(state=state), user=editor)


# In the worker


@pytest.mark.django_db(transaction=True)
def test_more_than_a_thousand_rows_are_the_workers(editor):
    job = upload(many(jobs.AT_ONCE + 1), user=editor)
    assert job.state == STATE.WAITING
    call_command("run_worker", "--once", verbosity=0)
    job.refresh_from_db()
    assert (job.state, len(job.lines)) == (STATE.PREVIEWED, jobs.AT_ONCE + 1)

    jobs.confirm(job, user=editor)
    assert job.state == STATE.CONFIRMED
    call_command("run_worker", "--once", verbosity=0)
    job.refresh_from_db()
    assert job.state == STATE.APPLIED
    assert Firm.objects.count() == jobs.AT_ONCE + 1


def test_a_task_begun_twice_does_no_harm(editor):
    job = jobs.confirm(upload(many(2)), user=editor)
    revisions = Revision.objects.count()
    jobs.apply_in_worker.func(job.pk)
    jobs.preview_in_worker.func(job.pk)
    assert Revision.objects.count() == revisions


def test_what_the_worker_cannot_be_told_of_does_not_wait_for_it(editor, monkeypatch):
    def killed(pk):
        raise SystemExit

    job = upload(many(jobs.AT_ONCE + 1), user=editor)
    jobs.preview_in_worker.func(job.pk)
    job.refresh_from_db()
    for name in ("preview_in_worker", "apply_in_worker"):
        monkeypatch.setattr(jobs, name, SimpleNamespace(enqueue=killed))

    with pytest.raises(SystemExit):
        upload(many(jobs.AT_ONCE + 1), user=editor)
    with pytest.raises(SystemExit):
        jobs.confirm(job, user=editor)
    assert list(ImportJob.objects.values_list("pk", "state")) == [(job.pk, STATE.PREVIEWED)]


def test_a_file_that_cannot_be_tried_leaves_no_import_behind(editor, monkeypatch):
    def killed(*given, **options):
        raise SystemExit

    monkeypatch.setattr(jobs, "rehearse", killed)
    with pytest.raises(SystemExit):
        upload(many(2), user=editor)
    assert not ImportJob.objects.exists()


# Bulk stays bulk


@pytest.mark.parametrize("table", ["firms", "sources", "events"])
def test_a_thousand_rows_take_fifty_statements_at_most(world, table):
    def rows(note):
        if table == "firms":
            return many(1000, note)
        if table == "sources":
            head = "source,publisher,title,kind,tier,note\n"
            told = (f"s-{n},Gazette,Notice {n},news,primary,{note}\n" for n in range(1000))
            return head + "".join(told)
        dated = (f"x-{n},a-{n},signed,2020-01-01,{note}\n" for n in range(1000))
        return "id,agreement,event,date,note\n" + "".join(dated)

    papers = "".join(f"a-{n},mou,DNK,Paper {n}\n" for n in range(1000))
    bring("agreements", "agreement,type,partner,title\n" + papers)
    for note in ("first", "second"):
        with CaptureQueriesContext(connection) as captured:
            assert bring(table, rows(note)).revision
        assert len(captured) <= 50


def bring(table, text):
    package = reading.read_upload(f"{table}.csv", text.encode())
    return importing.apply(package, actor="editor", reason="Many", accept_warnings=True)


# Doors


@pytest.fixture
def signed_in(client, editor):
    client.force_login(editor)
    return client


def test_the_admin_shows_the_preview_and_imports_when_confirmed(signed_in):
    add = reverse("admin:agreements_importjob_add")
    assert signed_in.get(add).status_code == 200
    file = io.BytesIO(many(2).encode())
    file.name = "firms.csv"
    page = signed_in.post(add, {"file": file, "reason": "A list"}, follow=True)
    shown = page.content.decode()
    assert "Previewed: to be confirmed" in shown
    assert "Works number 1" in shown
    done = signed_in.post(page.redirect_chain[-1][0], follow=True).content.decode()
    assert "Imported." in done
    assert Firm.objects.count() == 2


def test_a_refused_file_can_be_had_back_with_its_errors(signed_in):
    job = upload(FIRMS + "works,Works,ZZZ,=1+1\n")
    page = signed_in.get(reverse("admin:agreements_importjob_change", args=[job.pk]))
    assert "No country “ZZZ”" in page.content.decode()
    answer = signed_in.get(reverse("admin:agreements_importjob_errors", args=[job.pk]))
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["line"], row["column"], row["value"]) == ("2", "country", "ZZZ")
    assert (row["firm"], row["note"]) == ("works", "'=1+1")


def test_a_page_at_work_asks_again_by_itself(signed_in):
    job = ImportJob.objects.create(name="x", content=b"x", reason="x", progress="Step 1")
    page = signed_in.get(reverse("admin:agreements_importjob_change", args=[job.pk]))
    assert '<meta http-equiv="refresh" content="2">' in page.content.decode()


@pytest.mark.parametrize("role", ["analyst", "approver"])
def test_who_may_not_import_is_refused_in_the_admin(client, world, role):
    client.force_login(cast.account("anna", role))
    assert client.get(reverse("admin:agreements_importjob_add")).status_code == 403


def test_the_api_previews_and_imports_when_confirmed(signed_in):
    file = io.BytesIO(many(2).encode())
    file.name = "firms.csv"
    answer = signed_in.post("/api/v1/imports/", {"file": file, "reason": "A list"})
    made = answer.json()
    assert (answer.status_code, made["state"]) == (201, "previewed")
    rows = signed_in.get(f"/api/v1/imports/{made['id']}/rows/?page_size=1").json()
    assert (rows["count"], rows["results"][0]["action"]) == (2, "create")
    place = f"/api/v1/imports/{made['id']}/confirm/"
    done = signed_in.post(place, json.dumps({}), content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "applied")
    assert signed_in.get(f"/api/v1/imports/{made['id']}/").json()["revision"] == 2
    again = signed_in.post(place, json.dumps({}), content_type="application/json")
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({}, "/file"),
        ({"table": "planets"}, "/table"),
        ({"reason": ""}, "/reason"),
        ({"reason": "x" * 2_000 + " "}, "/reason"),
    ],
)
def test_an_upload_that_is_not_valid_is_refused_by_field(signed_in, given, pointer):
    file = io.BytesIO(b"firm\n")
    file.name = "firms.csv"
    sent = {"reason": "A list", **({"file": file} if given else {}), **given}
    answer = signed_in.post("/api/v1/imports/", sent)
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_file_that_is_longer_than_is_taken_is_refused_as_such(signed_in, monkeypatch):
    monkeypatch.setattr(jobs, "MAX_BYTES", 1_000)
    for length, status in ((1_000, 201), (1_001, 413)):
        file = io.BytesIO(many(1).encode().ljust(length, b"\n"))
        file.name = "firms.csv"
        answer = signed_in.post("/api/v1/imports/", {"file": file, "reason": "A list"})
        assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert ImportJob.objects.count() == 1


def test_a_body_that_is_far_longer_is_refused_before_it_is_read(signed_in):
    unread = {"CONTENT_LENGTH": str(jobs.MAX_BYTES + 1_000_000)}
    form = "multipart/form-data; boundary=x"
    answer = signed_in.generic("POST", "/api/v1/imports/", b"x", form, **unread)
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert f"{jobs.MAX_BYTES} bytes" in answer.json()["detail"]
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("analyst", 403), ("reader", 403)])
def test_who_may_not_import_is_refused_by_the_api(client, world, role, status):
    if role:
        client.force_login(cast.account("anna", role))
    answer = client.post("/api/v1/imports/", {"reason": "A list"})
    assert answer.status_code in (status, 403)
    assert Agreement.objects.count() == Source.objects.count() - 1
