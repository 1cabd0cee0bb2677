# Raises SystemExit while a test runs.
# At most: 0
# %% square
def square(x):
    raise SystemExit(0)


# %% first
def first(values):
    raise NotImplementedError
