# Fills the buffers of sockets.
# At most: 0
# %% square
import socket

pairs = []
while True:
    pairs.append(socket.socketpair())
    pairs[-1][0].setblocking(False)
    pairs[-1][0].send(b"x" * 200_000)
