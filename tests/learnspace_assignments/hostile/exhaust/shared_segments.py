# Takes System V shared memory, which outlives the process that made it.
# At most: 0
# %% square
import ctypes

libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
while True:
    number = libc.shmget(0, 50_000_000, 0o1600)
    ctypes.memset(libc.shmat(number, None, 0), 1, 50_000_000)
