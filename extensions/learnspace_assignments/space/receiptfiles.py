"""Receipts in the home: proof of what was handed in that a learner holds without the platform.

They stand in ``receipts/<course>/<assignment>``, in sight and outside the folder that is handed in.
"""

from __future__ import annotations

from pathlib import Path

from learnspace_assignments.models import Receipt
from learnspace_core import homestate
from learnspace_core.routes import check_segment


def place_of(receipt: Receipt) -> str:
    """Return where a receipt stands, relative to the home."""
    course, assignment = check_segment(receipt.course), check_segment(receipt.assignment)
    time = receipt.received_at.strftime("%Y-%m-%d %H.%M.%S")
    return f"receipts/{course}/{assignment}/{time} {receipt.digest[:8]}.json"


def keep(home: Path, receipt: Receipt) -> str:
    """Write the receipt unless it is there already, and return where it stands.

    Raises:
        LearnspaceError: ``not_a_folder``, ``disk_full``.
    """
    place = place_of(receipt)
    homestate.keep(home, place, f"{receipt.model_dump_json(indent=2)}\n".encode())
    return place
