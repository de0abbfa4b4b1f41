"""Processes to be killed: each imports, writes batches, has proposals approved, or is the worker.

One process is started, takes an order a line on its input and forks for each, so that a round costs
no start of Django. What a child has done it tells once it is committed: a line of two words, what
and which; before it begins, the same after “begun”. Orders: `work ROUND KIND …`, `migrate
DATABASE`, `verify DATABASE`.
"""

import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

import django

EACH = 25  # records in one import or batch
HEADER = "source,publisher,title,kind,tier\n"
WORKER = "to-be-killed"
PATIENCE = 600  # seconds that one waits for the others to have written, on however slow a machine


def tell(*words) -> None:
    """A whole line at once, whoever else writes."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def telling(apply):
    """How the worker writes what was uploaded, and tells of it."""

    def told(job) -> None:
        number = job.reason.removeprefix("upload-")
        tell("begun", "applied", number)
        apply(job)
        tell("applied", number)

    return told


class Child:
    """One process at work, until it is killed."""

    def __init__(self, begin: int):
        from django.contrib.auth.models import User  # noqa: PLC0415 - after django.setup()
        from django.test import Client  # noqa: PLC0415

        self.begin, self.users, self.client = begin, User.objects, Client(SERVER_NAME="localhost")

    def rows(self, kind: str, number: int) -> list[str]:
        """The keys of what is written at once."""
        return [f"{kind}-{number}-{place}" for place in range(EACH)]

    def file(self, kind: str, number: int) -> str:
        """The same as a table to import."""
        line = "{},Gazette,Notice,government page,primary\n"
        return HEADER + "".join(line.format(key) for key in self.rows(kind, number))

    def said(self, account: str, path: str, body: dict):
        """What the API answers to a POST. RuntimeError where it refuses."""
        token = os.environ[f"TOKEN_{account}"]
        answer = self.client.post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Token {token}"},
        )
        if answer.status_code >= 300:
            raise RuntimeError(answer.content)
        return answer.json()

    def operations(self, kind: str, number: int) -> list[dict]:
        """The same as operations of the API."""
        usual = {"publisher": "Gazette", "title": "Notice", "tier": "primary"}
        return [
            {
                "op": "create",
                "resource": "sources",
                "data": {"source": key, "kind": "government page", **usual},
            }
            for key in self.rows(kind, number)
        ]

    def imports(self, number: int) -> None:
        """An import by the command's own door."""
        from agreements.exchange.importing import import_package  # noqa: PLC0415

        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "sources.csv").write_text(self.file("import", number))
            tell("begun", "import", number)
            import_package(Path(folder), actor="importer", reason=f"Import {number}")
        tell("import", number)

    def batches(self, number: int) -> None:
        """A batch through the API."""
        tell("begun", "batch", number)
        self.said("author", "batch/", {"operations": self.operations("batch", number)})
        tell("batch", number)

    def approvals(self, number: int) -> None:
        """A proposal from draft to approval, through the API."""
        body = {"reason": "A draft", "operations": self.operations("approval", number)}
        drafted = self.said("author", "proposals/", body)["number"]
        self.said("author", f"proposals/{drafted}/submit/", {})
        tell("begun", "approval", number)
        self.said("approver", f"proposals/{drafted}/approve/", {})
        tell("approval", number)

    def uploads(self, number: int) -> None:
        """A file for the worker, and yes to whatever it has previewed."""
        from agreements.exchange import jobs  # noqa: PLC0415
        from agreements.models import ImportJob  # noqa: PLC0415

        author, jobs.AT_ONCE = self.users.get(username="author"), 0  # all of it is the worker's
        content = self.file("upload", number).encode()
        waiting = ImportJob.objects.filter(state=ImportJob.State.WAITING).count()
        if waiting < 3:  # the worker must come to an end in the end
            jobs.upload(name="sources.csv", content=content, user=author, reason=f"upload-{number}")
        else:
            time.sleep(0.1)
        for job in ImportJob.objects.filter(state=ImportJob.State.PREVIEWED):
            tell("begun", "confirmed", job.reason.removeprefix("upload-"))
            jobs.confirm(job, user=author)
            tell("confirmed", job.reason.removeprefix("upload-"))

    def work(self, kind: str) -> None:
        """Do one thing again and again, or be the worker."""
        from django.core.management import call_command  # noqa: PLC0415

        from agreements.exchange import jobs  # noqa: PLC0415

        if kind in ("worker", "worker-once"):
            once, jobs._apply = kind == "worker-once", telling(jobs._apply)
            call_command("run_worker", name=WORKER, once=once, verbosity=0)
            return
        for number in itertools.count(self.begin):
            getattr(self, kind)(number)


def obey(order: str, what: list[str]) -> None:
    """Do it, in a process of its own."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    if order == "work":
        Child(int(what[0])).work(what[1])
        return
    connection.settings_dict["NAME"] = what[0]
    commands = {"migrate": "migrate", "verify": "verify_ledger"}
    call_command(commands[order], verbosity=0, stdout=sys.stderr)


def main() -> None:
    """Take orders until the input ends; never connect to a database here."""
    for line in sys.stdin:
        order, *what = line.split()
        children = []
        for each in [what] if order != "work" else [[what[0], kind] for kind in what[1:]]:
            if (pid := os.fork()) == 0:
                try:
                    obey(order, each)
                except BaseException as fault:
                    tell("fault", repr(fault).replace(" ", "_"))
                    os._exit(1)
                os._exit(0)
            children.append(pid)
        tell("pids", *children)
        ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
        tell("ended", *ends)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection
    from django.urls import get_resolver

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = PATIENCE

    from agreements.exchange import importing, jobs  # noqa: F401 - read once, before forking

    _ = get_resolver().url_patterns
    main()
