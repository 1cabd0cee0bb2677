"""What grading takes of a machine: memory and CPU of the grader's processes, and of its sandbox containers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.bench.platform import Platform

GONE = (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError)


class Usage:
    """What was taken so far, looked at twice a second; ``memory`` is the most, as PSS in MB."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._containers: dict[str, psutil.Process] = {}
        self._began: dict[str, float] = {}
        self._now: dict[str, float] = {}
        self._processes_began = self._processes_now = self._of_processes()
        self.memory = 0.0
        self.look()
        self._began = dict(self._now)

    @property
    def processes_cpu(self) -> float:
        """CPU seconds of the grader's processes."""
        return self._processes_now - self._processes_began

    @property
    def sandboxes_cpu(self) -> float:
        """CPU seconds of all that ran in the sandbox containers."""
        return sum(self._now.values()) - sum(self._began.values())

    def look(self) -> None:
        """Look once."""
        total = 0.0
        with suppress(*GONE):
            for process in [*self._graders(), *self._sandboxed()]:
                with suppress(*GONE):
                    total += process.memory_full_info().pss / 1e6
        self.memory = max(self.memory, total)
        self._processes_now = self._of_processes()
        for name, process in self._containers.items():
            with suppress(*GONE):
                self._now[name] = _cpu_of_container(process.pid)

    def _graders(self) -> list[psutil.Process]:
        """Return the grader's processes, with the clients of its containers."""
        parent = psutil.Process(self._platform.processes["grader"].pid)
        return [parent, *parent.children(recursive=True)]

    def _of_processes(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._graders())

    def _sandboxed(self) -> Iterator[psutil.Process]:
        for process in self._graders():
            words = process.cmdline()
            if "--name" not in words or "docker" not in words[0]:
                continue
            name = words[words.index("--name") + 1]
            if name not in self._containers:
                found = subprocess.run(
                    ["docker", "inspect", "-f", "{{.State.Pid}}", name], capture_output=True, text=True, check=False
                ).stdout.strip()
                if not found or found == "0":
                    continue
                self._containers[name] = psutil.Process(int(found))
            with suppress(psutil.NoSuchProcess):
                yield self._containers[name]
                yield from self._containers[name].children(recursive=True)


@contextmanager
def usage_of_the_grader(platform: Platform) -> Iterator[Usage]:
    """Look at what the grader takes, until the block ends."""
    usage = Usage(platform)
    end = threading.Event()

    def watch() -> None:
        while not end.wait(0.5):
            usage.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield usage
    finally:
        end.set()
        thread.join()
        usage.look()


def _cpu_of_container(pid: int) -> float:
    """Return the CPU seconds of a container since it began, from its control group (cgroups(7), version 1 or 2)."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, place = line.split(":", 2)
        if controllers == "":
            usage = Path(f"/sys/fs/cgroup{place}/cpu.stat")
            if usage.exists():
                return int(usage.read_text().split()[1]) / 1e6
        if "cpuacct" in controllers.split(","):
            return int(Path(f"/sys/fs/cgroup/cpuacct{place}/cpuacct.usage").read_text()) / 1e9
    return 0
