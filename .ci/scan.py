"""A black-box scan by wapiti of a server that is started for it: `make scan` calls this.

Usage: `.venv/bin/python .ci/scan.py [SECONDS]`, how long to look for pages; every module then has
as long. Wapiti (GPL, so no part of the product) has an environment of its own, var/scan. The server
listens on 127.0.0.1, holds the shipped dataset in a folder that is gone afterwards, and is scanned
three times: for its headers and cookies as it is deployed, then every page and form as a stranger,
then as an editor. No module that asks another host is used. Exits non-zero when anything above
informational is found; a fault of ours (status 500) counts, too. What wapiti said is kept in
var/scan.log.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAPITI, LOCK = ROOT / "var" / "scan", ROOT / "requirements-scan.lock"
LOG = WAPITI.with_suffix(".log")
PYTHON = ROOT / ".venv" / "bin" / "python"
HEADERS = ("cookieflags", "csp", "http_headers", "information_disclosure", "methods")
ATTACKS = (
    *("backup", "crlf", "csrf", "exec", "file", "htaccess", "ldap", "permanentxss", "redirect"),
    *("shellshock", "sql", "upload", "xss", "xxe"),
)
# What ends the session that is scanned with, and what only makes more of the same.
LEAVES = ("/accounts/logout/", "/admin/logout/")
SECONDS = 40


def installed() -> Path:
    """Wapiti's own environment, made at first use and when its lock changed."""
    program, stamp = WAPITI / "bin" / "wapiti", WAPITI / "lock"
    if not program.exists() or not stamp.exists() or stamp.read_text() != LOCK.read_text():
        print("Installing wapiti into var/scan …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", WAPITI], check=True)
        command = [WAPITI / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--require-hashes", "-r", LOCK], check=True)
        stamp.write_text(LOCK.read_text())
    return program


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: str, scheme: str, port: int) -> dict[str, str]:
    """The server's settings: no limits, so that the scan is not refused instead of answered."""
    return os.environ | {
        "SITE_URL": f"{scheme}://127.0.0.1:{port}",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DATABASE_URL": f"sqlite:///{folder}/registry.sqlite3",
        "SECURITY_LOG": f"{folder}/security.log",
        "REQUEST_LOG": f"{folder}/requests.log",
        "EMAIL_URL": "dummymail://",
        "REQUIRE_SECOND_FACTOR": "no",
        "RATE_ADDRESS": "",
        "PORT": str(port),
    }


@contextlib.contextmanager
def served(settings: dict[str, str]) -> Iterator[None]:
    """The server, answering."""
    command = [PYTHON.with_name("gunicorn"), "--config", "sosa_registry/gunicorn.py"]
    with LOG.open("a") as log:
        server = subprocess.Popen(
            [*command, "sosa_registry.wsgi"], cwd=ROOT, env=settings, stdout=log, stderr=log
        )
    try:
        wait_for(f"http://127.0.0.1:{settings['PORT']}/healthz")
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def wait_for(address: str) -> None:
    """Return once the server answers. Stops the program when it does not."""
    for _ in range(600):
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.2)
    sys.exit(f"\nSTOPPED: the server does not answer; see {LOG}.\n")


def signed_in(settings: dict[str, str]) -> str:
    """The cookie of an editor who has just signed in."""
    program = (
        "from django.contrib.auth.models import Group, User; from django.test import Client;"
        "u = User.objects.create_user('scanner', 'scanner@registry.example', 'x');"
        "u.groups.add(Group.objects.get(name='editor'));"
        "c = Client(); c.force_login(u); print('cookie', c.cookies['sessionid'].value)"
    )
    command = [PYTHON, "manage.py", "shell", "--verbosity", "0", "--command", program]
    done = subprocess.run(
        command, cwd=ROOT, env=settings, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.rpartition("cookie ")[2].strip()


def scan(
    name: str, folder: str, port: int, seconds: int, modules: tuple[str, ...], *options: str
) -> list[tuple]:
    """What wapiti finds: level, kind, where, and in its words what."""
    report = Path(folder) / f"{name}.json"
    command = [installed(), "--url", f"http://127.0.0.1:{port}/", "--module", ",".join(modules)]
    command += ["--format", "json", "--output", report, "--no-bugreport", "--verbose", "1"]
    command += ["--max-scan-time", str(seconds), "--max-attack-time", str(seconds)]
    command += ["--scope", "folder", "--depth", "4", "--max-parameters", "30", "--tasks", "2"]
    command += ["--store-session", folder, "--store-config", folder, "--flush-session"]
    for address in LEAVES:
        command += ["--exclude", f"http://127.0.0.1:{port}{address}"]
    print(f"Scanning {name}: at most {seconds} s a module, {len(modules)} modules …", flush=True)
    longest = seconds * (len(modules) + 1) * 2 + 300
    with LOG.open("a") as log:
        subprocess.run([*command, *options], stdout=log, stderr=log, check=True, timeout=longest)
    if not report.exists():
        sys.exit(f"\nSTOPPED: wapiti made no report of the scan {name}; see {LOG}.\n")
    told = json.loads(report.read_text())
    pages = told["infos"]["crawled_pages_nbr"]
    if not pages:
        sys.exit(f"\nSTOPPED: wapiti found no page in the scan {name}; see {LOG}.\n")
    found = [
        (each["level"], kind, f"{each['method']} {each['path']}", each["info"])
        for group in ("vulnerabilities", "anomalies")
        for kind, every in told[group].items()
        for each in every
    ]
    print(f"  {pages} pages and forms; {len(found)} findings", flush=True)
    return found


def main() -> int:
    """Scan three times and judge."""
    seconds, port = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS, free_port()
    LOG.parent.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        deployed = environment(folder, "https", port)
        local = environment(folder, "http", port)
        subprocess.run([PYTHON, ".ci/prepare.py"], cwd=ROOT, env=local, check=True)
        found = []
        with served(deployed):
            proxy = ("--header", "X-Forwarded-Proto: https")
            found += scan("as deployed", folder, port, seconds // 4, HEADERS, *proxy)
        with served(local):
            found += scan("as a stranger", folder, port, seconds, ATTACKS)
            cookie = ("--cookie-value", f"sessionid={signed_in(local)}")
            found += scan("as an editor", folder, port, seconds, ATTACKS, *cookie)
        lines = (Path(folder) / "requests.log").read_text().splitlines()
    return judged(set(found), [json.loads(line) for line in lines])


def judged(found: set[tuple], asked: list[dict]) -> int:
    """Tell what was found and what came of the requests; 1 when anything is wrong."""
    faults = {line["path"] for line in asked if line.get("status", 0) >= 500}
    writes = sum(line.get("method") == "POST" for line in asked)
    print(f"\n{len(asked)} requests were answered, {writes} of them POST.")
    for level, kind, where, said in sorted(found, reverse=True):
        print(f"level {level}: {kind}: {where}: {said}")
    for path in sorted(faults):
        print(f"a fault of ours: {path}")
    above = [each for each in found if each[0] > 0]
    print(f"{len(above)} findings above informational, {len(found) - len(above)} informational.")
    return int(bool(above or faults))


if __name__ == "__main__":
    sys.exit(main())
