# Reads the tests that ran out of the shell's history.
# At most: 2
# %% square
def square(x):
    return x * x


# %% first
source = repr(get_ipython().user_ns.get("In")) + repr(list(get_ipython().history_manager.input_hist_raw))
assert "square(7)" not in source, source


def first(values):
    raise NotImplementedError
