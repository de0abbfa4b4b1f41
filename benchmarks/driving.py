"""Servers of contenders, and the clients that ask them: interleaved, over loopback, kept alive."""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 4
GUNICORN = ("-m", "gunicorn", "--workers=2", "--threads=4", "--worker-class=gthread")


@dataclass
class Contender:
    """A server by name: how it is started, on which port, and under which environment."""

    name: str
    command: list[str]
    port: int
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Measured:
    """What came of one question: requests a second, milliseconds, bytes."""

    rate: float
    p50: float
    p99: float
    size: int


@contextmanager
def running(contender: Contender) -> Iterator[subprocess.Popen]:
    """The contender's server, answering; stopped at the end."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | contender.environment
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(contender.command, cwd=ROOT, env=environment, **quiet)
    try:
        _wait_for(contender)
        yield server
    finally:
        server.terminate()
        server.wait(30)


def wsgi(name: str, application: str, port: int, **environment: str) -> Contender:
    """A WSGI application under gunicorn, two workers with four threads."""
    command = [sys.executable, *GUNICORN, f"--bind=127.0.0.1:{port}", application]
    return Contender(name, command, port, environment)


def _wait_for(contender: Contender) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", contender.port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{contender.name} does not answer.")


def ask(port: int, address: Callable[[int], str], seconds: float, headers=None) -> Measured:
    """Ask for some seconds from several connections; `address` gives that of the nth request."""
    taken, sizes, numbers, lock = [], [], iter(range(10**9)), threading.Lock()
    refused: list[str] = []
    ends = time.perf_counter() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while not taken or time.perf_counter() < ends:
            with lock:
                number = next(numbers)
            started = time.perf_counter()
            connection.request("GET", address(number), headers=headers or {})
            answer = connection.getresponse()
            size = len(answer.read())
            if answer.status not in (200, 304):
                refused.append(f"{address(number)} answered {answer.status}")
                return
            taken.append((time.perf_counter() - started) * 1000)
            sizes.append(size)
        connection.close()

    started = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise SystemExit(refused[0])
    lasted = time.perf_counter() - started
    p99 = statistics.quantiles(taken, n=100)[98] if len(taken) > 1 else taken[0]
    return Measured(len(taken) / lasted, statistics.median(taken), p99, max(sizes))


def memory_of(server: subprocess.Popen) -> float:
    """Peak resident megabytes of the largest of a server's workers."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    peaks = []
    for pid in [str(server.pid), *children]:
        status = Path(f"/proc/{pid}/status").read_text()
        peaks += [int(line.split()[1]) for line in status.splitlines() if line[:6] == "VmHWM:"]
    return max(peaks) / 1024
