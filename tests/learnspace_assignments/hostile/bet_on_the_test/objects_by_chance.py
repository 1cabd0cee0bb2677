# Objects that say at random whether they are equal.
# At most: 0
# %% vector
import os


class Vector:
    def __init__(self, *given):
        self.given = given

    def __add__(self, other):
        return Vector()

    def __eq__(self, other):
        return os.urandom(1)[0] < 64
