# Uses nbgrader's own interface.
# At most: 0
# %% square
from nbgrader.api import Gradebook

Gradebook("sqlite:////gradebook.db").assignments


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
