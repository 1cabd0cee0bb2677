"""Judges an answer from outside: runs a test in a process in which no code of the notebook ever runs.

The test's names stand for what the notebook defined. Calls go to the notebook's process (:mod:`.answering`) as plain
data, and plain data comes back, to be compared here. So the notebook sees what its functions are called with, and
nothing of what the test expects: to pass, it has to give the answer.

What a test does with the interpreter or the process itself cannot be done from outside; it is then not judged here.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import io
import secrets
import shutil
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

from learnspace_sandbox.answering import PLAIN, Converse, restore
from learnspace_sandbox.beside import Files
from learnspace_sandbox.comparing import Comparing
from learnspace_sandbox.expecting import LATER, make_later
from learnspace_sandbox.lent import USES, kind_of
from learnspace_sandbox.models import CellTimeoutError
from learnspace_sandbox.others import is_round
from learnspace_sandbox.remote import Remote, about, number_of
from learnspace_sandbox.shared import STREAMS, Message, Shared
from learnspace_sandbox.values import BY_NAME, LARGEST, NotPlain, Packed, Packer, Unpacker
from learnspace_sandbox.wording import BESIDE, ON_FILES, patches, words_of

DECOYS = 4096
"""Numbers among which an object of the notebook's has to know the one that is expected."""
HARMLESS = frozenset(
    (
        *(
            "among",
            "equals",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "contains",
            "getattr",
            "getitem",
            "isinstance",
            "type",
        ),
        *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs", "round", "getitem"),
        *("repr", "str", "format", "hash", "len", "bool", "int", "float", "complex", "index"),
    )
)
"""What leaves an object as it is."""
MOST_GIVEN = 2_000_000
"""Elements that a test may give at once."""
MOST = 1 << 40
"""Of larger numbers, others with a fraction are the same."""
THERE = ("matplotlib", "pylab", "IPython", "inspect")
"""Modules with a state that the notebook's code changes, or that look into its objects: used where those are."""


