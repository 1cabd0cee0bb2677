"""Reads in the text of a test what it works with: whether it can be judged from outside is decided by that alone."""

from __future__ import annotations

import ast

BESIDE = frozenset(
    (
        *("subprocess", "socket", "threading", "multiprocessing", "asyncio", "concurrent", "signal", "system", "popen"),
        *("pickle", "shelve", "dill", "joblib", "read_pickle", "allow_pickle", "sqlite3", "importlib", "runpy"),
        *("gc", "ctypes", "monkeypatch", "capsys", "get_ipython", "In", "Out", "locals", "vars", "dir", "exec", "eval"),
        *("compile", "await", "_getframe", "__file__", "__class__", "__code__", "__globals__", "__wrapped__"),
        *("__closure__",),
    )
)
"""Names of what works on the process that a test runs in, which has to be the notebook's own."""
PATCHED = ("builtins.input", "sys.stdout")
"""What a test may put a mock in the place of: a judge passes on what it asks and says."""
ON_FILES = frozenset(
    (
        *("open", "os", "pathlib", "Path", "glob", "shutil", "tempfile", "loadtxt", "genfromtxt", "savetxt", "load"),
        *("save", "read_csv", "to_csv", "read_json", "to_json", "imread", "imsave", "savefig", "read_text"),
        *("read_bytes", "write_text", "write_bytes", "exists", "is_file", "is_dir", "iterdir", "rglob", "st_size"),
        *("touch", "mkdir", "rmdir", "unlink"),
    )
)
"""Names of what works on the files beside a notebook, which are then kept the same on both sides."""


def patches(tree: ast.AST) -> bool:
    """Tell whether a test puts a mock in the place of something that is only in the notebook."""
    right = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "patch" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            target = node.args[0] if node.args else None
            if not isinstance(target, ast.Constant) or target.value not in PATCHED:
                return True
            right += 1
    used = [node for node in ast.walk(tree) if "patch" in (getattr(node, "id", ""), getattr(node, "attr", ""))]
    return len(used) != right


def words_of(tree: ast.AST) -> set[str]:
    """Return the names that a test mentions, of variables, attributes, modules and parameters."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                found.add(node.id)
            case ast.Attribute(value=ast.Name("re"), attr="compile"):
                pass  # a pattern, no code
            case ast.Attribute():
                found.add(node.attr)
            case ast.alias():
                found.update(node.name.split("."))
            case ast.ImportFrom():
                found.update((node.module or "").split("."))
            case ast.keyword():
                found.add(node.arg or "")
            case ast.Await():
                found.add("await")
    return found
