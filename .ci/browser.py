"""Makes sure that Debian's Chromium is here for the browser tests and that it starts.

Usage: `python3 .ci/browser.py`; exits non-zero and says why when there is no browser. Playwright's
own browsers are not used: they are a download from outside the package registries.
"""

import shutil
import subprocess
import sys

from debian import Missing, install


def ensure_chromium() -> str:
    """Install Chromium where it is absent; return the version it reports."""
    if not shutil.which("chromium"):
        # Fonts come apart from the browser, and without any every page is blank boxes.
        install("chromium", "fonts-dejavu-core", purpose="the browser Chromium")
    executable = shutil.which("chromium")
    if not executable:
        raise Missing("Chromium was installed but is not on PATH")
    done = subprocess.run([executable, "--version"], capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"Chromium does not start: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    try:
        print(ensure_chromium())
    except Missing as missing:
        sys.exit(f"\nSTOPPED: {missing}\n")
