# Splits in two, so that each question gets two answers.
# At most: 0
# %% square
import os

os.fork()


def square(x):
    return None
