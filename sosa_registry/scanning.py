"""Files that will be served again are shown to ClamAV's daemon first, where CLAMD names it.

Its protocol is one command; the libraries that speak it are under the GPL, which the registry is
not. While the daemon does not answer nothing is taken: a file that nobody judged is not known.
"""

import socket

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import truncatechars

from sosa_registry import logs

SECONDS = 60  # for each part of the talk
PART = 64 * 1024
UNJUDGED = "The antivirus does not answer, so that the file was not kept. Try again later."


def refuse_malware(content: bytes) -> None:
    """Raise ValidationError beside `file` for what the antivirus knows, or when it says nothing."""
    if not settings.CLAMD:
        return
    try:
        said = _judgement(settings.CLAMD, content)
    except OSError:
        said = ""
    if said == "stream: OK":
        return
    if said.endswith(" FOUND"):
        name = said.removeprefix("stream: ").removesuffix(" FOUND")
        logs.note("malware refused", name=truncatechars(name, 100))
        raise ValidationError({"file": f"The antivirus knows this file as “{name[:100]}”."})
    logs.note("antivirus silent")
    raise ValidationError({"file": UNJUDGED})


def _judgement(address: str, content: bytes) -> str:
    with _connected(address) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PART):
            part = content[start : start + PART]
            clamd.sendall(len(part).to_bytes(4, "big") + part)
        clamd.sendall(bytes(4))
        said = b""
        while len(said) < PART and (more := clamd.recv(PART)):
            said += more
    return said.rstrip(b"\0\n").decode(errors="replace")


def _connected(address: str) -> socket.socket:
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), SECONDS)
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(SECONDS)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made
