"""The files of `deploy/` by the strictest reader there is; `make test` installs those of Debian.

A judge that is not here fails its test: a file that nobody judged is not known to be right.
"""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}


def judge(name: str, package: str) -> str:
    """Where a program of Debian is that judges a file."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert found, f"{name} is not installed. On Debian, as root: apt-get install {package}"
    return found


def installed(name: str) -> Path:
    """Where a program is that the tests' requirements bring."""
    return Path(sys.executable).with_name(name)


def judged(*command) -> tuple[int, str]:
    """What a judge says of a file: its status and its words."""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def unit(name: str) -> ConfigParser:
    read = ConfigParser(strict=False, interpolation=None)  # systemd adds what is said twice
    read.optionxform = str
    read.read_string((DEPLOY / name).read_text())
    return read


@pytest.mark.parametrize("name", UNITS)
def test_a_service_runs_as_nobody_special_and_writes_where_it_must(name):
    service = unit(name)["Service"]
    assert service["User"] == "registry"
    assert {key: service[key] for key in HARDENED} == HARDENED
    assert service["ReadWritePaths"].split()[0] == "/srv/registry/var"


@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.glob("*.timer")))
def test_a_timer_has_its_service_and_makes_up_for_what_it_missed(name):
    assert name.replace(".timer", ".service") in UNITS
    assert unit(name)["Timer"]["Persistent"] == "true"


@pytest.mark.parametrize("name", UNITS)
def test_no_unit_can_change_what_was_logged(name):
    service = unit(name)["Service"]
    assert not {"StandardOutput", "StandardError"} & set(service)  # then it is the journal's
    assert "SupplementaryGroups" not in service and service["User"] != "root"
    writable = service["ReadWritePaths"].split()
    assert not [path for path in writable if path.startswith(("/var/log", "/run"))]
    assert "LogsDirectory" not in service


def test_commands_of_the_units_exist():
    named = set(re.findall(r"manage\.py (\w+)", "".join((DEPLOY / n).read_text() for n in UNITS)))
    kept = {"run_worker", "backup", "restore", "sign_checkpoint", "send_digests", "clearsessions"}
    assert named == kept <= set(get_commands())


FAULTS = r"Unknown|Failed to parse|Invalid|Missing|bad unit"


def test_systemd_finds_no_fault(tmp_path):
    verify = judge("systemd-analyze", "systemd")
    # Paths of a deployment are not here, so only what it says of the units counts.
    _, told = judged(verify, "verify", *(DEPLOY / name for name in UNITS))
    assert not re.search(FAULTS, told), told
    for name in UNITS:  # 15 is its 1.5 of 10: what is left is the network and the database
        threshold = ("--offline=true", "--threshold=15")
        status, told = judged(verify, "security", *threshold, DEPLOY / name)
        assert status == 0, told[-300:]


def test_systemd_notices_a_fault(tmp_path):
    verify, text = judge("systemd-analyze", "systemd"), (DEPLOY / UNITS[0]).read_text()
    (tmp_path / UNITS[0]).write_text(text.replace("NoNewPrivileges=", "NoNewPrivilege="))
    assert re.search(FAULTS, judged(verify, "verify", tmp_path / UNITS[0])[1])
    (tmp_path / UNITS[0]).write_text(re.sub("(?m)^(Protect|Private).*", "", text))
    threshold = ("--offline=true", "--threshold=15")
    assert judged(verify, "security", *threshold, tmp_path / UNITS[0])[0] != 0


def test_the_image_is_of_two_stages_without_root_and_installs_by_hashes():
    text = (DEPLOY / "Dockerfile").read_text()
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(stages) == 2 and not [name for name in stages if name.endswith(":latest")]
    last = text.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "pip install" not in last
    assert "--require-hashes" in text
    assert "HEALTHCHECK" in last


def test_the_containers_are_read_only_without_capabilities_and_inside():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("web", "worker", "migrate"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["networks"] == ["inside"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]


def test_the_proxy_speaks_only_what_is_safe():
    text = (DEPLOY / "nginx.conf").read_text()
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text
    ciphers = re.search(r"ssl_ciphers (\S+);", text)[1]
    assert {part.split("+")[0] for part in ciphers.split(":")} == {"ECDHE"}
    assert "return 308 https://" in text and "server_tokens off;" in text


def test_the_proxy_replaces_what_a_client_claims_and_is_balanced():
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text())
    assert text.count("{") == text.count("}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert not [line for line in lines if line[-1] not in "{};"]
    assert "X-Forwarded-For $remote_addr;" in text
    assert "$proxy_add_x_forwarded_for" not in text
    largest = int(re.search(r"client_max_body_size (\d+)m;", text)[1]) * 2**20
    assert largest >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def configuration(folder: Path, text: str) -> Path:
    """The proxy's file in a place of its own; all but certificate, address and ports as it is."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    made += ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run(made, check=True, capture_output=True)
    site = text.replace("/etc/nginx/certificates", str(folder)).replace("web:", "127.0.0.1:")
    site = site.replace("listen 80;", "listen 8080;").replace("listen 443 ", "listen 8443 ")
    (folder / "site.conf").write_text(site)
    own = f"pid {folder}/pid; error_log stderr; events {{}}"
    (folder / "nginx.conf").write_text(f"{own} http {{ include {folder}/site.conf; }}")
    return folder / "nginx.conf"


def test_nginx_takes_its_file(tmp_path):
    nginx, text = judge("nginx", "nginx"), (DEPLOY / "nginx.conf").read_text()
    assert "/etc/nginx/certificates" in text and "server web:8000;" in text
    status, told = judged(nginx, "-t", "-c", configuration(tmp_path, text))
    assert status == 0, told


def test_nginx_refuses_a_file_with_a_fault(tmp_path):
    nginx, text = judge("nginx", "nginx"), (DEPLOY / "nginx.conf").read_text()
    wrong = configuration(tmp_path, text.replace("ssl_protocols ", "ssl_protocol "))
    assert judged(nginx, "-t", "-c", wrong)[0] != 0


def test_hadolint_finds_no_fault(tmp_path):
    assert judged(installed("hadolint"), DEPLOY / "Dockerfile") == (0, "")
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\nRUN cd /srv && sudo ls\n")
    assert judged(installed("hadolint"), tmp_path / "Dockerfile")[0] != 0


def test_compose_takes_its_file(tmp_path):
    check = (installed("check-jsonschema"), "--builtin-schema", "vendor.compose-spec")
    text = (DEPLOY / "compose.yaml").read_text()
    status, told = judged(*check, DEPLOY / "compose.yaml")
    assert status == 0, told
    (tmp_path / "compose.yaml").write_text(text.replace("read_only: true", "readonly: true"))
    assert judged(*check, tmp_path / "compose.yaml")[0] != 0
