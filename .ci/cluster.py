"""A primary and two streaming replicas of PostgreSQL on this machine, to be killed one by one.

`with private_cluster() as cluster:` gives three running servers that commit synchronously (a commit
is acknowledged once it is on one replica too). Used by the tests of growing past one machine; like
`postgres.py` it keeps everything in a temporary folder that is gone afterwards.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from postgres import (
    DATABASE,
    ROLE,
    SETTINGS,
    Missing,
    ensure_binaries,
    free_port,
    initialise,
    start,
    unprivileged,
    wait_until_ready,
)

REPLICATED = SETTINGS | {
    "wal_level": "replica",
    "max_wal_senders": "6",
    "hot_standby": "on",
    "synchronous_commit": "on",
    "wal_receiver_status_interval": "1",
}
STANDBYS = "ANY 1 (replica1, replica2)"
SECONDS = 30


@dataclass
class Server:
    """One of the three."""

    name: str
    place: Path
    port: int
    process: subprocess.Popen | None = None


@dataclass
class Cluster:
    """The three servers, and what can befall them."""

    binaries: Path
    place: Path
    identity: dict
    password: str
    servers: dict[str, Server] = field(default_factory=dict)

    def url(self, *names: str, query: str = "") -> str:
        """The DATABASE_URL of one server, or of several to be tried in turn."""
        hosts = ",".join(f"127.0.0.1:{self.servers[name].port}" for name in names)
        return f"postgres://{ROLE}:{self.password}@{hosts}/{DATABASE}{query}"

    def sql(self, name: str, statement: str) -> str:
        """Run one statement on one server and return what it answers."""
        port = str(self.servers[name].port)
        command = [
            self.binaries / "psql",
            "-h",
            "127.0.0.1",
            "-p",
            port,
            "-U",
            ROLE,
            "-d",
            DATABASE,
        ]
        done = subprocess.run(
            [*command, "-Atqc", statement],
            env=os.environ | {"PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def make_primary(self) -> None:
        """The first server; it waits for no replica until there are some."""
        server = self.servers["primary"] = Server("primary", self.place / "primary", free_port())
        self.own(server.place)
        initialise(self.binaries, server.place, self.password, self.identity)
        self.run(server)

    def add_replica(self, name: str) -> None:
        """Copy the primary and follow it."""
        server = self.servers[name] = Server(name, self.place / name, free_port())
        self.own(server.place)
        source = f"host=127.0.0.1 port={self.servers['primary'].port} user={ROLE}"
        command = [self.binaries / "pg_basebackup", "--pgdata", server.place / "data", "--no-sync"]
        command += ["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"]
        command += ["--dbname", f"{source} application_name={name}"]
        subprocess.run(
            command,
            env=os.environ | {"PGPASSWORD": self.password},
            cwd=server.place,
            capture_output=True,
            check=True,
            **self.identity,
        )
        self.run(server)

    def own(self, place: Path) -> None:
        """A folder of whoever runs the servers."""
        place.mkdir()
        if self.identity:
            os.chown(place, self.identity["user"], self.identity["group"])

    def run(self, server: Server) -> None:
        """Start a server and wait until it answers."""
        server.process = start(self.binaries, server.place, server.port, self.identity, REPLICATED)
        if server.name == "primary" and not (server.place / "made").exists():
            environment = os.environ | {"PGPASSWORD": self.password}
            log = server.place / "log"
            wait_until_ready(self.binaries, server.process, server.port, environment, log)
            (server.place / "made").touch()
        self.wait_for(server.name, "SELECT 1", "1")

    def wait_for(self, name: str, statement: str, answer: str) -> None:
        """Wait until a server answers a statement so; Missing where it never does."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.CalledProcessError):
                if self.sql(name, statement) == answer:
                    return
            time.sleep(0.1)
        raise Missing(f"{name} did not answer {statement!r} with {answer!r}")

    def commit_on_replicas(self) -> None:
        """From now on a commit is acknowledged when a replica has it too."""
        self.sql("primary", f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBYS}'")
        self.sql("primary", "SELECT pg_reload_conf()")
        waited = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        self.wait_for("primary", waited, "2")

    def kill(self, name: str) -> None:
        """End a server as a power cut would: at once, its clients included."""
        process = self.servers[name].process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=SECONDS)

    def promote(self, name: str) -> None:
        """Make a replica the primary."""
        self.sql(name, "ALTER SYSTEM SET synchronous_standby_names = ''")
        self.sql(name, "SELECT pg_promote(true, 20)")
        self.wait_for(name, "SELECT pg_is_in_recovery()", "f")


@contextlib.contextmanager
def private_cluster() -> Iterator[Cluster]:
    """Three servers, stopped and removed when the block ends."""
    place = Path(tempfile.mkdtemp(prefix="sosa-registry-cluster-"))
    place.chmod(0o755)
    cluster = Cluster(ensure_binaries(), place, unprivileged(), secrets.token_hex(16))
    try:
        cluster.make_primary()
        for name in ("replica1", "replica2"):
            cluster.add_replica(name)
        cluster.commit_on_replicas()
        yield cluster
    finally:
        for name in cluster.servers:
            with contextlib.suppress(ProcessLookupError):
                cluster.kill(name)
        shutil.rmtree(place, ignore_errors=True)
