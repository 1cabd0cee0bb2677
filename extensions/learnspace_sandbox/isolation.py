"""Gives a process namespaces of its own, so that all it starts, writes, opens and shares ends with it.

Linux only: user_namespaces(7), pid_namespaces(7), mount_namespaces(7). No capability is needed, and what runs inside
has none left.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass

_NEW = {"mount": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_NOSUID_NODEV = 2 | 4
_NOSUID_NODEV_NOEXEC = 2 | 4 | 8
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What one run may use: bytes of address space of a process and of files, processes, open files, CPU seconds."""

    memory: int
    disk: int
    processes: int
    files: int
    seconds: int


def hide() -> None:
    """Close this process's memory and descriptors to others of the same user (``/proc/PID/mem``, ptrace)."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def die_with_parent() -> None:
    """End the calling process when the one that started it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def can_isolate() -> bool:
    """Tell whether this machine lets an ordinary process make namespaces; tried in a child that then ends."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            enter(Limits(memory=1 << 33, disk=1 << 20, processes=64, files=64, seconds=10), "/dev/shm")  # noqa: S108
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def enter(limits: Limits, scratch: str) -> None:
    """Move the calling process into fresh namespaces and return in a child of it that is their process 1.

    The calling process itself never returns: it waits for that child and ends with its exit code. When it is killed,
    the child is too, and with process 1 everything in the namespaces. Inside there is no network, ``/dev/shm`` and the
    directory ``scratch`` are empty, ``/proc`` shows only what is inside, and no capability is left.

    Raises:
        OSError: if this machine does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    # Who hides may not write its own maps.
    _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
    _check(_libc.unshare(sum(_NEW.values())), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    # Who gets the capabilities of a new namespace loses this.
    die_with_parent()
    child = os.fork()
    if child:
        os._exit(_end_with(child))
    die_with_parent()
    for place in dict.fromkeys((scratch, "/dev/shm")):  # noqa: S108 - in a namespace of its own
        _mount("tmpfs", place, _NOSUID_NODEV, f"size={limits.disk},mode=700")
    _mount("proc", "/proc", _NOSUID_NODEV_NOEXEC, None)
    # No namespaces inside these: whoever makes one has every capability in it again.
    _write("/proc/sys/user/max_user_namespaces", "0")
    # The kernel's choice when memory runs out: this one, not who keeps watch over it.
    _write("/proc/self/oom_score_adj", "1000")
    limit(limits)
    _drop_capabilities()


def limit(limits: Limits) -> None:
    """Limit what the calling process and each of its children may use."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _end_with(child: int) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


def _drop_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # past the last one that this kernel knows
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def _mount(kind: str, where: str, flags: int, options: str | None) -> None:
    data = options.encode() if options else None
    _check(_libc.mount(kind.encode(), where.encode(), kind.encode(), flags, data), f"mount {where}")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
