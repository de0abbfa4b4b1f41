"""Makes sure that the programs which judge the files of `deploy/` are here.

They are Debian's own: nginx reads its configuration, systemd its units. What judges the rest
(hadolint, check-jsonschema) is installed with the tests' requirements.
"""

import os
import shutil

from debian import install

PACKAGES = {"nginx": "nginx", "systemd-analyze": "systemd", "openssl": "openssl"}


def ensure_judges() -> None:
    """Install those that are absent. Raises Missing."""
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    absent = [name for name in PACKAGES if not shutil.which(name, path=path)]
    if absent:
        install(*(PACKAGES[name] for name in absent), purpose=" and ".join(absent))