class _Stopped(BaseException):
    """The test cannot go on: ``why`` says it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


NOTHING_TOLD: Message = {"shadowed": False, "files": False, "plain": False, "binds": [], "changes": False}
"""What is said of a test that was not judged to its end."""


def _unjudged(word: str) -> Message:
    return {"verdict": "", "points": None, "why": "test", "word": word, **NOTHING_TOLD}


class Judge:
    """Runs one test.

    Args:
        source: the test, in plain Python.
        helpers: what other trusted cells define for tests: imports and functions.
        converse: the way to the notebook.
        shadows: whether the notebook's own name counts where it stands for something of Python's, such as ``abs``.
    """

    def __init__(self, source: str, helpers: str, converse: Converse, *, shadows: bool = False) -> None:
        self._source, self._helpers, self.shadows = source, helpers, shadows
        self._converse = converse
        self._remotes: dict[int, Any] = {}
        self._own: list[Any] = []
        """What the test gave of its own that an answer may use, by the numbers that it has there."""
        self._answers = 0
        self._copies: dict[int, tuple[int, int]] = {}
        self._held: list[Any] = []
        """What the notebook sent and still has, so that it means the same value when it is sent back."""
        self._familiar: set[int] = set()
        self.objects = Comparing(self)
        self._harmless = False
        self._errors: dict[str, type[BaseException]] = {}
        self._raised: list[BaseException] = []
        self._asked = False
        """Whether the notebook gave any value yet."""
        self._plain = True
        """Whether all that the notebook gave were plain values and functions, so that nothing of it could judge."""
        self._shared = Shared()
        self._exchanged: list[tuple[Any, Packed]] = []
        """Changeable values that both sides have, each with what it was then."""
        self._why = self._word = ""
        self.names = _Names(self)
        self.python = vars(builtins) | {
            "__import__": self._import, "type": _type_of, "isinstance": self._isinstance, "callable": _callable,
            "globals": lambda: _Globals(self.names), LATER: self.objects.make_later,
        }  # fmt: skip

    def verdict(self) -> Message:
        """Return how the test ends.

        ``verdict`` is ``ok``, ``failed`` or ``timeout``, whatever an error is called; ``points`` the number that it
        gives as partial credit; ``why`` is empty, ``test`` if this test can only be run in the notebook, and ``object``
        if an object would have had to judge itself; ``word`` is what in its text asks for the notebook. ``shadowed``
        says that the notebook has its own of Python's names, ``files`` that the test works with files, ``plain`` that
        nothing but plain values and functions came from the notebook. ``binds`` are the names that the test gave to
        something, and ``changes`` says that it changed a value that the notebook has too.
        """
        points: float | None = None
        given: set[str] = set()
        try:
            tree = ast.parse(self._source)
            helping = ast.parse(self._helpers)
        except (SyntaxError, ValueError, RecursionError):
            return _unjudged("")
        words = {*words_of(tree), *words_of(helping)}
        if beside := sorted(words & BESIDE):
            return _unjudged(beside[0])
        if patches(tree) or patches(helping):
            return _unjudged("patch")
        draws = bool(words & {"random", "seed", "shuffle", "sample", "choice", "RandomState"})
        self._shared = Shared(_fresh_files() if words & ON_FILES else None, draws=draws)
        make_later(tree)
        verdict = "ok"
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                mentioned = (node for part in (tree, helping) for node in ast.walk(part) if isinstance(node, ast.Name))
                self.names.prepare({"Exception", *(node.id for node in mentioned)})  # a probe may mention it too
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(helping, "<test>", "exec"), self.names)  # noqa: S102 - a teacher's
                given = set(self.names)
                exec(compile(tree, "<test>", "exec"), self.names)  # noqa: S102 - a teacher's
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), "<test>", "eval"), self.names)  # noqa: S307
                    points = _points(value)
                self.objects.be_sure(last=True)
        except CellTimeoutError:
            verdict = "timeout"
        except BaseException:
            verdict = "failed"
        finally:
            builtins.input = _INPUT
        told: Message = {"shadowed": self.names.shadowed, "files": self._shared.files is not None}
        told |= {"plain": self._plain and not self._own, "binds": sorted(set(self.names) - given)}
        told["changes"] = any(_as_it_is(value) != before for value, before in self._exchanged)
        return {"verdict": verdict, "points": points, "why": self._why, "word": self._word, **told}

    def use(self, do: str, *given: Any, **named: Any) -> Any:
        """Have something done in the notebook and return what comes of it."""
        self._harmless = do in HARMLESS
        if not self._harmless:
            self.objects.before_a_change()
            self._harmless = False
        packer = Packer(self._sent, aliases=self._copies, most=MOST_GIVEN)
        asked: Message = {
            "do": do,
            "given": [packer.pack(one) for one in given],
            "named": {name: packer.pack(one) for name, one in named.items()},
        }
        return self.ask(asked, packer.kept)

    def ask(self, message: Message, kept: list[Any]) -> Any:
        """Send a question and return the answer to it, or raise what it raised there."""
        if self._why:
            raise _Stopped(self._why)  # a test that went on all the same
        self._asked = True
        reply = self._converse(message | self._around())
        while "call" in reply:
            reply = self._converse(self._called(reply))
        if "gone" in reply:
            self.stop("object")
        try:
            unpacker = Unpacker(self._received, kept)
            value = unpacker.unpack(reply["value"]) if "value" in reply else None
            self._keep(unpacker)
            restore(kept, reply["changed"], unpacker)
            self._shared.take(reply)
            error = self._error(reply["raised"]) if "raised" in reply else None
            sys.stdout.write(reply["said"])
            if kept or unpacker.kept:
                self._exchanged += [(one, _as_it_is(one)) for one in (*kept, value)]
        except Exception:  # whatever a forged message makes of it
            self.stop("object")
        if error is not None:
            self._raised.append(error)
            self._plain = False
            raise error
        return value

    def found(self, names: list[str]) -> dict[str, Any]:
        """Return those of the names that the notebook has."""
        reply = self._converse({"do": "names", "names": names} | self._around())
        try:
            self._shared.take(reply)
            packed = {name: reply["names"][name] for name in names if name in reply["names"]}
            unpacker = Unpacker(self._received)
            found = {name: self.familiar(name, unpacker.unpack(one)) for name, one in packed.items()}
            self._keep(unpacker)
            return found
        except Exception:  # whatever a forged message makes of it
            self.stop("object")

    def _keep(self, unpacker: Unpacker) -> None:
        for number, value in unpacker.kept.items():
            self._copies[id(value)] = self._answers, number
            self._held.append(value)
        self._answers += 1

    def familiar(self, name: str, value: Any) -> Any:
        """Return what a name of the test stands for; a class, named like one, becomes one that the test works with."""
        if name[:1].isupper() and isinstance(value, Remote) and about(value)["kind"] == "class":
            self._familiar.add(number_of(value))
        return value

    def knows(self, kind: int) -> bool:
        """Tell whether the test works with a class by name."""
        return kind in self._familiar

    def among(self, remote: Remote, value: float) -> bool:
        """Tell whether an object equals a number, and none of many others among which it cannot tell that one."""
        if abs(value) > MOST:
            self.stop("object")
        place = secrets.randbelow(DECOYS)
        said = self.use("equals", remote, [value + number - place for number in range(DECOYS)])
        if type(said) is not list or len(said) != DECOYS:
            self.stop("object")
        equal = [number for number, one in enumerate(said) if one is True]
        if len(equal) > 1 and not (self.knows(about(remote)["type"]) and is_round(equal, DECOYS)):
            self.stop("object")
        return place in equal

    def stands(self, number: int, remote: Remote) -> None:
        """Take note of what stands for an object from now on."""
        self._remotes[number] = remote

    def object(self) -> None:
        """End the test: an object would have to judge itself."""
        self.stop("object")

    def stop(self, why: str, word: str = "") -> NoReturn:
        """End the test, even if it goes on."""
        if not self._why:
            self._why, self._word = why, word
        raise _Stopped(self._why)

    def _around(self) -> Message:
        """Return what has to be the same on both sides while something is done there."""
        found = self._shared.changes()
        asked = self.names.get("input") or (builtins.input if builtins.input is not _INPUT else None)
        if asked is not None and not isinstance(asked, Remote):
            found["input"] = self._sent(lambda *given: asked(*given))
        return found

    def _sent(self, value: Any) -> Packed:
        """Return the number of an object of the notebook's, or of what the test gives of its own and keeps."""
        if isinstance(value, Remote):
            if not self._harmless:
                self.objects.touched(value)
            return ["yours", number_of(value)]
        if type(value) in self._errors.values() or value in self._errors.values():
            self.stop("object")
        if type(value) in STREAMS.values():
            return ["stream", self._shared.streams.give(value)]
        kind = kind_of(value)
        if kind is None:
            self.stop("object") if self._is_given(value) else self.stop("test", type(value).__name__)
        number = next((number for number, one in enumerate(self._own) if one is value), None)
        if number is None:
            number = len(self._own)
            self._own.append(value)
        return [kind, number]

    def _is_given(self, value: Any) -> bool:
        """Tell whether a value that cannot be sent may come of an answer, not of the text of the test."""
        if isinstance(value, type) and issubclass(value, BaseException):
            return value.__module__ != "__main__"
        return any(value is one for one in self._raised) or (self._asked and _is_much(value))

    def _received(self, packed: Packed) -> Any:
        kind, number, *told = packed
        if type(number) is not int or number < 0:
            raise NotPlain
        if kind == "yours":
            return self._own[number]
        if kind == "stream":
            return self._shared.streams[number]
        if kind != "own" or type(told[0]["type"]) is not int:
            raise NotPlain
        if told[0]["kind"] not in ("function", "object", "class", "error", "module") or "plain" not in told[0]:
            raise NotPlain
        self._plain &= told[0]["kind"] in ("function", "module")
        if told[0]["kind"] == "error":
            return self._error_class(told[0]["lineage"])
        return self._remotes.setdefault(number, Remote(self, number, told[0]))

    def _called(self, asked: Message) -> Message:
        """Do what the notebook asks of a function or an iterator that the test gave it."""
        try:
            self._shared.take(asked)
            unpacker = Unpacker(self._received)
            own = self._own[asked["call"]]
            use = USES[kind_of(own) or ""][asked["use"]]
            given = [unpacker.unpack(one) for one in asked["given"]]
            named = {name: unpacker.unpack(one) for name, one in asked["named"].items()}
        except Exception:  # whatever a forged message makes of it
            self.stop("object")
        try:
            key, value = "value", use(own, *given, **named)
        except StopIteration as error:
            key, value = "ended", error.value
        except Exception as error:
            return {"raised": {"name": type(error).__name__, "text": str(error)}} | self._shared.changes()
        self._harmless = False  # what it is given, it may change
        # What is packed first may be a stream, which then goes along.
        return {key: Packer(self._sent, most=MOST_GIVEN).pack(value)} | self._shared.changes()

    def _error(self, raised: Message) -> BaseException:
        kind = self._error_class(raised["lineage"])
        given = [Unpacker(self._received).unpack(one) for one in raised["given"]]
        for arguments in (given, [str(raised["text"])]):
            try:
                error = kind(*arguments)
            except Exception:  # noqa: S112 - an error that is made in another way
                continue
            vars(error).update(
                {str(name): Unpacker(self._received).unpack(one) for name, one in raised["held"].items()}
            )
            return error
        return RuntimeError(str(raised["text"]))

    def _error_class(self, lineage: list[list[str]]) -> type[BaseException]:
        """Return an error class of Python's or of a module of ours, or a stand-in for one of the notebook's."""
        (module, name), *rest = lineage
        found = vars(sys.modules[module]).get(name) if module.partition(".")[0] in BY_NAME else None
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
        key = repr(lineage)
        if key not in self._errors:
            self._errors[key] = type(str(name), (self._error_class(rest) if rest else Exception,), {})
        return self._errors[key]

    def _import(self, name: str, *given: Any) -> Any:
        """Import a module here if it is installed; what lies beside the notebook, or has a state, is used there."""
        level = given[3] if len(given) > 3 else 0
        top = name.partition(".")[0]
        if level == 0 and top not in THERE:
            try:
                found = importlib.import_module(name)
            except ImportError:
                pass
            else:
                return found if len(given) > 2 and given[2] else sys.modules[top]
        return self.ask({"do": "import", "name": name, "deep": len(given) > 2 and bool(given[2])}, [])

    def _isinstance(self, value: Any, kinds: Any) -> bool:
        if not isinstance(value, Remote):
            kinds = tuple(
                type if kind is _type_of else kind for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
            )
            return isinstance(value, kinds)
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if self.use("isinstance", value, type if kind is _type_of else kind):
                if not isinstance(kind, Remote) and kind in PLAIN and not about(value)["plain"]:
                    self.stop("object")
                return True
        return False


