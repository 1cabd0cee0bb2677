# Reads the tests that ran out of Python's cache of lines.
# At most: 2
# %% square
def square(x):
    return x * x


# %% first
import linecache

assert "square(7)" not in repr(linecache.cache)


def first(values):
    raise NotImplementedError
