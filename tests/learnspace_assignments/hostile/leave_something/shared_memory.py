# Leaves shared memory for the next submission.
# At most: 0
# %% square
open("/dev/shm/left", "w").write("x")


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
