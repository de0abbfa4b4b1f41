"""PostgreSQL behind TLS, the registry known by a certificate instead of a password: nobody between.

Addresses are given as DATABASE_URL gives them; whoever lacks a part of it is not let in.
"""

import ipaddress
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import environ
import psycopg2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import ConnectionHandler, OperationalError
from postgres import DATABASE, ROLE, SETTINGS, private_postgres, unprivileged

APP = "registry_app"
HBA = f"""hostssl all {APP} 127.0.0.1/32 cert
hostssl all {ROLE} 127.0.0.1/32 scram-sha-256
"""


class Authority:
    """Issues certificates into a folder, as an operator's own authority would."""

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        made = self._certificate(name, self.key, x509.BasicConstraints(ca=True, path_length=0))
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *names: x509.GeneralName) -> tuple[Path, Path]:
        """A certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        more = x509.SubjectAlternativeName(names) if names else None
        certificate, secret = (self.folder / f"{self.name}-{name}.{end}" for end in ("crt", "key"))
        made = self._certificate(name, key, more)
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        secret.touch(mode=0o600)
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, secret

    def _certificate(self, name: str, key, extension) -> x509.Certificate:
        now = datetime.now(UTC)
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, self.name)
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        if extension is not None:
            made = made.add_extension(extension, critical=False)
        return made.sign(self.key, hashes.SHA256())


@pytest.fixture(scope="module")
def own():
    """Our authority, one that is not ours, and what each issued to the application."""
    with tempfile.TemporaryDirectory(prefix="sosa-registry-certificates-") as place:
        folder = Path(place)
        folder.chmod(0o755)  # whoever runs PostgreSQL reads its own there
        authority, stranger = Authority(folder, "ours"), Authority(folder, "strange")
        yield authority, stranger, authority.issue(APP), stranger.issue(APP)


@pytest.fixture(scope="module")
def server(own):
    """A server that takes nobody without TLS, and the application by its certificate alone."""
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate, key = own[0].issue("database", here)
    hba = key.with_name("hba.conf")
    hba.write_text(HBA)
    identity = unprivileged()
    if identity:  # the server's user must read them, and it alone its key
        for path in (key, certificate, hba, own[0].file):
            os.chown(path, identity["user"], identity["group"])
    tls = {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
    tls |= {"ssl_ca_file": str(own[0].file), "hba_file": str(hba)}
    with private_postgres(SETTINGS | tls) as running:
        connection = psycopg2.connect(running.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {APP} LOGIN")
        connection.close()
        yield running


@pytest.fixture
def ask(server, django_db_blocker):
    """How the server sees a connection that Django makes by such a DATABASE_URL."""

    def asked(host: str = "127.0.0.1", **options) -> tuple:
        told = "&".join(f"{name}={value}" for name, value in options.items())
        address = f"postgres://{APP}@{host}:{server.port}/{DATABASE}?{told}"
        connection = ConnectionHandler({"default": environ.Env.db_url_config(address)})["default"]
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT ssl, version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            )
            seen = cursor.fetchone()
            connection.close()
            return seen

    return asked


def by(pair, authority, mode: str = "verify-full") -> dict:
    certificate, key = pair
    return {"sslmode": mode, "sslrootcert": authority.file, "sslcert": certificate, "sslkey": key}


def test_the_registry_is_let_in_by_its_certificate_through_tls(ask, own):
    ours, _, pair, _ = own
    enciphered, version, known_as = ask(**by(pair, ours))
    assert (enciphered, version, known_as) == (True, "TLSv1.3", f"/CN={APP}")


def test_nobody_is_let_in_plainly_without_a_certificate_or_with_another(ask, own):
    ours, _, pair, strange = own
    with pytest.raises(OperationalError, match="no encryption"):
        ask(**by(pair, ours, "disable"))
    without = {"sslmode": "verify-full", "sslrootcert": ours.file}
    with pytest.raises(OperationalError, match="certificate"):
        ask(**without, sslcert="/nowhere", sslkey="/nowhere")
    with pytest.raises(OperationalError):
        ask(**by(strange, ours))


def test_a_server_that_is_another_is_not_spoken_to(ask, own):
    ours, stranger, pair, _ = own
    with pytest.raises(OperationalError, match="certificate verify failed"):
        ask(**by(pair, stranger))
    with pytest.raises(OperationalError, match="does not match host name"):
        ask(host="localhost", **by(pair, ours))
