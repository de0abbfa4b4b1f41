"""`make bench`: how fast and how large the registry is on the shipped dataset, on this machine.

It makes a registry of its own in a temporary folder (or in DATABASE_URL), starts one gunicorn
worker on a free port, asks each address many times over one connection, and prints the median and
99th percentile, the SQL statements of a warm request, the memory of the worker, and the time of a
full import. Figures depend on the machine; the statements do not.
"""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUESTS, WARM_UP = 200, 20
ADDRESSES = (
    "/",
    "/?as_of=2021-08-10&grouping=nato",
    "/?known_at=1&as_of=2021-08-10",
    "/countries/CAN/",
    "/agreements/",
    "/agreements/sosa-aus/",
    "/sources/",
    "/api/v1/matrix/",
    "/api/v1/matrix/?as_of=2021-08-10&type=sosa",
    "/api/v1/coverage/?grouping=nato&type=sosa",
    "/api/v1/diff/?from=2021-07-28&to=2026-11-21",
    "/api/v1/trend/?type=sosa",
    "/api/v1/agreements/",
    "/api/v1/agreements/sosa-aus/",
    "/api/v1/search/?q=korea",
)
COUNT_STATEMENTS = """
import django, sys
django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client = Client(HTTP_HOST="127.0.0.1")
for address in sys.stdin.read().split():
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        status = client.get(address).status_code
    print(status, len(captured), address)
"""


def manage(*command: str, environment: dict) -> float:
    """Run a management command; how many seconds it took."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def statements(environment: dict) -> dict[str, str]:
    """SQL statements of a warm request of each address."""
    told = subprocess.run(
        [sys.executable, "-c", COUNT_STATEMENTS],
        cwd=ROOT,
        env=environment,
        input="\n".join(ADDRESSES),
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (line.split(" ", 2) for line in told.stdout.splitlines())
    return {address: count for _, count, address in rows}


def ask(port: int, address: str) -> tuple[float, float, int]:
    """Median and 99th percentile in milliseconds, and the bytes over the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken, size = [], 0
    for number in range(WARM_UP + REQUESTS):
        started = time.perf_counter()
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{address} answered {answer.status}")
        if number >= WARM_UP:
            taken.append((time.perf_counter() - started) * 1000)
    connection.close()
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98], size


def memory(parent: int) -> dict[str, float]:
    """Resident megabytes of gunicorn's parent and of its worker."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    pids = {"parent": parent, **{f"worker {n}": int(pid) for n, pid in enumerate(children, 1)}}
    return {
        name: int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024
        for name, pid in pids.items()
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port: int) -> None:
    """Until the server answers, 30 seconds at most."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sosa_registry.settings",
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            "SECRET_KEY": "for measuring only " * 4,
        }
        environment |= {"RATE_ADDRESS": "", "RATE_TOKEN": ""}  # the one who measures asks often
        environment.setdefault("DATABASE_URL", f"sqlite:///{folder}/registry.sqlite3")
        print(f"migrate        {manage('migrate', environment=environment):6.1f} s")
        taken = manage("import_registry", "--accept-warnings", environment=environment)
        print(f"full import    {taken:6.1f} s")
        manage("collectstatic", "--noinput", environment=environment)
        counted = statements(environment)
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "sosa_registry/gunicorn.py",
                "sosa_registry.wsgi",
            ],
            cwd=ROOT,
            env=environment,
        )
        try:
            wait_for(port)
            print(f"\n{'median':>9} {'p99':>9} {'SQL':>4} {'bytes':>8}  address")
            for address in ADDRESSES:
                median, p99, size = ask(port, address)
                sql = counted[address]
                print(f"{median:6.1f} ms {p99:6.1f} ms {sql:>4} {size:>8}  {address}", flush=True)
            print()
            for name, megabytes in memory(server.pid).items():
                print(f"memory of {name:9} {megabytes:6.0f} MB")
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
