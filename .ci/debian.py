"""Installs a Debian package that the tests need, where that is possible without asking.

It is possible for root on a machine with apt. Anywhere else the caller is told what to install,
for a test run that quietly left a database or a browser out would be worth nothing.
"""

import os
import shutil
import subprocess


class Missing(Exception):
    """Something the tests need is not here and could not be installed."""


def install(*packages: str, purpose: str) -> None:
    """Install the packages, or raise Missing with what a person should do instead."""
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"{purpose} is not installed. On Debian, as root: apt-get install {names}")
    print(f"Installing {purpose} (apt-get install {names}) …", flush=True)
    # RUNLEVEL=1 keeps Debian from starting a service of its own after the install.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (
        ["apt-get", "update", "--quiet=2"],
        ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode:
            print(done.stdout, flush=True)
            raise Missing(f"{purpose} could not be installed: `{' '.join(command)}` failed")
