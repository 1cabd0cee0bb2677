# Kills every process it can.
# At most: 0
# %% square
import os

os.kill(-1, 9)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
