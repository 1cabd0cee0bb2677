"""An IPython shell that runs cells in its own process and gives back their outputs as a notebook keeps them."""

from __future__ import annotations

import builtins
import fcntl
import linecache
import os
import sys
import traceback
from collections.abc import Callable
from io import TextIOBase
from typing import Any, ClassVar

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import List, Type
from traitlets.config import Config

Output = dict[str, Any]

_BUILTINS = dict(vars(builtins))
"""What Python itself offers, as it was before any notebook."""


class _Publisher(DisplayPublisher):
    """Keeps what cells display."""

    outputs: Any = List()

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        """Keep one display; an update changes the displays of the same id."""
        name = (transient or {}).get("display_id")
        if update:
            for output in self.outputs:
                if name and output.get("display_id") == name:
                    output.update(data=data, metadata=metadata or {})
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        self.outputs.append(output | ({"display_id": name} if name else {}))

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell displayed so far."""
        self.outputs.clear()


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """A notebook shows the number beside the output."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep the value in all its formats."""
        shell: Any = self.shell
        shell.display_pub.outputs.append(
            {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}, "execution_count": None}
        )


class _Stream(TextIOBase):
    """Standard output or standard error of cells, kept in order with the displays."""

    encoding: ClassVar[str] = "utf-8"  # type: ignore[misc]

    def __init__(self, name: str, keep: Callable[[], list[Output]]) -> None:
        self._name, self._keep = name, keep

    def write(self, text: str) -> int:
        """Keep a piece of text."""
        if not text:
            return 0
        outputs = self._keep()
        if outputs and outputs[-1].get("name") == self._name:
            outputs[-1]["text"].append(text)
        else:
            outputs.append({"output_type": "stream", "name": self._name, "text": [text]})
        return len(text)

    def writable(self) -> bool:
        """Yes."""
        return True


class Shell(InteractiveShell):
    """The shell of one run: made once while a sandbox warms up, and then inherited by the fork that is the run."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    display_pub: _Publisher

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen."""

    def _showtraceback(self, etype: type[BaseException], evalue: Any, stb: list[str]) -> None:
        name = getattr(etype, "__name__", str(etype))
        self.display_pub.outputs.append(
            {"output_type": "error", "ename": name, "evalue": _text(evalue), "traceback": list(stb)}
        )

    def run(self, source: str, *, test: bool) -> tuple[str, list[Output]]:
        """Run a cell as a notebook would; return ``ok`` or ``error`` and its outputs."""
        self.display_pub.outputs = []
        if test:
            self._forget_changes()
        before = sys.stdout, sys.stderr, builtins.input
        sys.stdout = _Stream("stdout", lambda: self.display_pub.outputs)
        sys.stderr = _Stream("stderr", lambda: self.display_pub.outputs)
        builtins.input = _no_input  # type: ignore[assignment]  # the same, for who calls it
        try:
            done = self.run_cell(source, store_history=not test)  # type: ignore[no-untyped-call]
        finally:
            sys.stdout, sys.stderr, builtins.input = before
            if test:
                linecache.clearcache()
        outputs = self.display_pub.outputs + _written_below()
        return ("ok" if done.success else "error"), _joined(outputs)

    def check(self, source: str) -> str:
        """Run Python in the notebook's names, only for its verdict: ``ok`` or the name of what it raised."""
        self.forget_changes()
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = _Stream("stdout", list)
        try:
            exec(compile(source, "<test>", "exec"), self.user_ns)  # noqa: S102 - the sandbox is there to do this
        except BaseException as error:  # whatever it raises is the verdict
            return type(error).__name__
        finally:
            sys.stdout, sys.stderr = before
        return "ok"

    def forget_changes(self) -> None:
        """Put Python's own names back to what they were."""
        _forget_changes_to_python()
        self.user_ns["__builtins__"] = builtins

    def _forget_changes(self) -> None:
        """Put the shell back to what it was, for a test that must run as it stands."""
        self.input_transformer_manager = TransformerManager()  # type: ignore[no-untyped-call]
        self.input_transformers_post = []
        self.ast_transformers = []


_FIRST_CELLS = (
    "1",
    "def f(x):\n    return x / 0\nf(1)",
    "1 +",
    "print(1)\n[i for i in range(3)]",
    "assert 1 == 2, 'no'",
)


def make_shell() -> Shell:
    """Return the shell, with figures shown as plots and tracebacks in Python's own plain form."""
    shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.colors = "nocolor"
    shell.InteractiveTB.set_mode("Plain")
    # The first cell of each kind fills caches, which every fork then shares: an error costs ten times as much without.
    for source in _FIRST_CELLS:
        for test in (False, True):
            shell.run(source, test=test)
    shell.check("1/0")
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
    return shell


def capture_below() -> None:
    """Catch what is written to file descriptors 1 and 2 past Python, as by a library in C or a child process."""
    # All three may be closed, so that what is opened here may get their numbers: first take numbers above them.
    opened = [os.open(os.devnull, os.O_RDONLY), os.memfd_create("stdout"), os.memfd_create("stderr")]
    above = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10) for number in opened]
    for number in opened:
        os.close(number)
    for standard, number in enumerate(above):
        os.dup2(number, standard)
        os.close(number)


def _forget_changes_to_python() -> None:
    """Put Python's own names back to what they were, and let nobody follow what runs."""
    sys.settrace(None)
    sys.setprofile(None)
    vars(builtins).update(_BUILTINS)


def _written_below() -> list[Output]:
    outputs: list[Output] = []
    for number, name in ((1, "stdout"), (2, "stderr")):
        try:
            size = os.lseek(number, 0, os.SEEK_CUR)
            text = os.pread(number, size, 0).decode("utf-8", "replace")
            os.lseek(number, 0, os.SEEK_SET)
            os.ftruncate(number, 0)
        except OSError:
            continue  # the notebook closed it, or it is no file
        if text:
            outputs.append({"output_type": "stream", "name": name, "text": [text]})
    return outputs


def _no_input(prompt: str = "") -> str:
    raise StdinNotImplementedError("nobody is there to answer input() while a notebook is graded")


def _joined(outputs: list[Output]) -> list[Output]:
    """Return the outputs with the pieces of each stream put together."""
    for output in outputs:
        output.pop("display_id", None)
        if output["output_type"] == "stream":
            output["text"] = "".join(output["text"])
    return outputs


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:
        return "".join(traceback.format_exception_only(*sys.exc_info()[:2]))
