"""A registry deployed for a test: gunicorn by its own configuration, and clients to ask it."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PATIENCE = 60  # seconds that any client waits on a busy machine
FRESH = 2  # seconds without a request after which a kept connection is not trusted any more


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass
class Client:
    """One who keeps a connection open; several at once are several clients."""

    port: int
    token: str = ""
    address: str = "127.0.0.1"  # from which it asks
    patience: float = PATIENCE
    connection: http.client.HTTPConnection | None = None
    last: float = 0

    def ask(self, path: str, method: str = "GET", said=None, **headers) -> Answer:
        """Ask once; a kept connection that was closed meanwhile is opened again for a reading.

        Raises OSError or HTTPException where no answer comes.
        """
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        body = None
        if said is not None:
            body, headers["Content-Type"] = json.dumps(said), "application/json"
        if time.monotonic() - self.last > FRESH:  # the server closes what idles
            self.close()
        kept = self.connection is not None
        try:
            return self._asked(method, path, body, headers)
        except (ConnectionError, http.client.RemoteDisconnected):
            self.close()
            if not (kept and method == "GET"):
                raise
            return self._asked(method, path, body, headers)
        except BaseException:
            self.close()
            raise

    def _asked(self, method, path, body, headers) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=self.patience, source_address=(self.address, 0)
            )
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        told = Answer(answer.status, answer.headers, answer.read())
        self.last = time.monotonic()
        if answer.will_close:
            self.close()
        return told

    def close(self) -> None:
        """Let the connection go."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@dataclass
class Deployed:
    """gunicorn with two workers on a database."""

    environment: dict
    tokens: dict = field(default_factory=dict)
    process: subprocess.Popen | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.environment["PORT"])

    def client(self, who: str = "", **values) -> Client:
        """A client with the token of an account, or without."""
        return Client(self.port, self.tokens.get(who, ""), **values)

    def run(self, *command: str, said: str = "") -> str:
        """Run a Python module or command in the deployment's environment; its output."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def revision(self) -> int:
        """The newest."""
        tag = self.client("anna").ask("/api/v1/sources/?page_size=1").headers["ETag"]
        return int(tag.strip('"').partition("-")[0])

    def contradictions(self, since: int, told: dict[str, int], unsaid=()) -> list[str]:
        """What the ledger says otherwise than writers were told."""
        said = {"since": since, "told": told, "unsaid": sorted(unsaid)}
        return json.loads(self.run("-m", "tests.service.judge", said=json.dumps(said)))

    def start(self, *options: str) -> None:
        """Start it, and wait until it is ready."""
        command = ["-m", "gunicorn", "--config", "sosa_registry/gunicorn.py", *options]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--log-level", "error", "sosa_registry.wsgi"],
            cwd=ROOT,
            env=self.environment,
            stderr=None if os.environ.get("SHOW_LOG") else subprocess.DEVNULL,
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return once /readyz says so; AssertionError where it never does."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if Client(self.port, patience=10).ask("/readyz").status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("The registry is not ready.")

    def workers(self) -> list[int]:
        """The processes that answer."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sorted(int(child) for child in children)

    def stop(self) -> None:
        """End it in good order."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=PATIENCE)


def environment(url: str, figures: Path, **values: str) -> dict:
    """What a deployment of two workers sets, with limits small enough to be met in a test."""
    usual = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    return usual | {
        "DJANGO_SETTINGS_MODULE": "sosa_registry.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": "for tests only: " + "not a secret at all " * 3,
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": str(WORKERS),
        "RATE_ADDRESS": "1/s",
        "RATE_TOKEN": "",
        "STATEMENT_SECONDS": "15",
        "METRICS_TOKEN": "a token for figures",
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
        "SECURITY_LOG": os.devnull,
        **values,
    }


@contextlib.contextmanager
def deployed(url: str, figures: Path, *options: str, **values: str):
    """The shipped dataset on an empty database, served until the block ends."""
    one = Deployed(environment(url, figures, **values))
    one.tokens = json.loads(one.run("-m", "tests.service.prepare").splitlines()[-1])
    try:
        one.start(*options)
        yield one
    finally:
        one.stop()
