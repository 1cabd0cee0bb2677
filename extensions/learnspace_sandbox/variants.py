"""Runs inside a sandbox's Python kernel: plays the rest of a notebook many times, each time from where it stands now.

A fork of the kernel plays one variant, so that a variant costs milliseconds instead of a kernel's start, and leaves
nothing behind for the next one. It is for the course's own code: a variant could forge the answer of its own fork.
"""

from __future__ import annotations

import io
import json
import os
import random
import selectors
import signal
import sys
import time
from contextlib import suppress
from typing import Any

MIME = "application/vnd.learnspace.variants+json"
"""What :func:`try_variants` displays: for each variant that was played, a list with what each of its cells did."""
LONGEST_TEXT = 500


def try_variants(given: str) -> None:
    """Play variants until a moment and display what their cells did.

    Args:
        given: JSON of ``variants`` (lists of cells), ``seconds`` for one of them, ``until`` (a Unix time; what was not
            begun by then is left out), and ``reseed``, how many of the first ones draw new random numbers.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    task = json.loads(given)
    shell: Any = get_ipython()
    played = []
    for number, cells in enumerate(task["variants"]):
        if time.time() > task["until"]:
            break
        played.append(_play(shell, cells, task["seconds"], reseed=number < task["reseed"]))
    display({MIME: played}, raw=True)  # type: ignore[no-untyped-call]


def _play(shell: Any, cells: list[str], seconds: float, *, reseed: bool) -> list[dict[str, Any]]:
    """Return what the cells did in a fork, up to the one that ended it or the time that was given."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.close(reader)
            os.setpgid(0, 0)
            _forget_ways_out(shell, reseed=reseed)
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                for source in cells:
                    pipe.write(json.dumps(_run_cell(shell, source)) + "\n")
                    pipe.flush()
        os._exit(0)
    os.close(writer)
    # Both sides set the group, so that it stands before either goes on.
    with suppress(OSError):
        os.setpgid(child, child)
    body = _read(reader, time.monotonic() + seconds)
    with suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    # What stands after the last line end is half an answer.
    return [json.loads(line) for line in body.split(b"\n")[:-1]]


def _read(reader: int, end: float) -> bytes:
    """Return what comes before the other side closes or the time is over."""
    body = b""
    with selectors.DefaultSelector() as selector, os.fdopen(reader, "rb", buffering=0) as pipe:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and selector.select(left):
            piece = pipe.read(65536)
            if not piece:
                break
            body += piece
    return body


def _forget_ways_out(shell: Any, *, reseed: bool) -> None:
    """Take the kernel's own ways out from a fork, which belong to threads that it does not have."""
    from IPython.core.displaypub import CapturingDisplayPublisher

    shell.display_pub = CapturingDisplayPublisher()  # type: ignore[no-untyped-call]
    shell.showtraceback = shell.showsyntaxerror = shell.showindentationerror = lambda *_, **__: None
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    if reseed:
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()


def _run_cell(shell: Any, source: str) -> dict[str, Any]:
    shown: list[str] = []

    def show(value: object) -> None:
        if value is not None:
            shown.append(str(shell.display_formatter.format(value)[0].get("text/plain", ""))[:LONGEST_TEXT])

    sys.stdout, sys.stderr, sys.displayhook = io.StringIO(), io.StringIO(), show
    done = shell.run_cell(source, store_history=False)
    return {
        "ok": bool(done.success),
        "stderr": sys.stderr.getvalue()[:LONGEST_TEXT],
        "result": shown[-1] if shown else None,
    }
