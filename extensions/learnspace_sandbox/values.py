"""Plain data on its way between a test and the answer that it asks: copied both ways, never unpickled.

What is plain: numbers, text, bytes, None, times, Python's own containers and arrays of numbers. It is written as JSON,
where a list begins with the name of what it is. Everything else stays where it is and goes by a number.
"""

from __future__ import annotations

import base64
import collections
import datetime
import io
import pathlib
import re
import sys
import types
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

Packed = Any
"""What :mod:`json` can write."""

LARGEST = 200_000
"""Elements of containers, and then bytes of eight arrays, that one message may hold."""
BY_NAME = frozenset(
    (
        *("builtins", "math", "cmath", "statistics", "random", "fractions", "decimal", "numbers", "operator", "array"),
        *("collections", "itertools", "functools", "heapq", "bisect", "copy", "enum", "dataclasses", "types", "typing"),
        *("abc", "datetime", "calendar", "time", "string", "textwrap", "re", "json", "io", "contextlib", "warnings"),
        *("numpy", "pandas"),
    )
)
"""Modules whose own functions and classes are the same in every process, and are sent by their names."""
NOT_BY_NAME = frozenset(
    (
        *(
            "breakpoint",
            "compile",
            "delattr",
            "dir",
            "eval",
            "exec",
            "exit",
            "globals",
            "input",
            "locals",
            "open",
            "quit",
        ),
        *("setattr", "vars"),
    )
)
"""Built-in functions that work on the process, or on the names of whoever calls them."""

_WIDE = 64
_KINDS = "biufcSUmM"
_CONTAINERS: dict[str, type] = {kind.__name__: kind for kind in (list, tuple, set, frozenset, collections.deque)}
_MAPPINGS: dict[str, type] = {
    kind.__name__: kind for kind in (dict, collections.OrderedDict, collections.Counter, collections.defaultdict)
}
_CHANGEABLE = (list, set, collections.deque, bytearray, *_MAPPINGS.values())
_TIMES: dict[str, type[Any]] = {
    "date": datetime.date, "time": datetime.time, "datetime": datetime.datetime,
}  # fmt: skip
_PATHS: dict[str, type[pathlib.PurePath]] = {
    kind.__name__: kind for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath)
}
_VIEWS: dict[type, Callable[[dict[Any, Any]], Any]] = {
    type({}.keys()): dict.keys, type({}.values()): dict.values, type({}.items()): dict.items,
}  # fmt: skip
_SOME: tuple[type, ...] = (pathlib.PurePath, pathlib.Path, io.StringIO, io.BytesIO, zoneinfo.ZoneInfo)
_NAMELESS: dict[type, str] = {
    **{kind: name for name, kind in vars(types).items() if isinstance(kind, type) and kind.__module__ == "builtins"},
    **{kind: kind.__name__ for kind in (*_PATHS.values(), *_SOME)},
}
"""Built-in classes that only :mod:`types` has a name for, and those of modules of which not all may be sent."""
_BOTH_WAYS = ("name", "scalar", "Series", "DataFrame")
"""What can be written so that it is read as a value that is not plain."""


class NotPlain(Exception):
    """What was sent is no plain data."""


