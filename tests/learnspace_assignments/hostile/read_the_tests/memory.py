# Reads the memory of the process that started it.
# At most: 0
# %% square
import os

open(f"/proc/{os.getppid()}/mem", "rb").read(10)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
