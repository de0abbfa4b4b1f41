"""A worker of gunicorn that gives a thread to a request, never to somebody who has yet to send one.

gunicorn's own threaded worker lends a thread to every new connection and waits in it, so eight who
say nothing, or send a byte a second, stop eight threads. Here the main loop, which waits for
thousands at once, takes in the whole request first (what is large on disk), holds the client to a
time, and sees it off in the end. So the registry stays up without a proxy before it. It speaks no
https: that stays the proxy's.
"""

import contextlib
import errno
import json
import re
import socket
import tempfile
import time
from functools import partial
from selectors import EVENT_READ

from gunicorn.http.unreader import Unreader
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

SECONDS_IDLE = 20  # without a byte of a first request
SECONDS_FOR_HEAD = 10  # from its first byte
SECONDS_FOR_BODY = 20  # from the end of its head, and more for a long one:
SLOWEST = 16 * 1024  # bytes a second
SECONDS_TO_TAKE = 120  # each part of an answer, where the kernel's buffer does not hold it
SECONDS_TO_CLOSE = 2  # for what is under way when we have closed
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 32 * 2**20  # as in deploy/nginx.conf; most doors take far less
IN_MEMORY = 64 * 1024
ROOM = 4 * 2**20  # for answers, asked of the kernel, which gives what it allows
PART = 64 * 1024
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def last_word(status: str, detail: str) -> bytes:
    """A whole answer to what is no request: a problem in the API's one shape, never a page."""
    number, _, title = status.partition(" ")
    told = {"type": "about:blank", "title": title, "status": int(number), "detail": detail}
    body = json.dumps(told | {"errors": []}).encode()
    kind = f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{kind}\r\n\r\n".encode() + body


LATE = last_word("408 Request Timeout", "The request did not come to an end in time.")
NO_LENGTH = last_word("411 Length Required", "Say in Content-Length how long the body is.")
TOO_LONG = last_word(
    "413 Content Too Large",
    f"Allowed: {LARGEST_HEAD} bytes of head, {LARGEST_BODY} of body; most addresses take less.",
)
NOT_READ = "What was sent is no request that can be read."


class NotTaken(ValueError):
    """A request that is not taken in; the message is the whole answer."""


class Received(Unreader):
    """A request as it comes in; once it is whole, what gunicorn's parser reads it from."""

    def __init__(self):
        super().__init__()
        self.begin()

    def begin(self) -> None:
        """Wait for a request."""
        self.spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - see `chunk`
        self.size, self.head, self.expects = 0, b"", False
        self.wanted: int | None = None  # bytes in all, as soon as the head says

    def take(self, data: bytes) -> bool:
        """Take in some bytes; whether the request is whole now. Raises NotTaken."""
        self.spool.write(data)
        self.size += len(data)
        if self.wanted is None:
            self._read_head(data)
        whole = self.wanted is not None and self.size >= self.wanted
        if whole:
            self.spool.seek(0)
        return whole

    def _read_head(self, data: bytes) -> None:
        self.head += data
        end = self.head.find(b"\r\n\r\n") + 4
        if end < 4:
            if self.size > LARGEST_HEAD:
                raise NotTaken(TOO_LONG)
            return
        head = self.head[: end - 2]
        if CHUNKED.search(head):
            raise NotTaken(NO_LENGTH)  # Django would read an empty body
        told = LENGTH.search(head)
        length = int(told[1]) if told else 0
        if length > LARGEST_BODY:
            raise NotTaken(TOO_LONG)
        self.wanted, self.head, self.expects = end + length, b"", bool(EXPECTS.search(head))

    def chunk(self, size_hint=None) -> bytes:
        """The next of it: never from the socket, for no thread waits for a client."""
        return self.spool.read(max(size_hint or 0, 8192))

    def rest(self) -> bytes:
        """What came after the request."""
        return self.take_buffered() + self.spool.read()


class Connection(TConn):
    """A connection whose requests are taken in before a thread sees them."""

    def __init__(self, cfg, sock, client, server):
        super().__init__(cfg, sock, client, server)
        self.received, self.data_ready = Received(), True
        with contextlib.suppress(OSError):  # not every socket has it
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)

    def init(self):
        """Called in the thread, before each request."""
        if not self.initialized:
            super().init()
            self.parser.unreader = self.received
        self.sock.settimeout(SECONDS_TO_TAKE)


