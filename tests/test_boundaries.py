"""The import boundaries of the design: who may import what, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = sorted((ROOT / "extensions").glob("learnspace_*"))
HUB_SIDE = {"service", "store", "tables", "jobs", "cli"}
IN_THE_SPACE = {"routes", "space", "client"}
SPACE = ("jupyter_server", "jupyterlab", "jupyter_client")
STORAGE = ("sqlalchemy", "alembic", "fastapi", "huey", "psycopg")


def _imports(file: Path) -> set[str]:
    """Return every module named by an import in the file, at any depth."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _python(*folders: Path) -> list[Path]:
    return [f for folder in folders for f in folder.rglob("*.py") if "node_modules" not in f.parts]


def _rooms(names: set[str]) -> list[Path]:
    """Return the files of these rooms: a module or a package below each feature."""
    files = [f for p in PACKAGES for f in _python(p) if f.relative_to(p).parts[0].removesuffix(".py") in names]
    assert len(files) >= len(names)
    return files


def _offenders(files: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    found = []
    for file in files:
        for name in _imports(file):
            if any(name == bad or name.startswith(f"{bad}.") for bad in forbidden):
                found.append(f"{file.relative_to(ROOT)}: {name}")
    return found


def test_the_hubs_side_never_imports_the_space() -> None:
    files = _python(ROOT / "hub_config") + _rooms(HUB_SIDE)
    assert _offenders(files, SPACE) == []


def test_routes_never_import_a_store() -> None:
    files = _rooms(IN_THE_SPACE)
    stores = tuple(f"{p.name}.{room}" for p in PACKAGES for room in ("store", "tables", "service", "jobs"))
    assert _offenders(files, STORAGE + stores + ("learnspace_core.database",)) == []


def test_models_stand_alone() -> None:
    files = _rooms({"models"})
    assert _offenders(files, STORAGE + SPACE) == []


def test_core_models_need_no_feature() -> None:
    assert _offenders([ROOT / "extensions/learnspace_core/models.py"], tuple(p.name for p in PACKAGES[:2])) == []


def test_nothing_imports_a_test() -> None:
    files = _python(ROOT / "hub_config", ROOT / "extensions", ROOT / "images")
    assert _offenders(files, ("tests", "pytest")) == []


@pytest.mark.parametrize("module", ["learnspace_core.space", "learnspace_assignments.exchange"])
def test_a_space_loads_nothing_of_the_hubs_side(module: str) -> None:
    assert _loaded(f"import {module}", ("fastapi", "huey", "alembic")) == "[]"


def test_the_service_does_not_carry_what_grades() -> None:
    """The service's memory is that of a small server: nbgrader and what it brings take a fifth more."""
    code = "from learnspace_core.app import load_all; load_all('service')"
    assert _loaded(code, ("nbgrader", "IPython", "numpy", "tantivy", "docker")) == "[]"


def _loaded(code: str, modules: tuple[str, ...]) -> str:
    """Return which of the modules a new Python has loaded after the code."""
    code = f"{code}; import sys; print([m for m in {modules!r} if m in sys.modules])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
