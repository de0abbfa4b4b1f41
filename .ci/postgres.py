"""Runs a command beside a private PostgreSQL server that is gone afterwards.

Usage: `python3 .ci/postgres.py COMMAND …` runs the command with DATABASE_URL set and exits with
its status; `with private_server() as url:` does the same in Python. The cluster lives in a
temporary directory, belongs to an unprivileged user (PostgreSQL refuses root), listens on
127.0.0.1 only, behind a password made for this run, and gives up durability for speed: it must
never hold anything worth keeping.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from debian import Missing, install

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Where what was acknowledged must outlive a crash.
DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
ROLE = DATABASE = "registry"
SECONDS_TO_START = 30


def installed_binaries() -> Path | None:
    """Where initdb and postgres are: where Debian keeps them, the newest first, or on PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def ensure_binaries() -> Path:
    """Install Debian's PostgreSQL where none is found."""
    if installed_binaries() is None:
        install("postgresql", purpose="the PostgreSQL server")
    binaries = installed_binaries()
    if binaries is None:
        raise Missing("PostgreSQL was installed, but its initdb is not where Debian keeps it")
    return binaries


def unprivileged() -> dict:
    """Make subprocess run as somebody else when we are root, as ourselves otherwise."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Missing("PostgreSQL must not run as root, and there is no user postgres or nobody")


def free_port() -> int:
    """Ask the kernel for a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def initialise(binaries: Path, place: Path, password: str, identity: dict) -> None:
    """Make the cluster's files in `place`, owned by whoever will run the server."""
    secret = place / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if identity:
        for path in (place, secret):
            os.chown(path, identity["user"], identity["group"])
    command = [binaries / "initdb", "--pgdata", place / "data", "--no-sync", "--auth=scram-sha-256"]
    command += ["--username", ROLE, "--pwfile", secret, "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, **identity)
    if done.returncode:
        raise Missing(f"initdb failed:\n{done.stdout}{done.stderr}")


def start(
    binaries: Path, place: Path, port: int, identity: dict, settings: dict = SETTINGS
) -> subprocess.Popen:
    """Start the server and return at once; it answers a moment later."""
    command = [binaries / "postgres", "-D", place / "data", "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    if shutil.which("setpriv"):
        # Should we be killed outright, the kernel stops the server for us.
        command = ["setpriv", "--pdeathsig", "QUIT", *command]
    with (place / "log").open("wb") as log:
        # A session of its own: Ctrl-C ends the tests first, and then we stop the server.
        return subprocess.Popen(
            command, cwd=place, stdout=log, stderr=log, start_new_session=True, **identity
        )


def wait_until_ready(
    binaries: Path, server: subprocess.Popen, port: int, environment: dict, log: Path
) -> None:
    """Create the database as soon as the server lets us in."""
    command = [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", ROLE, DATABASE]
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(0.1)
    raise Missing(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


class PrivateServer:
    """A server of our own, to be stopped and started again; its data stays until the block ends."""

    def __init__(self, place: Path, settings: dict):
        self.place, self.settings = place, settings
        self.binaries, self.identity = ensure_binaries(), unprivileged()
        self.password, self.port = secrets.token_hex(16), free_port()
        self.process: subprocess.Popen | None = None
        initialise(self.binaries, place, self.password, self.identity)

    @property
    def url(self) -> str:
        """Its database as a DATABASE_URL."""
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start it and return at once; it answers a moment later."""
        self.process = start(self.binaries, self.place, self.port, self.identity, self.settings)

    def create_database(self) -> None:
        """Wait for its first answer."""
        environment = os.environ | {"PGPASSWORD": self.password}
        wait_until_ready(self.binaries, self.process, self.port, environment, self.place / "log")

    def stop(self, number: int = signal.SIGQUIT) -> None:
        """Stop it: SIGQUIT ends it at once as a crash would, SIGINT in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(timeout=SECONDS_TO_START)


@contextlib.contextmanager
def private_postgres(
    settings: dict = SETTINGS, folder: Path | None = None
) -> Iterator[PrivateServer]:
    """A running server, below a folder of the caller's or the temporary one."""
    place = Path(tempfile.mkdtemp(prefix="sosa-registry-postgres-", dir=folder))
    server = None
    try:
        server = PrivateServer(place, settings)
        server.start()
        server.create_database()
        yield server
    finally:
        if server is not None:
            server.stop()  # at once: nothing in it is worth a checkpoint
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def private_server() -> Iterator[str]:
    """Give the DATABASE_URL of a server that is stopped and removed when the block ends."""
    with private_postgres() as server:
        yield server.url


def stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into an ordinary exit, so that `finally` clauses run."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))


def main(command: list[str]) -> int:
    """Run the command beside a server; its exit status is ours."""
    stop_on_signals()
    try:
        with private_server() as url:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
    except Missing as missing:
        sys.exit(f"\nSTOPPED: {missing}\n")
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
