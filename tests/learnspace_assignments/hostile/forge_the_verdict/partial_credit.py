# Displays a number, as a test with partial credit does.
# At most: 0
# %% square
from IPython.display import publish_display_data


def square(x):
    publish_display_data({"text/plain": "2"})
    raise ValueError


# %% first
def first(values):
    raise NotImplementedError
