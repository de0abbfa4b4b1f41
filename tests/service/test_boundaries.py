"""Where a request ends is never a matter of opinion: what two servers could read in two ways is
refused, and nothing behind it is answered."""

import contextlib
import socket

import pytest

HOST = b"Host: 127.0.0.1\r\n"
BEHIND = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
POST, GET = b"POST /api/v1/batch/ HTTP/1.1\r\n" + HOST, b"GET /countries/ HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
UNCLEAR = {
    "a length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "chunks and a length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "a length with a sign": GET + b"Content-Length: +5\r\n\r\nabcde",
    "two lengths in one": GET + b"Content-Length: 5, 5\r\n\r\nabcde",
    "a blank before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "chunks by another name": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks behind another": POST + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "chunks before 1.1": POST.replace(b"/1.1", b"/1.0") + CHUNKED + b"\r\n0\r\n\r\n",
    "a chunk of no size": POST + CHUNKED + b"\r\nZZ\r\nabc\r\n0\r\n\r\n",
    "a folded line": GET + b"X: a\r\n b\r\n\r\n",
    "a nothing within": GET + b"X: a\0b\r\n\r\n",
    "two hosts": GET + b"Host: elsewhere.example\r\n\r\n",
}


def said(site, request: bytes) -> bytes:
    """All that is answered, until the server closes."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as one:
        one.sendall(request)
        told = b""
        with contextlib.suppress(ConnectionResetError):  # closed with what is behind unread
            while part := one.recv(65_536):
                told += part
    return told


@pytest.mark.parametrize("request_", UNCLEAR.values(), ids=UNCLEAR)
def test_what_could_be_read_in_two_ways_is_refused_and_closed(site, request_):
    told = said(site, request_ + BEHIND)
    assert told.split(None, 2)[1] in (b"400", b"411")
    assert told.count(b"HTTP/1.1 ") == 1
    assert b"alive" not in told


def test_two_requests_that_are_clear_are_both_answered(site):
    last = BEHIND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert said(site, BEHIND + last).count(b"HTTP/1.1 200") == 2
