# Ignores every signal and never ends.
# At most: 0
# %% square
import signal

for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass


# %% first
def first(values):
    raise NotImplementedError
