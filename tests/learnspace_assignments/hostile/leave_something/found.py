# Finds what the others left.
# At most: 6
# %% square
import math
import os

left = [os.path.exists(p) for p in ("/tmp/left", "left", "/dev/shm/left")]
assert not any(left) and not hasattr(math, "left"), left
assert len([p for p in os.listdir("/proc") if p.isdigit()]) == 1


def square(x):
    return x * x


# %% first
def first(values):
    return values[0]
