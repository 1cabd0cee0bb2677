# Never ends.
# At most: 0
# %% square
while True:
    pass


# %% first
def first(values):
    raise NotImplementedError
