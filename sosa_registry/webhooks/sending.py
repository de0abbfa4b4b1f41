"""One delivery over HTTP: signed, in limited time, to the address that was judged; no redirects.

The signature is HMAC-SHA256 with the webhook's secret over the time, a full stop and the body, in
`Registry-Signature: t=<seconds>,v1=<hex>`. Whoever receives it computes the same, compares in
constant time, and refuses a time that is long past.
"""

import hashlib
import hmac
import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from .addresses import NotAllowed, Target, read, resolve

TIMEOUT = 10  # seconds to connect, and to wait for each part of an answer
SIGNATURE, DELIVERY = "Registry-Signature", "Registry-Delivery"


class NotDelivered(Exception):
    """A try that failed; `status` is the answer's, if there was one; `final`: no use to retry."""

    def __init__(self, told: str, status: int | None = None, *, final: bool = False):
        super().__init__(told)
        self.status, self.final = status, final


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value for a body at a time (seconds since 1970)."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send; the status of an answer that accepts (2xx). Raises NotDelivered."""
    try:
        target = read(url)
        connection = _connection(target, resolve(target))
    except NotAllowed as refusal:
        raise NotDelivered(str(refusal), final=True) from refusal
    except OSError as error:
        raise NotDelivered(f"{url} does not resolve: {error}") from error
    try:
        connection.request("POST", target.path, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise NotDelivered(f"No answer: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if 200 <= status < 300:
        return status
    told = "Redirects are not followed." if 300 <= status < 400 else "It was not accepted."
    raise NotDelivered(f"{told} The answer's status is {status}.", status)


def _connection(target: Target, address: str) -> HTTPConnection:
    """A connection for the host's name to the address that was judged."""
    if target.scheme == "https":
        return _Secure(target, address)
    return _Plain(target, address)


class _Plain(HTTPConnection):
    def __init__(self, target: Target, address: str):
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.address = address

    def connect(self):
        """To the judged address, whatever the name resolves to by now."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _Secure(HTTPSConnection):
    def __init__(self, target: Target, address: str):
        self.ours = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=TIMEOUT, context=self.ours)
        self.address = address

    def connect(self):
        """To the judged address; the certificate has to be the name's."""
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.ours.wrap_socket(plain, server_hostname=self.host)