class Packer:
    """Writes values down.

    Args:
        other: writes what is not plain, or raises.
        known: values that came with the question, by their ids here, with their numbers in it.
        aliases: copies here of changeable values that the other side sent: the number of its answer, and theirs in it.
        most: elements that it may hold.
    """

    def __init__(
        self,
        other: Callable[[Any], Packed],
        known: dict[int, int] | None = None,
        aliases: dict[int, tuple[int, int]] | None = None,
        most: int = LARGEST,
    ) -> None:
        self._other = other
        self._known = known or {}
        self._aliases = aliases or {}
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []
        """Changeable values in the order of their numbers."""
        self._left = most

    def pack(self, value: Any) -> Packed:
        """Return a value in the form in which it travels."""
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if value.bit_length() <= _WIDE else ["int", hex(value)]
        if id(value) in self._known:
            return ["known", self._known[id(value)]]
        if id(value) in self.numbers:
            return ["again", self.numbers[id(value)]]
        made = self._plain(value, kind)
        return self._other(value) if made is None else made

    def _plain(self, value: Any, kind: type) -> Packed | None:
        if kind in _CONTAINERS.values():
            return self._whole(kind.__name__, value, lambda: [self.pack(one) for one in value], len(value))
        if kind in _MAPPINGS.values():
            pairs = lambda: [[self.pack(key), self.pack(one)] for key, one in value.items()]  # noqa: E731
            return self._whole(kind.__name__, value, pairs, len(value))
        if kind is bytes or kind is bytearray:
            return self._whole(kind.__name__, value, lambda: base64.b64encode(value).decode(), len(value) // 64)
        if isinstance(value, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
            fields = list(value._fields)  # type: ignore[attr-defined]  # a namedtuple's
            return ["named", kind.__name__, fields, [self.pack(one) for one in value]]
        match value:
            case complex():
                return ["complex", value.real, value.imag]
            case range() | slice():
                return [kind.__name__, self.pack(value.start), self.pack(value.stop), self.pack(value.step)]
            case Fraction() if kind is Fraction:
                return ["Fraction", self.pack(value.numerator), self.pack(value.denominator)]
            case Decimal() if kind is Decimal:
                return ["Decimal", str(value)]
            case datetime.timedelta() if kind is datetime.timedelta:
                return ["timedelta", value.days, value.seconds, value.microseconds]
            case datetime.date() | datetime.time() if kind in _TIMES.values():
                return self._time(value, kind)
            case datetime.timezone():
                return ["timezone", *map(self.pack, value.__getinitargs__())]  # type: ignore[attr-defined]  # as pickle
            case zoneinfo.ZoneInfo() if kind is zoneinfo.ZoneInfo and value.key:
                return ["ZoneInfo", value.key]
            case re.Pattern():
                return ["Pattern", self.pack(value.pattern), value.flags]
        if kind in _PATHS.values():
            return ["path", kind.__name__, *_from_here(value)]
        if kind in _VIEWS:
            made = self.pack(dict(value.mapping))
            return ["view", kind.__name__, made] if made[0] == "dict" else None
        if value is Ellipsis or value is NotImplemented:
            return ["constant", "Ellipsis" if value is Ellipsis else "NotImplemented"]
        return self._by_name(value) or self._numeric(value, kind)

    def _time(self, value: Any, kind: type) -> Packed | None:
        zone = getattr(value, "tzinfo", None)
        if zone is None:
            return [kind.__name__, value.isoformat()]
        if type(zone) not in (datetime.timezone, zoneinfo.ZoneInfo):
            return None
        packed = self.pack(zone)
        if packed[0] not in ("timezone", "ZoneInfo"):
            return None
        return ["zoned", kind.__name__, value.replace(tzinfo=None).isoformat(), value.fold, packed]

    def _whole(self, name: str, value: Any, inside: Callable[[], Packed], size: int) -> Packed | None:
        if self._left < size:
            return None
        self._left -= size
        number = -1
        if isinstance(value, _CHANGEABLE):
            number = self._keep(value)
        return self._aliased(value, [name, number, inside()])

    def _keep(self, value: Any) -> int:
        number = self.numbers[id(value)] = len(self.kept)
        self.kept.append(value)
        return number

    def _aliased(self, value: Any, made: list[Any]) -> Packed:
        return ["alias", *self._aliases[id(value)], made] if id(value) in self._aliases else made

    def _by_name(self, value: Any) -> Packed | None:
        if isinstance(value, types.ModuleType):
            name = value.__name__
            return ["module", name] if _is_ours(name) and sys.modules.get(name) is value else None
        if isinstance(value, type) and value in _NAMELESS:
            return ["kind", _NAMELESS[value]]
        if not isinstance(value, type | types.FunctionType | types.BuiltinFunctionType) and not _is_numpys(value):
            return None
        module, name = str(getattr(value, "__module__", "") or ""), str(getattr(value, "__qualname__", value.__name__))
        if _is_ufunc(value):
            module = "numpy"
        return ["name", module, name] if _named(module, name) is value else None

    def _numeric(self, value: Any, kind: type) -> Packed | None:
        numpy = sys.modules.get("numpy")
        if numpy is None:
            return None
        if kind is numpy.ndarray and value.dtype.kind in _KINDS:
            if self._left < value.nbytes // 64:
                return None
            self._left -= value.nbytes // 64
            data = base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode()
            return self._aliased(value, ["ndarray", self._keep(value), [value.dtype.str, list(value.shape), data]])
        if kind is numpy.ndarray and value.dtype.kind == "O" and value.ndim:
            return ["objects", list(value.shape), [self.pack(one) for one in value.ravel()]]
        if isinstance(value, numpy.generic) and value.dtype.kind in _KINDS and kind.__module__ == "numpy":
            return ["scalar", value.dtype.str, base64.b64encode(value.tobytes()).decode()]
        return self._table(value, kind)

    def _table(self, value: Any, kind: type) -> Packed | None:
        pandas = sys.modules.get("pandas")
        if pandas is None or kind not in (pandas.Series, pandas.DataFrame) or self._left < value.size:
            return None
        columns = [value] if kind is pandas.Series else [value.iloc[:, at] for at in range(value.shape[1])]
        if any(column.dtype.kind not in "biufO" for column in (*columns, value.index.to_series())):
            return None
        names = value.name if kind is pandas.Series else list(value.columns)
        data = [[self.pack(column.to_numpy()), str(column.dtype)] for column in columns]
        return [kind.__name__, self.pack(names), self.pack(value.index.to_numpy()), data]


class Unpacker:
    """Reads values that were written down.

    Args:
        other: reads what is not plain, or raises.
        known: the values that the other side calls ``known``, by their numbers.
        aliased: returns the value that was sent in an answer under a number.
    """

    def __init__(
        self,
        other: Callable[[Packed], Any],
        known: list[Any] | None = None,
        aliased: Callable[[int, int], Any] = lambda _answer, _number: None,
    ) -> None:
        self._other = other
        self._known = known or []
        self._aliased = aliased
        self.kept: dict[int, Any] = {}
        """Changeable values by their numbers."""

    def unpack(self, packed: Packed) -> Any:
        """Return the value.

        Raises:
            NotPlain: if this is nothing that a packer wrote.
        """
        try:
            return self._unpack(packed)
        except NotPlain:
            raise
        except Exception as error:  # whatever a forged message makes of it
            raise NotPlain from error

    def _unpack(self, packed: Packed) -> Any:
        if not isinstance(packed, list):
            if isinstance(packed, dict):
                raise NotPlain
            return packed
        name, *rest = packed
        if name in _CONTAINERS or name in _MAPPINGS:
            return self._whole(name, *rest)
        reader = getattr(self, f"_read_{name}", None) if isinstance(name, str) else None
        if reader is None:
            return self._other(packed)
        made = reader(*rest)
        if name in _BOTH_WAYS and Packer(_no_other).pack(made)[0] == "id":
            raise NotPlain  # ours would not have sent it
        return made

    def _whole(self, name: str, number: int, inside: list[Any]) -> Any:
        if name in ("tuple", "frozenset"):
            return _CONTAINERS[name](self._unpack(one) for one in inside)
        made = self.kept[number] = (_CONTAINERS | _MAPPINGS)[name]()
        if name in _MAPPINGS:
            for key, one in inside:
                dict.__setitem__(made, self._unpack(key), self._unpack(one))
        else:
            for one in inside:
                made.add(self._unpack(one)) if name == "set" else made.append(self._unpack(one))
        return made

    def _read_int(self, text: str) -> int:
        return int(text, 16)

    def _read_again(self, number: int) -> Any:
        return self.kept[number]

    def _read_known(self, number: int) -> Any:
        if number < 0:
            raise NotPlain
        return self._known[number]

    def _read_bytes(self, _: int, text: str) -> bytes:
        return base64.b64decode(text, validate=True)

    def _read_bytearray(self, number: int, text: str) -> bytearray:
        made = self.kept[number] = bytearray(base64.b64decode(text, validate=True))
        return made

    def _read_named(self, name: str, fields: list[str], inside: list[Any]) -> Any:
        return collections.namedtuple(name, fields)(*map(self._unpack, inside))

    def _read_complex(self, real: float, imaginary: float) -> complex:
        return complex(real, imaginary)

    def _read_range(self, *parts: Any) -> range:
        return range(*map(self._unpack, parts))

    def _read_slice(self, *parts: Any) -> slice:
        return slice(*map(self._unpack, parts))

    def _read_Fraction(self, over: Any, under: Any) -> Fraction:
        return Fraction(self._unpack(over), self._unpack(under))

    def _read_Decimal(self, text: str) -> Decimal:
        return Decimal(text)

    def _read_timedelta(self, days: int, seconds: int, microseconds: int) -> datetime.timedelta:
        return datetime.timedelta(days, seconds, microseconds)

    def _read_date(self, text: str) -> Any:
        return datetime.date.fromisoformat(text)

    def _read_time(self, text: str) -> Any:
        return _without_zone(datetime.time.fromisoformat(text))

    def _read_datetime(self, text: str) -> Any:
        return _without_zone(datetime.datetime.fromisoformat(text))

    def _read_zoned(self, name: str, text: str, fold: int, zone: Packed) -> Any:
        made, tzinfo = _without_zone(_TIMES[name].fromisoformat(text)), self._unpack(zone)
        if type(tzinfo) not in (datetime.timezone, zoneinfo.ZoneInfo):
            raise NotPlain
        return made.replace(tzinfo=tzinfo, fold=fold)

    def _read_timezone(self, *given: Packed) -> Any:
        return datetime.timezone(*map(self._unpack, given))

    def _read_ZoneInfo(self, key: str) -> Any:
        return zoneinfo.ZoneInfo(key)

    def _read_Pattern(self, pattern: Packed, flags: int) -> Any:
        text = self._unpack(pattern)
        if type(text) not in (str, bytes):
            raise NotPlain
        return re.compile(text, flags)

    def _read_path(self, name: str, text: str, is_here: bool) -> Any:
        if type(text) is not str or type(is_here) is not bool:
            raise NotPlain
        return _PATHS[name](pathlib.Path.cwd() / text if is_here else text)

    def _read_view(self, name: str, packed: Packed) -> Any:
        made = self._unpack(packed)
        if type(made) is not dict:
            raise NotPlain
        return {kind.__name__: view for kind, view in _VIEWS.items()}[name](made)

    def _read_constant(self, name: str) -> Any:
        return {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}[name]

    def _read_module(self, name: str) -> Any:
        if not _is_ours(name):
            raise NotPlain
        return sys.modules[name]

    def _read_name(self, module: str, name: str) -> Any:
        found = _named(module, name)
        if found is None:
            raise NotPlain
        return found

    def _read_kind(self, name: str) -> Any:
        return {text: kind for kind, text in _NAMELESS.items()}[name]

    def _read_alias(self, answer: int, number: int, made: list[Any]) -> Any:
        """Return our own value, which is to hold what the other side's copy of it holds by now."""
        copy, own = self._unpack(made), self._aliased(answer, number)
        if Packer(_no_other).pack(copy) != Packer(_no_other).pack(own):
            take_over(own, copy)
        self.kept[made[1]] = own
        return own

    def _read_ndarray(self, number: int, inside: list[Any]) -> Any:
        made = self.kept[number] = self._array(*inside)
        return made

    def _read_scalar(self, kind: str, data: str) -> Any:
        return self._array(kind, [], data)[()]

    def _array(self, kind: str, shape: list[int], data: str) -> Any:
        numpy = sys.modules["numpy"]
        if numpy.dtype(kind).kind not in _KINDS:
            raise NotPlain
        return numpy.frombuffer(base64.b64decode(data, validate=True), dtype=kind).reshape(shape).copy()

    def _read_objects(self, shape: list[int], inside: list[Any]) -> Any:
        numpy = sys.modules["numpy"]
        if not shape:
            raise NotPlain
        made = numpy.empty(len(inside), dtype=object)
        for at, one in enumerate(inside):
            made[at] = self._unpack(one)
        return made.reshape(shape)

    def _read_Series(self, name: Packed, index: Packed, data: list[Any]) -> Any:
        pandas = sys.modules["pandas"]
        (column, kind), *_ = data
        return pandas.Series(self._unpack(column), index=self._unpack(index), dtype=kind, name=self._unpack(name))

    def _read_DataFrame(self, names: Packed, index: Packed, data: list[Any]) -> Any:
        pandas = sys.modules["pandas"]
        made = pandas.DataFrame({at: self._unpack(column) for at, (column, _) in enumerate(data)}, self._unpack(index))
        made = made.astype({at: kind for at, (_, kind) in enumerate(data)})
        made.columns = pandas.Index(self._unpack(names))
        return made


def take_over(old: Any, new: Any) -> None:
    """Put into a changeable value what another of its kind holds.

    Raises:
        NotPlain: if it cannot hold that.
    """
    if type(old) is not type(new):
        raise NotPlain
    if isinstance(old, list | bytearray):
        old[:] = new
    elif isinstance(old, dict | set | collections.deque):
        old.clear()
        old.extend(new) if isinstance(old, collections.deque) else old.update(new)
    elif old.shape == new.shape and old.dtype == new.dtype:
        old[...] = new
    else:
        raise NotPlain


def _from_here(path: pathlib.PurePath) -> tuple[str, bool]:
    """Return a path, and whether it is from the directory of a side: each has its own."""
    if type(path) is pathlib.PosixPath and path.is_absolute():
        try:
            return str(path.relative_to(pathlib.Path.cwd())), True
        except (ValueError, OSError):
            pass
    return str(path), False


def _without_zone(value: Any) -> Any:
    if value.tzinfo is not None:
        raise NotPlain  # it comes in another form
    return value


def _no_other(value: Any) -> Packed:
    return ["id", id(value)]


def _is_ours(module: str) -> bool:
    # A masked array may be equal to whatever it is compared with.
    return module.partition(".")[0] in BY_NAME and not module.startswith("numpy.ma")


def _is_numpys(value: Any) -> bool:
    """Tell whether a value is a function of numpy's that is no function of Python's."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ufunc | type(numpy.mean))


def _is_ufunc(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ufunc)


def _named(module: str, name: str) -> Any:
    """Return the function or class of one of our modules that has this name, None if there is none."""
    if not _is_ours(module) or (module == "builtins" and name in NOT_BY_NAME):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if _is_ufunc(found):
        return found
    known = isinstance(found, type | types.FunctionType | types.BuiltinFunctionType) or _is_numpys(found)
    fitting = known and found is not open
    return found if fitting and found.__module__ == module and found.__qualname__ == name else None
