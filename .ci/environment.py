"""Makes `.venv` and installs requirement files into it, only when they changed.

Usage: `python3 .ci/environment.py [--port PORT] requirements.txt …`. It runs before anything is
installed, on whatever `python3` the machine has, so it uses the standard library alone and keeps
to syntax that old Pythons read: they must reach the message that says they are too old.
"""

import argparse
import errno
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def fail(message):
    """Stop with a message a person can act on instead of a traceback."""
    sys.exit("\nSTOPPED: " + message + "\n")


def check_python():
    """Refuse a Python that cannot run the registry or cannot make a virtual environment."""
    if sys.version_info < OLDEST:
        fail(
            "this is Python {}.{} ({}); the registry needs {}.{} or newer. "
            "Name another one: make run PYTHON=python3.12".format(
                *sys.version_info[:2], sys.executable, *OLDEST
            )
        )
    if PYTHON.exists():
        return
    try:
        # Debian ships `venv` without `ensurepip` unless python3-venv is installed.
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        fail(
            "this Python has no module {!r}, so it cannot make .venv. "
            "On Debian: apt-get install python3-venv".format(error.name)
        )


def check_port(text):
    """Refuse a port that cannot be served on, before minutes go into installing."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        fail("PORT must be a number from 1 to 65535, not {!r}.".format(text))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                fail("port {} cannot be served on: {}".format(text, error.strerror))
            fail(
                "port {} is in use (another `make run`?). "
                "Stop that one, or choose another: make run PORT={}".format(text, int(text) + 1)
            )


def runs(*command):
    """Whether the command works at all; being on PATH is not enough (shims, moved venvs)."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv():
    """Make `.venv`, or make it anew when its interpreter is gone or too old."""
    if runs(str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)):
        return
    print("Making .venv …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
        fail("python -m venv failed (see above). On Debian: apt-get install python3-venv")


def install(requirements):
    """Install one requirement file with uv where it is at hand (5 s), else with pip (30 s)."""
    print("Installing {} …".format(requirements.name), flush=True)
    if shutil.which("uv") and runs("uv", "--version"):
        command = ["uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        if not runs(str(PYTHON), "-c", "import pip"):
            subprocess.run([str(PYTHON), "-m", "ensurepip"], check=False)
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
        command.append("--disable-pip-version-check")
    # What is installed is the lock: every package, also those that others need, by its hash.
    lock = requirements.with_suffix(".lock")
    if subprocess.run([*command, "--require-hashes", "-r", str(lock)]).returncode:
        fail(
            "{} could not be installed (see above). If a requirement was changed, "
            "`make lock` writes the locks anew.".format(lock.name)
        )


def fingerprint(requirements):
    """Hash the lock, which has everything in it."""
    return hashlib.sha256(requirements.with_suffix(".lock").read_bytes()).hexdigest()


def main():
    """Check what can be checked first, then bring `.venv` up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", help="the port that will be served on")
    parser.add_argument("requirements", nargs="+")
    options = parser.parse_args()
    os.chdir(str(ROOT))
    check_python()
    if options.port is not None:
        check_port(options.port)
    make_venv()
    for name in options.requirements:
        requirements = ROOT / name
        # The stamp lives inside .venv: deleting .venv forgets it, as it should.
        stamp = VENV / (requirements.stem + ".sha256")
        wanted = fingerprint(requirements)
        if not stamp.exists() or stamp.read_text() != wanted:
            install(requirements)
            stamp.write_text(wanted)


if __name__ == "__main__":
    main()
