# Fills files that are nowhere but in memory.
# At most: 0
# %% square
import os

for n in range(100):
    file = os.memfd_create(str(n))
    for _ in range(60):
        os.write(file, b"x" * 1_000_000)
