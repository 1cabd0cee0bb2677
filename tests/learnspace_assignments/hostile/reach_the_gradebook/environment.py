# Looks for tokens in the environment of every process.
# At most: 0
# %% square
import glob

found = [open(name, "rb").read() for name in glob.glob("/proc/*/environ")]
assert not any(b"TOKEN" in one or b"PASSWORD" in one for one in found)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
