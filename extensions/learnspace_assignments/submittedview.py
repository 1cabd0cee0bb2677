"""Shows a notebook as it was handed in: nobody checked it, so it is bounded, and rendered in a process of its own.

Rendering holds Python's lock for seconds where somebody wants it to; the service must not feel that.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path

from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry

LARGEST = 2_000_000
"""Bytes of a notebook that is shown; a larger one is brought back and opened in the space."""
MOST_CELLS = 500
LONGEST_CODE = 100_000
"""Characters of all code; colouring a megabyte of it takes minutes."""
CPU_SECONDS = 20
"""What a notebook within these bounds takes at most: 8 s were measured for the worst."""
WALL_SECONDS = 120
"""When a machine that is too busy gives up."""
log = logging.getLogger(__name__)
_AT_ONCE = threading.Semaphore(2)


def view(path: Path, file: FileEntry, language: str) -> str:
    """Return the notebook as one sanitised HTML document.

    Raises:
        LearnspaceError: ``too_large_to_show`` (413), ``bad_notebook``, ``preview_not_ready`` (409) while others look.
    """
    if file.size > LARGEST:
        raise _too_large(file.path)
    if not _AT_ONCE.acquire(blocking=False):
        raise LearnspaceError("preview_not_ready", "Others are looking too. Ask again in a few seconds.", 409)
    try:
        return _rendered(str(path), file.path, language)
    finally:
        _AT_ONCE.release()


@lru_cache(maxsize=8)
def _rendered(path: str, name: str, language: str) -> str:
    command = [sys.executable, "-m", "learnspace_assignments.submittedview", path, name, language]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=WALL_SECONDS)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        # Ended by the clock or by the kernel; a fault of ours is in the log.
        log.warning("%s was not shown: %s %s", name, error, (error.stderr or b"").decode(errors="replace")[-2000:])
        raise _too_large(name) from error
    answer = json.loads(done.stdout)
    if "html" not in answer:
        raise LearnspaceError(answer["code"], answer["message"], answer["status"])
    return str(answer["html"])


def _render(path: Path, name: str, language: str) -> str:
    from learnspace_core.notebook_html import render
    from learnspace_core.notebooks import read_notebook

    notebook = read_notebook(path, name)
    code = sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    if len(notebook.cells) > MOST_CELLS or code > LONGEST_CODE:
        raise _too_large(name)
    return render(notebook, name, language)


def _too_large(path: str) -> LearnspaceError:
    return LearnspaceError(
        "too_large_to_show", f"{path} is too large to be shown here. Bring it back and open it in your space.", 413
    )


def main(path: str, name: str, language: str) -> None:
    """Render one notebook and write what came of it to standard output, as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        answer: dict[str, object] = {"html": _render(Path(path), name, language)}
    except LearnspaceError as error:
        answer = {**error.as_json(), "status": error.status}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
