# Leaves what belongs to a process: environment, limits, names of modules, a handler at the end.
# At most: 0
# %% square
import atexit
import os
import sys

os.environ["PYTHONSTARTUP"] = os.environ["LEFT"] = "/tmp/left"
sys.modules["left"] = sys
sys.path.insert(0, "/tmp")
atexit.register(lambda: open("/tmp/left", "w").close())
open("/dev/shm/left-too", "w").close()
