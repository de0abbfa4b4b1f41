"""The files of `deploy/` by the strictest reader that is here: a tool, else a parser."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings

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


def test_commands_of_the_units_exist():
    named = set(re.findall(r"manage\.py (\w+)", "".join((DEPLOY / n).read_text() for n in UNITS)))
    assert {"run_worker", "backup", "restore", "sign_checkpoint", "send_digests"} == named


def test_systemd_finds_no_fault(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify:  # paths of a deployment are not here, so only what it says of the units counts
        done = subprocess.run(
            [verify, "verify", *(DEPLOY / name for name in UNITS)], capture_output=True, text=True
        )
        assert not re.search(r"Unknown|Failed to parse|Invalid|Missing", done.stderr), done.stderr
        for name in UNITS:  # 15 is its 1.5 of 10: what is left is the network and the database
            command = [verify, "security", "--offline=true", "--threshold=15", DEPLOY / name]
            judged = subprocess.run(command, capture_output=True, text=True)
            assert judged.returncode == 0, judged.stdout[-300:]
    assert UNITS


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


def test_nginx_takes_its_file(tmp_path):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    text = (DEPLOY / "nginx.conf").read_text()
    assert "/etc/nginx/certificates" in text and "server web:8000;" in text
    if nginx:  # where certificate and server are is the deployment's; all else is judged as it is
        key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
        subprocess.run(
            [*made, "-keyout", key, "-out", certificate], check=True, capture_output=True
        )
        site = text.replace("/etc/nginx/certificates", str(tmp_path)).replace("web:", "127.0.0.1:")
        (tmp_path / "site.conf").write_text(site)
        own = f"pid {tmp_path}/pid; error_log stderr; events {{}}"
        (tmp_path / "nginx.conf").write_text(f"{own} http {{ include {tmp_path}/site.conf; }}")
        command = [nginx, "-t", "-c", tmp_path / "nginx.conf"]
        judged = subprocess.run(command, capture_output=True, text=True)
        assert judged.returncode == 0, judged.stderr


def test_hadolint_finds_no_fault():
    hadolint = Path(sys.executable).with_name("hadolint")
    judged = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert (judged.returncode, judged.stdout) == (0, "")
