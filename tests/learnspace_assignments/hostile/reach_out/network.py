# Opens a connection to the outside.
# At most: 0
# %% square
import socket

socket.create_connection(("1.1.1.1", 53), timeout=2)


def square(x):
    raise NotImplementedError


# %% first
def first(values):
    raise NotImplementedError
