"""A signed checkpoint: “the chain had this hash at this revision”, under a key kept elsewhere.

The chain shows what was changed in the middle; who can write to the database could still cut its
end off, or make it all anew. A checkpoint that was given away shows that. It is verified offline,
against a backup, by `deploy/verify_checkpoint.py`, which shares no code with this.
"""

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from . import clock
from .models import Head


class NothingToSign(ValueError):
    """There is no revision yet."""


def key() -> Ed25519PrivateKey:
    """The private key at CHECKPOINT_KEY; made at first use, readable by us only."""
    path = Path(settings.CHECKPOINT_KEY)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def public_key() -> str:
    """The public key as PEM: give it to those who shall verify, by another way than the backups."""
    return (
        key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def signed() -> dict:
    """The present head, signed. Raises NothingToSign."""
    head = Head.objects.filter(id=1, number__gte=1).first()
    if head is None:
        raise NothingToSign("There is no revision to sign.")
    said = {
        "registry": settings.SITE_URL,
        "revision": head.number,
        "hash": head.hash,
        "at": head.at.isoformat(),
        "signed_at": clock.now().isoformat(),
    }
    content = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signature = key().sign(content.encode())
    return said | {"signature": base64.b64encode(signature).decode()}
