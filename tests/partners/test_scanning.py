"""A copy that an antivirus knows is not kept, nor one that it could not judge."""

import logging
import socketserver
import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from partners.actions import keep_copy
from partners.models import ArchivedContent, ArchivedCopy
from sosa_registry.ledger.actions import keep
from tests import cast

pytestmark = pytest.mark.django_db
KNOWN = b"what this antivirus knows"
PDF = b"%PDF-1.7\n" + b"a harmless line\n" * 20_000  # several parts long


class Answer(socketserver.StreamRequestHandler):
    """As clamd answers `zINSTREAM`."""

    def handle(self):
        """Read the parts up to the empty one, and judge."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        self.server.judged.append(content)
        self.wfile.write(self.server.says or self.found(content))

    def found(self, content: bytes) -> bytes:
        """What the real one would say."""
        return b"stream: Test.Known FOUND\0" if KNOWN in content else b"stream: OK\0"


class Tcp(socketserver.ThreadingTCPServer):
    """A daemon at a port."""

    daemon_threads = True


class Unix(socketserver.ThreadingUnixStreamServer):
    """A daemon at a socket."""

    daemon_threads = True


@pytest.fixture(params=["port", "socket"])
def clamd(request, settings, tmp_path_factory):
    """A daemon, and the registry told of it."""
    if request.param == "port":
        server = Tcp(("127.0.0.1", 0), Answer)
        settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
    else:
        settings.CLAMD = str(tmp_path_factory.mktemp("c") / "ctl")
        server = Unix(settings.CLAMD, Answer)
    server.judged, server.says = [], b""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def gazette(db):
    return keep(cast.source(), actor="curator", reason="A source")


def kept(source, content=PDF):
    return keep_copy(
        source, name="a.pdf", content=content, actor="ada", reason="Read", on=date(2026, 11, 21)
    )


def nothing_is_kept() -> bool:
    return not (ArchivedCopy.objects.exists() or ArchivedContent.objects.exists())


def test_a_harmless_file_is_shown_whole_and_kept(gazette, clamd):
    assert kept(gazette).size == len(PDF)
    assert clamd.judged == [PDF]


def test_a_known_one_is_refused_by_name_and_noted(gazette, clamd, caplog):
    caplog.set_level(logging.INFO, "registry.security")
    with pytest.raises(ValidationError, match=r"knows this file as “Test\.Known”"):
        kept(gazette, PDF + KNOWN)
    assert nothing_is_kept()
    assert [one.getMessage() for one in caplog.records] == ["malware refused"]


@pytest.mark.parametrize(
    "says", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: x ERROR\0", b"\0", b"nonsense"]
)
def test_what_is_no_judgement_keeps_nothing(gazette, clamd, says):
    clamd.says = says
    with pytest.raises(ValidationError, match="does not answer"):
        kept(gazette)
    assert nothing_is_kept()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "/nowhere/clamd.ctl"])
def test_while_it_does_not_answer_nothing_is_kept(gazette, settings, address):
    settings.CLAMD = address
    with pytest.raises(ValidationError, match="does not answer"):
        kept(gazette)
    assert nothing_is_kept()


def test_without_one_nobody_is_asked(gazette, settings):
    settings.CLAMD = ""
    assert kept(gazette, PDF + KNOWN)
