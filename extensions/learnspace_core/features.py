"""The features of this product and the rooms that a process loads from each."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

FEATURES = (
    "learnspace_core",
    "learnspace_people",
    "learnspace_resources",
    "learnspace_assignments",
    "learnspace_portfolio",
    "learnspace_home",
)


def load_all(room: str) -> list[ModuleType]:
    """Import the room of that name (``tables``, ``service``, ``jobs``, ``cli``) from each feature that has it."""
    names = [f"{feature}.{room}" for feature in FEATURES]
    return [import_module(name) for name in names if find_spec(name) is not None]
