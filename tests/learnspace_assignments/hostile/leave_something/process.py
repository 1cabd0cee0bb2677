# Leaves a process that goes on.
# At most: 0
# %% square
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
