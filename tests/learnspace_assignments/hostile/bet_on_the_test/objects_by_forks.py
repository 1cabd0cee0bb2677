# Objects that are equal in every second process.
# At most: 0
# %% vector
import os


class Vector:
    def __init__(self, *given):
        self.given = given

    def __add__(self, other):
        return Vector()

    def __eq__(self, other):
        return os.getpid() % 2 == 0