class Aside:
    """In a client's place: hears what it would have been told."""

    heard = b""

    def gettimeout(self) -> float:
        """It never waits."""
        return 0.0

    def sendall(self, data: bytes) -> None:
        """Keep it."""
        self.heard += data


class PatientWorker(ThreadWorker):
    """gunicorn's threads, behind a loop that waits for the slow."""

    looked_at = 0.0  # when it was last seen whose time is over

    def handle_error(self, req, client, addr, exc):
        """gunicorn's own refusal of what it cannot read: its status, not its page."""
        aside = Aside()
        super().handle_error(req, aside, addr, exc)
        _, _, status = aside.heard.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        if status:
            with contextlib.suppress(OSError):
                write_nonblock(client, last_word(status, NOT_READ))

    def accept(self, listener):
        """Take a connection, and wait for what it says."""
        try:
            sock, client = listener.accept()
        except OSError as fault:
            if fault.errno in (errno.EMFILE, errno.ENFILE):
                time.sleep(0.05)  # no descriptor is free: those who are here go on
            return
        self.nr_conns += 1
        self._await(Connection(self.cfg, sock, client, listener.getsockname()), SECONDS_IDLE)

    def _await(self, conn, seconds: float, heard=None) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)
        heard = heard or self.on_pending_socket_readable
        self.poller.register(conn.sock, EVENT_READ, partial(heard, conn))

    def on_pending_socket_readable(self, conn, client):
        """Take in what came."""
        data = self._read(conn)
        if data:
            self._take(conn, data)

    def on_client_socket_readable(self, conn, client):
        """The next request on a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn, SECONDS_FOR_HEAD)
        self.on_pending_socket_readable(conn, client)

    def _read(self, conn) -> bytes:
        """What a waiting client has sent; it is ended where it has gone."""
        try:
            data = conn.sock.recv(PART)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._end(conn)
        return data

    def _take(self, conn, data: bytes) -> None:
        """Take in part of a request. Once it is whole, a thread is wanted."""
        received, now = conn.received, time.monotonic()
        is_first, had_head = received.size == 0, received.wanted is not None
        try:
            whole = received.take(data)
        except NotTaken as fault:
            self._end(conn, fault.args[0])
            return
        except OSError:  # no room to keep it
            self._end(conn)
            return
        if whole:
            self._forget(conn)
            self.enqueue_req(conn)
        elif received.wanted is not None and not had_head:
            conn.timeout = now + SECONDS_FOR_BODY + received.wanted / SLOWEST
            if received.expects:
                self._say(conn, GO_ON)
        elif is_first:
            conn.timeout = now + SECONDS_FOR_HEAD

    def finish_request(self, conn, fs):
        """After an answer: wait for the next request, or see the client off."""
        if fs.cancelled() or fs.exception() is not None or fs.result() is not True:
            self._see_off(conn)
            return
        rest = conn.received.rest()
        conn.received.begin()
        if rest:
            self._await(conn, SECONDS_FOR_HEAD)
            self._take(conn, rest)
            return
        conn.sock.setblocking(False)
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        heard = partial(self.on_client_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, heard)

    def _see_off(self, conn) -> None:
        """Close our side, and take in what is under way, lest the answer be cut off."""
        conn.received.begin()
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._await(conn, SECONDS_TO_CLOSE, heard=lambda conn, client: self._read(conn))
        except OSError:
            self.nr_conns -= 1
            conn.close()

    def murder_pending(self):
        """End those whose time is over: each has its own."""
        now = time.monotonic()
        if now - self.looked_at < 0.5:
            return
        self.looked_at = now
        for conn in [each for each in self.pending_conns if each.timeout <= now]:
            self._end(conn, LATE if conn.received.size else b"")

    def _cap_keepalive(self, deadline):
        """A stopping worker waits for nobody who says nothing."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            if not conn.received.size:
                conn.timeout = min(conn.timeout, deadline)

    def _say(self, conn, words: bytes) -> None:
        with contextlib.suppress(OSError):
            conn.sock.send(words)

    def _forget(self, conn) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def _end(self, conn, words: bytes = b"") -> None:
        """Close a connection that no thread has, with a last word."""
        if words:
            self._say(conn, words)
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()
