# Lets no error be shown.
# At most: 0
# %% square
type(get_ipython()).showtraceback = lambda *a, **k: None
type(get_ipython())._showtraceback = lambda *a, **k: None


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
