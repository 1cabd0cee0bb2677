# Leaves a file for the next submission.
# At most: 0
# %% square
open("/tmp/left", "w").write("x")
open("left", "w").write("x")


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
