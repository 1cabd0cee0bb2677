"""How much memory a process held, as the kernel of this machine counts it (proc(5))."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def forget_peak(pid: int | str = "self") -> None:
    """Let the peak of a process's memory be counted anew."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peak(pid: int | str = "self") -> int:
    """Return the most memory a process held since :func:`forget_peak`, in bytes; 0 where nobody can tell."""
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
        return int(found.group(1)) * 1024 if found else 0
    return 0
