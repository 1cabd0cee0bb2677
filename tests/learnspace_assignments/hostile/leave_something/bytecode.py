# Writes bytecode where Python would find it.
# At most: 0
# %% square
import importlib.util

place = importlib.util.cache_from_source(importlib.util.find_spec("json").origin)
open(place, "wb").write(b"x")


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
