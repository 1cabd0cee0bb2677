# Reads where nothing is.
# At most: 0
# %% square
import ctypes

ctypes.string_at(0)


# %% first
def first(values):
    raise NotImplementedError
