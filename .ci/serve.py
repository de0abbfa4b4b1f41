"""Runs web server and worker side by side and stops both together.

Usage: `.venv/bin/python .ci/serve.py`, by `make run`. A worker that dies is started again after a
second; when the web server ends, so does everything. A deployment runs the two as services of its
own instead (`gunicorn …` and `manage.py run_worker`).
"""

import contextlib
import ctypes
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
WEB = [PROGRAMS / "gunicorn", "--config", "sosa_registry/gunicorn.py", "sosa_registry.wsgi"]
WORKER = [sys.executable, "manage.py", "run_worker", "--name", "make-run"]
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def follow_parent():
    """Have Linux stop the child when we are killed without a chance to do it ourselves."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def start(command: list) -> subprocess.Popen:
    """Start one of the two in the project's folder."""
    return subprocess.Popen(command, cwd=ROOT, preexec_fn=follow_parent)


def stop(*children: subprocess.Popen):
    """End the children in good order; one that does not listen is killed."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=40)
        except subprocess.TimeoutExpired:
            child.kill()


def main() -> int:
    """Serve until told to stop; the web server's exit status is ours."""
    told = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.append(True))
    web, worker = start(WEB), start(WORKER)
    while not told and web.poll() is None:
        if worker.poll() is not None:
            print("The worker ended; starting it again.", flush=True)
            worker = start(WORKER)
        time.sleep(1)
    stop(worker, web)
    return 0 if told else web.returncode


if __name__ == "__main__":
    sys.exit(main())
