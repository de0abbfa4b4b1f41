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


@contextlib.contextmanager
def private_server() -> Iterator[str]:
    """Give the DATABASE_URL of a server that is stopped and removed when the block ends."""
    binaries = ensure_binaries()
    identity = unprivileged()
    password = secrets.token_hex(16)
    place = Path(tempfile.mkdtemp(prefix="sosa-registry-postgres-"))
    server = None
    try:
        initialise(binaries, place, password, identity)
        port = free_port()
        server = start(binaries, place, port, identity)
        environment = os.environ | {"PGPASSWORD": password}
        wait_until_ready(binaries, server, port, environment, place / "log")
        yield f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a checkpoint
            server.wait(timeout=SECONDS_TO_START)
        shutil.rmtree(place, ignore_errors=True)


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
