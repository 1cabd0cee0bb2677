# Writes to the root file system.
# At most: 0
# %% square
open("/usr/lib/python3.11/sitecustomize.py", "w").write("x")


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
