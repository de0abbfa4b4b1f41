"""The manual's commands do what it says: every block of docs/api.md with a curl is run as it is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agreements.models import Event
from partners.models import Source
from sosa_registry.accounts import tokens
from sosa_registry.accounts.models import Token
from tests.cast import account

pytestmark = pytest.mark.django_db(transaction=True)

MANUAL = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
BLOCKS = [
    block
    for block in re.findall(r"^```\w*\n(.*?)^```$", MANUAL.read_text(), re.S | re.M)
    if "curl" in block
]
# A refusal fails the block; without this, curl is content with any answer.
STRICT = 'set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body "$@"; }\n'


def run(block: str, token: str, folder, address: str) -> str:
    """Run a block of the manual against the live server; what it prints."""
    done = subprocess.run(
        ["bash", "-c", STRICT + block.replace("http://127.0.0.1:8000", address)],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_curl_is_here():
    assert shutil.which("curl"), "On Debian, as root: apt-get install curl"


def test_every_command_of_the_manual_does_what_it_says(live_registry, tmp_path):
    editor = account("ed", "editor")
    token = Token(owner=editor, name="tutorial", scope="write", days=1)
    secret = tokens.make(token, actor=editor)
    said = [run(block, secret, tmp_path, live_registry) for block in BLOCKS]

    assert len(said) >= 6
    assert Source.objects.get(slug="gazette-2026-10").title == "Notice 11"
    assert Event.objects.filter(agreement_id="sosa-aus", event="amended", date="2026-10").exists()
    assert any('"reason":"Misread"' in each.replace('": ', '":') for each in said)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".zip"]
