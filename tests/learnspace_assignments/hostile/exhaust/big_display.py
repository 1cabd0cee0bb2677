# Displays 100 MB at once.
# At most: 0
# %% square
from IPython.display import HTML, display

display(HTML("x" * 100_000_000))


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
