"""Clients who say nothing, or hardly anything, or read hardly anything: service goes on."""

import contextlib
import json
import resource
import socket
import threading

import pytest

IDLE, SLOW = 1_000, 50
BODY = json.dumps({"url": "/api/v1/matrix/?as_of=2021-08-10"}).encode()
ASKING = b"GET /api/v1/countries/AUS/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POSTING = b"POST /api/v1/batch/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
LONG_ANSWER = b"GET /api/v1/events/?page_size=500 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(autouse=True)
def _descriptors():
    """Room for them all in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * IDLE)), hard))


@contextlib.contextmanager
def connected(site, how_many: int, address: str, said: bytes = b"", room: int = 0):
    """So many connections, each having said something; closed at the end."""
    with contextlib.ExitStack() as all_of_them:
        made = []
        for _ in range(how_many):
            one = all_of_them.enter_context(socket.socket())
            if room:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            one.bind((address, 0))
            one.connect(("127.0.0.1", site.port))
            one.sendall(said)
            made.append(one)
        yield made


@contextlib.contextmanager
def trickling(connections, text: bytes):
    """Each is sent a byte a second, until the block ends."""
    over = threading.Event()

    def send():
        for place in range(len(text)):
            if over.wait(1):
                return
            for one in connections:
                with contextlib.suppress(OSError):  # it was told 408 and closed
                    one.send(text[place : place + 1])

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def answered(site, how_often: int = 20) -> None:
    """Others are served: by new connections, by kept ones, reading pages and writing."""
    reader = site.client("anna")
    for _ in range(how_often):
        assert reader.ask("/api/v1/countries/AUS/").status == 200
        assert site.client().ask("/healthz").status == 200
    assert site.client("erika").ask("/api/v1/batch/", "POST", {"operations": []}).status == 400


def told(one: socket.socket) -> bytes:
    """Everything that is said to a connection until it is closed."""
    one.settimeout(60)
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_a_thousand_idle_connections_do_not_stop_service(site):
    with connected(site, IDLE, "127.0.0.3"):
        answered(site)


def test_fifty_who_send_a_byte_of_a_head_a_second_do_not_stop_service(site):
    with connected(site, SLOW, "127.0.0.4", ASKING) as slow, trickling(slow, b"X: " + b"x" * 99):
        answered(site)


def test_fifty_who_send_a_byte_of_a_body_a_second_do_not_stop_service(site):
    said = POSTING + b"Content-Length: 200\r\n\r\n"
    with connected(site, SLOW, "127.0.0.5", said) as slow, trickling(slow, b" " * 99):
        answered(site)


def test_fifty_who_do_not_read_what_they_asked_for_do_not_stop_service(site):
    with connected(site, SLOW, "127.0.0.6", LONG_ANSWER * 3, room=4096):
        answered(site)


def test_fifty_who_do_not_close_when_we_do_do_not_stop_service(site):
    said = b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
    with connected(site, SLOW, "127.0.0.7", said):
        answered(site)


def test_who_does_not_finish_a_head_is_told_so_and_closed(site):
    with connected(site, 1, "127.0.0.8", ASKING) as [one]:
        assert told(one).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (ASKING + b"X: " + b"x" * 70_000, b"413 Content Too Large"),
        (POSTING + b"Content-Length: 999999999\r\n\r\n", b"413 Content Too Large"),
        (POSTING + b"Transfer-Encoding: chunked\r\n\r\n", b"411 Length Required"),
        (ASKING + b"No header\r\n\r\n", b"400 Bad Request"),
        (b"GET /api/v1/?q=\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"400 Bad Request"),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"414 URI Too Long"),
        (b"Good morning\r\n\r\n", b"400 Bad Request"),
    ],
    ids=[
        *("a head too long", "a body too long", "a body of unknown length", "no header"),
        *("an address in no letters", "an address too long", "no request"),
    ],
)
def test_what_is_not_taken_is_refused_in_the_one_shape_of_errors(site, said, status):
    with connected(site, 1, "127.0.0.8", said) as [one]:
        head, _, body = told(one).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == int(status.split()[0]) and problem["detail"]
    assert set(problem) == {"type", "title", "status", "detail", "errors"}


CHUNKS = b"5\r\n" + BODY[:5] + b"\r\n" + f"{len(BODY) - 5:x}\r\n".encode() + BODY[5:] + b"\r\n"
CITING = (
    b"POST /api/v1/permalinks/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
)
LENGTH = f"Content-Length: {len(BODY)}\r\n".encode()
CLOSE = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [CITING + LENGTH + CLOSE + BODY],
        [CITING, LENGTH, CLOSE, BODY[:9], BODY[9:]],
        [CITING + b"Expect: 100-continue\r\n" + LENGTH + CLOSE, BODY],
    ],
    ids=["at once", "in parts", "when told to go on"],
)
def test_a_request_is_read_however_it_comes(site, parts):
    with connected(site, 1, "127.0.0.10", parts[0]) as [one]:
        for part in parts[1:]:
            one.sendall(part)
        answer = told(one)
    assert b"HTTP/1.1 201 Created" in answer or b"HTTP/1.1 200 OK" in answer
    assert answer.startswith(b"HTTP/1.1 100 ") == (b"Expect" in parts[0])


def test_requests_sent_one_after_another_without_waiting_are_all_answered_in_order(site):
    asked = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    said = asked + b"\r\n" + CITING + LENGTH + b"\r\n" + BODY + asked + CLOSE
    with connected(site, 1, "127.0.0.11", said) as [one]:
        answers = told(one).split(b"HTTP/1.1 ")[1:]
    assert [answer[:2] for answer in answers] == [b"20"] * 3
    assert b'"alive"' in answers[0] and b'"sha256"' in answers[1] and b'"alive"' in answers[2]
