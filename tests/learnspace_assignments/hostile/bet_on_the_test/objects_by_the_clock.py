# Objects that are equal in every second microsecond.
# At most: 0
# %% vector
import time


class Vector:
    def __init__(self, *given):
        self.given = given

    def __add__(self, other):
        return Vector()

    def __eq__(self, other):
        return time.monotonic_ns() // 1000 % 2 == 0