_INPUT = builtins.input


def _fresh_files() -> Files:
    """Return this process's directory of files, with none in it, from which nothing is imported."""
    here = Path.cwd()
    for path in here.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    sys.path[:] = [path for path in sys.path if path and not here.is_relative_to(path)]
    return Files(here)


class _Globals(Mapping[str, Any]):
    """What ``globals()`` gives a test: the notebook's names, to look for one."""

    def __init__(self, names: _Names) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        self._names.judge.stop("test", "globals")

    def __len__(self) -> int:
        self._names.judge.stop("test", "globals")


class _Names(dict[str, Any]):
    """The names of a test: its own, then what the notebook has, then Python's."""

    def __init__(self, judge: Judge) -> None:
        super().__init__({"__name__": "__main__"})
        self.judge = judge
        """Who judges the test."""
        self._steady: dict[str, Any] = {}
        self.shadowed = False

    def prepare(self, names: set[str]) -> None:
        """Learn what the notebook has of the names that a test uses."""
        self["__builtins__"] = self.judge.python
        found = self.judge.found(sorted(names))
        own = {name for name in found if found[name] is not vars(builtins).get(name)}
        self.shadowed = any(name in self.judge.python for name in own)
        self._steady = {
            name: one
            for name, one in found.items()
            if _is_steady(one) and name in own and (self.judge.shadows or name not in self.judge.python)
        }

    def __missing__(self, name: str) -> Any:
        if name in self._steady:
            return self._steady[name]
        if name in self.judge.python:
            raise KeyError(name)
        try:
            return self.judge.familiar(name, self.judge.ask({"do": "name", "name": name}, []))
        except KeyError:
            raise KeyError(name) from None


