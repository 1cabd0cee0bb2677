# Asks the kernel for what has broken out of containers before.
# At most: 0
# %% square
import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "mount": 165, "umount2": 166, "pivot_root": 155, "ptrace": 101, "keyctl": 250, "add_key": 248, "bpf": 321,
    "userfaultfd": 323, "perf_event_open": 298, "io_uring_setup": 425, "setns": 308, "unshare": 272, "open_tree": 428,
    "process_vm_readv": 310, "name_to_handle_at": 303, "kcmp": 312, "pidfd_getfd": 438, "move_mount": 429,
}
ARGUMENTS = {"unshare": (0x10000000,), "mount": (b"none", b"/tmp", b"tmpfs", 0, None), "ptrace": (16, 1)}
allowed = [name for name, number in CALLS.items() if libc.syscall(number, *ARGUMENTS.get(name, (0, 0, 0, 0, 0))) >= 0]
refused = [name for name in CALLS if name not in allowed]


def opens(family, protocol=0):
    try:
        socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_DGRAM, protocol).close()
    except OSError:
        return False
    return True


allowed += [family for family in (17, 38, 40, 44) if opens(family)]
allowed += [f"netlink {protocol}" for protocol in (4, 6, 9, 12, 15, 16, 20, 21) if opens(16, protocol)]
assert not allowed, allowed
1 / 0


# %% first
def first(values):
    return values[0] if allowed else None
