# Binds an abstract socket, which no file system shows.
# At most: 0
# %% square
import socket

kept = socket.socket(socket.AF_UNIX)
kept.bind("\0learnspace")


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
