# Changes a module in memory.
# At most: 0
# %% square
import math

math.left = True
math.sqrt = lambda x: 0


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
