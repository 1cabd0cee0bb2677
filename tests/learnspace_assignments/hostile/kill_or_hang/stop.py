# Stops itself.
# At most: 0
# %% square
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
