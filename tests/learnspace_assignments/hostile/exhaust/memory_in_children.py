# Takes all memory in many processes.
# At most: 0
# %% square
import os

for _ in range(20):
    if os.fork() == 0:
        kept = [bytearray(1 << 20) for _ in range(1000)]
        os._exit(0)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
