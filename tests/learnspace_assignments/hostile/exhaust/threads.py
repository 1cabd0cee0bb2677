# Starts threads without end.
# At most: 0
# %% square
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,)).start()


# %% first
def first(values):
    raise NotImplementedError
