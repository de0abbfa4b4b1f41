"""Where a webhook may point: to the open internet, and to nothing behind the operator's walls.

A name is resolved once, every address it has is judged, and the connection is made to one that was
judged: a name that answers otherwise a moment later (DNS rebinding) changes nothing. The setting
WEBHOOKS_ALLOW_PRIVATE lifts it for installations whose receivers are inside.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"https": 443, "http": 80}


class NotAllowed(Exception):
    """An address that is not told, and why."""


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str


def read(url: str) -> Target:
    """Take an address apart. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise NotAllowed("This is no address.") from error
    schemes = ["https", "http"] if settings.WEBHOOKS_ALLOW_PRIVATE else ["https"]
    if parts.scheme not in schemes or not host:
        raise NotAllowed(f"Allowed: an absolute {' or '.join(schemes)} address.")
    if parts.username or parts.password:
        raise NotAllowed("An address holds no name and no password.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("Spaces and other such characters are written as %20.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with suppress(ValueError):  # a name: judged when it is resolved
        _refuse_inside(host)
    return Target(parts.scheme, host, port, path)


def resolve(target: Target) -> str:
    """An address of the host to connect to. Raises NotAllowed when any of its addresses is inside.

    OSError when the name does not resolve.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(entry[4][0] for entry in found))
    for address in addresses:
        _refuse_inside(address)
    return addresses[0]


def _refuse_inside(text: str) -> None:
    """Raise NotAllowed for an address that is not of the open internet, ValueError for a name."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or [None])[-1]
        address = inner or address
    if settings.WEBHOOKS_ALLOW_PRIVATE:
        return
    if not address.is_global or address.is_multicast or address.is_reserved:
        raise NotAllowed(f"{text} is an address inside. Allowed: those of the open internet.")
