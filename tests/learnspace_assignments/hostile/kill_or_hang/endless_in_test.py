# Never ends while a test runs.
# At most: 0
# %% square
def square(x):
    while True:
        pass


# %% first
def first(values):
    raise NotImplementedError
