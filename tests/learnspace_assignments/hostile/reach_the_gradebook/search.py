# Looks for a gradebook everywhere.
# At most: 0
# %% square
import os

for folder, _, files in os.walk("/"):
    assert "gradebook.db" not in files, folder


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
