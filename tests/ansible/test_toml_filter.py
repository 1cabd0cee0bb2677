"""What the filter writes, a TOML reader reads back as it was."""

from __future__ import annotations

import runpy
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ansible.bare_machine import ROOT

to_toml = runpy.run_path(str(ROOT / "ansible/roles/learnspace/filter_plugins/toml.py"))["to_toml"]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
integers = st.integers(-(2**63), 2**63 - 1)
scalars = text | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False)
values = scalars | st.lists(scalars, max_size=3)
trees = st.dictionaries(text, st.recursive(values, lambda inner: st.dictionaries(text, inner, max_size=3)), max_size=4)


@given(trees)
def test_any_tree_comes_back(tree: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(tree)) == tree


@pytest.mark.parametrize("value", [None, float("inf"), float("nan"), [{"a": 1}]])
def test_what_toml_cannot_say_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(ValueError, match=r'"front"\."port"'):
        to_toml({"front": {"port": value}})
