"""A primary with two replicas, the registry on them, and a server of two workers in front."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / ".ci"))

from cluster import private_cluster  # noqa: E402
from postgres import free_port  # noqa: E402

SECRET = "for tests only: " + "not a secret at all " * 3


class Site:
    """The registry as its readers and its operator see it."""

    def __init__(self, cluster, environment: dict, port: int):
        self.cluster, self.environment = cluster, environment
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, seen: int = 0, method: str = "GET", body: bytes | None = None):
        """Status, headers and body of an answer; a reader who has seen a revision says so."""
        request = urllib.request.Request(self.url + path, data=body, method=method)
        if seen:
            request.add_header("Registry-Revision", str(seen))
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def manage(self, *command: str) -> str:
        """Run a management command; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def revision(self, server: str) -> int:
        """The newest revision a server holds."""
        return int(self.cluster.sql(server, "SELECT number FROM ledger_head"))

    @contextlib.contextmanager
    def writing(self):
        """A writer at work; afterwards the list holds what it printed."""
        lines: list[str] = []
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.replicas.writer"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            lines.append(process.stdout.readline().strip())  # it is at work
            yield lines
        finally:
            rest, _ = process.communicate("", timeout=60)
            lines.extend(rest.split())


@pytest.fixture(scope="module")
def site():
    """The shipped dataset on a cluster of three, served by two workers."""
    with private_cluster() as cluster:
        port = free_port()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sosa_registry.settings",
            "DATABASE_URL": cluster.url(
                "primary", "replica1", "replica2", query="?target_session_attrs=read-write"
            ),
            "REPLICA_URLS": f"{cluster.url('replica1')},{cluster.url('replica2')}",
            "SECRET_KEY": SECRET,
            "DEBUG": "false",
            "RATE_ADDRESS": "",  # readers in a loop
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
        }
        site = Site(cluster, environment, port)
        site.manage("migrate", "--verbosity", "0")
        site.manage("import_registry", "--if-empty", "--accept-warnings")
        site.manage("collectstatic", "--noinput")
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "sosa_registry/gunicorn.py",
                "-t",
                "90",
                "--log-level",
                "error",
                "sosa_registry.wsgi",
            ],
            cwd=ROOT,
            env=environment,
        )
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    if site.ask("/api/v1/matrix/")[0] == 200:
                        break
                time.sleep(0.2)
            yield site
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
