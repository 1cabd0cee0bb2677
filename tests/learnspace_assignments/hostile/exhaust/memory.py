# Takes all memory.
# At most: 0
# %% square
kept = [bytearray(1 << 20) for _ in range(100_000)]


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
