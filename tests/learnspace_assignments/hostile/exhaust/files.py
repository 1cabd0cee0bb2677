# Opens files without end.
# At most: 0
# %% square
kept = []
while True:
    kept.append(open("/dev/null"))


# %% first
def first(values):
    raise NotImplementedError
