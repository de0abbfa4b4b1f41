"""The data package, judged by Frictionless's own tool: types, keys, references, constraints."""

import json
import subprocess
import sys
from pathlib import Path

from agreements.exchange import package
from sosa_registry.ledger.reading import pin


def judged(folder: Path) -> dict:
    """What `frictionless validate` says of a package."""
    told = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "--json", "datapackage.json"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return json.loads(told.stdout)


def test_the_package_is_valid_and_every_table_was_read(registry, tmp_path):
    package.write_folder(tmp_path, pin())

    report = judged(tmp_path)

    assert (report["valid"], report["stats"]["errors"]) == (True, 0)
    assert report["stats"]["tasks"] == len(list(tmp_path.glob("*.csv")))


def test_a_row_that_refers_to_nothing_is_found(registry, tmp_path):
    package.write_folder(tmp_path, pin())
    events = tmp_path / "events.csv"
    events.write_text(events.read_text().replace("sosa-aus,", "sosa-nowhere,"))

    assert not judged(tmp_path)["valid"]
