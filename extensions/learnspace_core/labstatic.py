"""JupyterLab's own static files, which the front door serves to all learners under one address.

Every learner's space has an address of its own, so a school's cache or a shared computer would fetch these 5 MB anew
for each of them. The address carries the version: a space uses it only if it runs that version.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple


class LabStatic(NamedTuple):
    """Where the files stand on this machine, and the address under which everybody gets them."""

    directory: Path
    url: str


def find_lab_static() -> LabStatic | None:
    """Return the static files of the JupyterLab in this environment, or None if there is none."""
    directory = Path(sys.prefix) / "share" / "jupyter" / "lab" / "static"
    try:
        version = json.loads((directory / "package.json").read_text(encoding="utf-8"))["jupyterlab"]["version"]
    except (OSError, ValueError, KeyError):
        return None
    return LabStatic(directory, f"/shared/lab-{version}")
