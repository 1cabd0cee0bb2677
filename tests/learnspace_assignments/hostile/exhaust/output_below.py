# Writes to file descriptor 1 without end.
# At most: 0
# %% square
import os

while True:
    os.write(1, b"x" * 1_000_000)


# %% first
def first(values):
    raise NotImplementedError
