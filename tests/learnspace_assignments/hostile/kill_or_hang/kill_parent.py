# Kills who started it.
# At most: 0
# %% square
import os

os.kill(os.getppid(), 9)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