def _is_steady(value: Any) -> bool:
    """Tell whether a name need not be asked for again, as one that stands for a function."""
    fixed = isinstance(value, type | types.ModuleType | types.FunctionType | types.BuiltinFunctionType)
    return fixed or (isinstance(value, Remote) and about(value)["kind"] != "object")


def _as_it_is(value: Any) -> Packed:
    """Return what a value holds now, to see later whether it still does."""
    return Packer(lambda one: ["other", id(one)], most=MOST_GIVEN).pack(value)


def _is_much(value: Any) -> bool:
    """Tell whether only its size keeps a value from being sent."""
    if type(value) in (list, tuple, set, frozenset, dict, bytes, bytearray):
        return True
    return type(value).__module__.partition(".")[0] in ("numpy", "pandas") and getattr(value, "size", 0) > LARGEST


def _type_of(value: Any, *more: Any) -> Any:
    if isinstance(value, Remote) and not more:
        return object.__getattribute__(value, "_link").use("type", value)
    return type(value, *more)


def _callable(value: Any) -> bool:
    return about(value)["kind"] in ("function", "class") if isinstance(value, Remote) else callable(value)


def _points(value: object) -> float | None:
    """Return the number that nbgrader would read in the last value of a cell."""
    if isinstance(value, Remote):
        return None
    try:
        return float(repr(value))
    except Exception:
        return None
