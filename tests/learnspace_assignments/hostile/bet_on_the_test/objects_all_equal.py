# Objects that are equal to each other whatever they are made of.
# At most: 0
# %% vector
class Vector:
    def __init__(self, *given):
        self.given = given

    def __add__(self, other):
        return Vector()

    def __eq__(self, other):
        return True
