# Changes what it is called with, and says that everything else was changed too.
# At most: 0
# %% total
def total(values):
    values.clear()
    values.append(0)
    return values


# %% first
from learnspace_sandbox import answering

answer = answering.Answering.answer


def changed(self, message):
    reply = answer(self, message)
    reply["changed"] = [[number, ["list", number, []]] for number in range(-3, 3)]
    return reply


answering.Answering.answer = changed


def first(values):
    return values
