# Prints without end.
# At most: 0
# %% square
while True:
    print("x" * 100_000)


# %% first
def first(values):
    raise NotImplementedError
