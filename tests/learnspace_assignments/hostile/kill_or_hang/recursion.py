# Calls itself for ever in C.
# At most: 0
# %% square
import sys

sys.setrecursionlimit(10**9)


def square(x):
    return square(x)


# %% first
def first(values):
    raise NotImplementedError
