"""The memory of the grader: of its processes, and of everything that runs in its sandbox containers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.bench.platform import Platform


def graders(platform: Platform) -> list[psutil.Process]:
    """Return the grader's processes, with the clients of its containers."""
    parent = psutil.Process(platform.processes["grader"].pid)
    return [parent, *parent.children(recursive=True)]


@contextmanager
def memory_of_the_grader(platform: Platform) -> Iterator[list[float]]:
    """Note the PSS in MB, twice a second, of all grader processes and of all that runs in their sandbox containers."""
    seen: list[float] = []
    end = threading.Event()
    containers: dict[str, psutil.Process] = {}

    def everyone() -> Iterator[psutil.Process]:
        for process in graders(platform):
            yield process
            words = process.cmdline()
            if "--name" not in words or "docker" not in words[0]:
                continue
            name = words[words.index("--name") + 1]
            if name not in containers:
                found = subprocess.run(
                    ["docker", "inspect", "-f", "{{.State.Pid}}", name], capture_output=True, text=True, check=False
                ).stdout.strip()
                if not found or found == "0":
                    continue
                containers[name] = psutil.Process(int(found))
            with suppress(psutil.NoSuchProcess):
                yield containers[name]
                yield from containers[name].children(recursive=True)

    def watch() -> None:
        while not end.wait(0.5):
            total = 0.0
            with suppress(psutil.NoSuchProcess, FileNotFoundError):
                for process in everyone():
                    with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                        total += process.memory_full_info().pss / 1e6
                seen.append(total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()
