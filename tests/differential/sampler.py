"""The assignment ``sampler``: a question of each kind that nbgrader grades, in two notebooks with a file beside them."""
# ruff: noqa: E501 - an answer of a learner is easier to read in one line

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

NAME = "sampler"
DATA = "day,steps\nMon,4000\nTue,6500\nWed,5200\n"

SETUP = "import math\nimport warnings\n\nimport numpy as np"
TESTS: dict[str, tuple[float, str]] = {
    "square": (2, "assert square(3) == 9\n### BEGIN HIDDEN TESTS\nassert square(-4) == 16\n### END HIDDEN TESTS"),
    "greet": (1, "assert greet('Zoë') == 'Hello, Zoë!', 'say Hello, NAME!'\nassert greet('小明') == 'Hello, 小明!'"),
    "share": (4, "right = sum(share(n, 4) == n / 4 for n in range(1, 5))\nprint(right, 'of 4')\nright"),
    "mean": (
        2,
        "np.testing.assert_allclose(mean([1, 2, 4]), 7 / 3)\n### BEGIN HIDDEN TESTS\n"
        "assert math.isclose(mean([0.1] * 10), 0.1)\n### END HIDDEN TESTS",
    ),
    "refuse": (1, "try:\n    refuse(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no ValueError')"),
    "table": (2, "import io, contextlib\nsaid = io.StringIO()\nwith contextlib.redirect_stdout(said):\n    table(2)\n"
              "assert said.getvalue() == '2 4\\n3 9\\n'"),
    "steps": (2, "assert steps('steps.csv') == 15700\n### BEGIN HIDDEN TESTS\nassert type(steps('steps.csv')) is int\n"
              "### END HIDDEN TESTS"),
    "countdown": (2, "got = countdown(3)\nassert list(got) == [3, 2, 1]\nassert list(countdown(0)) == []"),
    "letters": (1, "assert letters('abca') == {'a': 2, 'b': 1, 'c': 1}\nassert set(letters('')) == set()"),
    "even": (1, "for number, wanted in [(2, True), (3, False), (0, True)]:\n    assert even(number) is wanted, number"),
    "draw": (2, "axes = draw()\nassert axes.get_title()\nassert len(axes.lines) == 1"),
    "grid": (1, "assert grid(2, 3).shape == (2, 3)\nassert (grid(2, 3) == 1).all()"),
}  # fmt: skip
ANSWERS = {
    "square": "def square(x):\n    return x * x",
    "greet": "def greet(name):\n    return f'Hello, {name}!'",
    "share": "def share(a, b):\n    return a / b",
    "mean": "def mean(values):\n    return sum(values) / len(values)",
    "refuse": "def refuse(n):\n    if n < 0:\n        raise ValueError(n)\n    return n",
    "table": "def table(start):\n    for n in (start, start + 1):\n        print(n, n * n)",
    "steps": (
        "import csv\n\ndef steps(path):\n    with open(path, encoding='utf-8') as file:\n"
        "        return sum(int(row['steps']) for row in csv.DictReader(file))"
    ),
    "countdown": "def countdown(n):\n    while n > 0:\n        yield n\n        n -= 1",
    "letters": "def letters(text):\n    return {one: text.count(one) for one in text}",
    "even": "def even(n):\n    return n % 2 == 0",
    "draw": (
        "import matplotlib.pyplot as plt\n\ndef draw():\n    figure, axes = plt.subplots()\n"
        "    axes.plot([1, 2], [1, 4])\n    axes.set_title('Squares')\n    return axes"
    ),
    "grid": "def grid(rows, columns):\n    return np.ones((rows, columns))",
}
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def write_sampler(folder: Path) -> None:
    """Write the assignment's source into a folder."""
    folder.mkdir(parents=True)
    cells = [_cell("markdown", "# A bit of everything"), _cell("code", SETUP, grade_id="setup", locked=True)]
    for name, (points, test) in TESTS.items():
        answer = f"### BEGIN SOLUTION\n{ANSWERS[name]}\n### END SOLUTION"
        cells.append(_cell("markdown", f"## {name}"))
        cells.append(_cell("code", answer, grade_id=name, solution=True))
        cells.append(_cell("code", test, grade_id=f"{name}-tests", grade=True, locked=True, points=points))
    cells += [
        _cell("code", "### BEGIN SOLUTION\nprint('my own way')\n### END SOLUTION", grade_id="own", grade=True,
              solution=True, points=3),
        _cell("markdown", "Say why.", grade_id="why", grade=True, solution=True, points=2),
        _cell("markdown", "Make a drawing.", grade_id="task", task=True, locked=True, points=5),
    ]  # fmt: skip
    _write(cells, folder / "everything.ipynb")
    second = [
        _cell("code", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", grade_id="answer", solution=True),
        _cell("code", "assert answer == 42", grade_id="answer-tests", grade=True, locked=True, points=1),
    ]
    _write(second, folder / "second.ipynb")
    (folder / "steps.csv").write_text(DATA, encoding="utf-8")


def _write(cells: list[NotebookNode], path: Path) -> None:
    for number, cell in enumerate(cells):
        cell.id = f"{path.stem}-{number}"
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def _cell(kind: str, source: str, **grading: object) -> NotebookNode:
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(source)
    if grading:
        given = {"schema_version": 3, "cell_type": kind, "grade": False, "solution": False, "locked": False}
        made.metadata.nbgrader = {**given, "task": False, **grading}
    return made


OTHER_ANSWERS: dict[str, dict[str, str]] = {
    # right, in another way
    "lambdas": {"square": "square = lambda x: x ** 2", "even": "even = lambda n: not n % 2"},
    "recursive": {"countdown": "def countdown(n):\n    return [n, *countdown(n - 1)] if n else []"},
    "numpy": {
        "mean": "def mean(values):\n    return np.mean(values)",
        "square": "def square(x):\n    return np.square(x)",
        "letters": "def letters(text):\n    names, counts = np.unique(list(text), return_counts=True)\n"
        "    return dict(zip(names.tolist(), counts.tolist()))",
    },
    "pandas": {"steps": "import pandas as pd\n\ndef steps(path):\n    return int(pd.read_csv(path)['steps'].sum())"},
    "collections": {"letters": "from collections import Counter\n\ndef letters(text):\n    return Counter(text)"},
    "fractions": {
        "share": "from fractions import Fraction\n\ndef share(a, b):\n    return Fraction(a, b)",
        "mean": "from fractions import Fraction\n\ndef mean(values):\n    return float(sum(map(Fraction, values)) / len(values))",
    },
    "decimals": {"square": "from decimal import Decimal\n\ndef square(x):\n    return Decimal(x) * x"},
    "classes": {
        "square": "class Number(int):\n    def squared(self):\n        return Number(self * self)\n\n"
        "def square(x):\n    return Number(x).squared()",
        "letters": "class Counts(dict):\n    pass\n\ndef letters(text):\n    return Counts((a, text.count(a)) for a in text)",
    },
    "own-equality": {
        "square": "class Value:\n    def __init__(self, n):\n        self.n = n\n\n    def __eq__(self, other):\n"
        "        return self.n == other\n\n    __hash__ = None\n\ndef square(x):\n    return Value(x * x)"
    },
    "dataclass": {
        "greet": "from dataclasses import dataclass\n\n@dataclass\nclass Greeting:\n    name: str\n\n    def text(self):\n"
        "        return f'Hello, {self.name}!'\n\ndef greet(name):\n    return Greeting(name).text()"
    },
    "cached": {"square": "from functools import lru_cache\n\n@lru_cache\ndef square(x):\n    return x * x"},
    "remembers": {
        "square": "seen = {}\n\ndef square(x):\n    if x not in seen:\n        seen[x] = x * x\n    return seen[x]",
        "even": "calls = 0\n\ndef even(n):\n    global calls\n    calls += 1\n    return n % 2 == 0",
    },
    "one-iterator": {"countdown": "def countdown(n):\n    return iter(range(n, 0, -1))"},
    "file-read-at-top": {
        "steps": "import csv\n\nwith open('steps.csv') as file:\n    TOTAL = sum(int(row['steps']) for row in csv.DictReader(file))"
        "\n\ndef steps(path):\n    return TOTAL"
    },
    "writes-a-file": {
        "steps": "def steps(path):\n    lines = open(path).read().split()[1:]\n    total = sum(int(one.split(',')[1]) for one in lines)\n"
        "    with open('total.txt', 'w') as file:\n        file.write(str(total))\n    return int(open('total.txt').read())"
    },
    "threads": {
        "square": "from concurrent.futures import ThreadPoolExecutor\n\ndef square(x):\n    with ThreadPoolExecutor(2) as pool:\n"
        "        return pool.submit(lambda: x * x).result()"
    },
    "subprocess": {
        "square": "import subprocess, sys\n\ndef square(x):\n    code = f'print({x} * {x})'\n"
        "    return int(subprocess.run([sys.executable, '-c', code], capture_output=True).stdout)"
    },
    "ufunc-warning": {"mean": "def mean(values):\n    np.log(np.zeros(1))\n    return sum(values) / len(values)"},
    "asserts": {"square": "def square(x):\n    assert isinstance(x, int), 'a whole number'\n    return x * x"},
    "typed": {"square": "def square(x: int) -> int:\n    '''Return x times x.'''\n    return x * x\n\nhelp(square)"},
    "try-it-out": {
        "greet": "def greet(name):\n    return f'Hello, {name}!'\n\ngreet('Ann')\nprint(greet('Bo'))\ngreet('Cy')"
    },
    "shows-frame": {
        "steps": "import pandas as pd\n\ndef steps(path):\n    return int(pd.read_csv(path).steps.sum())\n\n"
        "pd.read_csv('steps.csv')"
    },
    "figure-left-open": {
        "draw": "import matplotlib.pyplot as plt\n\ndef draw():\n    plt.plot([1, 2])\n    plt.title('Mine')\n"
        "    return plt.gca()"
    },
    "long-output": {"square": "def square(x):\n    print('x' * 100_000)\n    return x * x"},
    "many-lines": {"square": "def square(x):\n    for n in range(3000):\n        print(n)\n    return x * x"},
    "colours": {"greet": "def greet(name):\n    print('\\x1b[31mred\\x1b[0m')\n    return f'Hello, {name}!'"},
    "odd-signs": {"greet": "def greet(name):\n    print('a\\0b\\x07\\u202e\\ud83d')\n    return f'Hello, {name}!'"},
    # wrong
    "half-of-partial": {"share": "def share(a, b):\n    return a / b if a < 3 else 0"},
    "none-of-partial": {"share": "def share(a, b):\n    return -1"},
    "partial-of-nan": {
        "share": "class N(float):\n    def __eq__(self, other):\n        return float('nan')\n\n"
        "def share(a, b):\n    return N(a / b)"
    },
    "partial-too-much": {
        "share": "class N(float):\n    def __eq__(self, other):\n        return 3\n\n"
        "def share(a, b):\n    return N(a / b)"
    },
    "swallows-all": {
        "refuse": "def refuse(n):\n    try:\n        raise ValueError(n)\n    except ValueError:\n        return n"
    },
    "prints-not-returns": {
        "square": "def square(x):\n    print(x * x)",
        "greet": "def greet(name):\n    print('Hello, ' + name)",
    },
    "off-by-one": {"countdown": "def countdown(n):\n    return range(n, -1, -1)"},
    "array-for-number": {"square": "def square(x):\n    return np.array([x * x, x * x])"},
    "numpy-bool": {"even": "def even(n):\n    return np.mod(n, 2) == 0"},
    "hard-coded": {"square": "def square(x):\n    return 9"},
    "no-function": {"square": "square = 9", "even": "even = True"},
    "deep-recursion": {"square": "def square(x):\n    return square(x)"},
    "unknown-name": {"square": "def square(x):\n    return y * y"},
    "missing-package": {"square": "import package_that_nobody_has\n\ndef square(x):\n    return x * x"},
    "keyboard-interrupt": {"square": "def square(x):\n    raise KeyboardInterrupt"},
    "exits-in-function": {"square": "import sys\n\ndef square(x):\n    sys.exit('done')"},
    "own-name-of-builtin": {"square": "def square(x):\n    return x * x\n\nlist = [1, 2]\nsum = 3"},
    "endless": {"square": "def square(x):\n    while True:\n        pass"},
}
"""Answers, right and wrong, that differ from the reference; what is not named is answered by the reference."""
