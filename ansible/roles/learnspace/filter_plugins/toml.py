"""The filter `to_toml`: a tree of plain values as a TOML document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping


def to_toml(tree: Mapping[str, object], path: str = "") -> str:
    """Write scalars and lists of a table first, then its sub-tables, each under its own [heading].

    A JSON string, number, boolean or list of them is TOML as well; JSON's null and mappings inside lists are not.

    Raises:
        ValueError: a value that TOML has no word for, with its path.
    """
    lines, tables = [], []
    for key, value in tree.items():
        name = _escaped(str(key))
        here = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            tables.append(f"\n[{here}]\n{to_toml(value, here)}")
        elif _plain(value):
            lines.append(f"{name} = {_escaped(value)}\n")
        else:
            raise ValueError(f"{here}: {value!r} cannot stand in a TOML file")
    return "".join(lines + tables)


def _plain(value: object) -> bool:
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    return isinstance(value, (str, int)) or (isinstance(value, float) and abs(value) != float("inf") and value == value)


def _escaped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


class FilterModule:
    """What Ansible looks for in a plugin of filters."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by name."""
        return {"to_toml": to_toml}
