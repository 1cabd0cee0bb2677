"""What a test holds of a notebook's objects: a stand-in that sends each use of it to where the object is.

An object there decides by itself what it says. So a stand-in may be called and asked for its parts, whose plain values
are then judged here. But unless the test itself works with the class by name, no such object is asked whether it
equals, exceeds or adds up to a plain value: it would learn that value, and be believed. Among many numbers it may be
asked for one.
"""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Callable, Iterator
from io import IOBase
from pathlib import PurePath
from typing import Any, Protocol

from learnspace_sandbox.answering import is_true


class Objects(Protocol):
    """What compares objects with each other."""

    def made(self, maker: Remote, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Have a class of the test's make an object, and remember how."""

    def settle(self, remote: Remote, number: int) -> Any:
        """Make an object that was to be made later, and return it."""

    def guessed(self, what: str, one: Remote, other: Remote) -> Any:
        """Compare an object with one that is made only afterwards, so that it cannot know which it will be."""

    def touched(self, remote: Remote) -> None:
        """Take note that an object may no longer be what it was made."""

    def meant(self, one: Remote, other: object) -> None:
        """End the test unless an object that says that it equals another one can tell that one from many others."""


class Link(Protocol):
    """The way to the notebook."""

    @property
    def objects(self) -> Objects:
        """What compares objects with each other."""

    def use(self, do: str, *given: Any, **named: Any) -> Any:
        """Do something there and return what comes of it."""

    def knows(self, kind: int) -> bool:
        """Tell whether the test works with the class of this number by name."""

    def among(self, remote: Remote, value: float) -> bool:
        """Tell whether an object equals a number, and none of many others among which it cannot tell that one."""

    def object(self) -> None:
        """End the test: an object would have to judge itself."""


class Remote:
    """One object of the notebook's."""

    __slots__ = ("_about", "_link", "_number", "_owner")

    def __init__(self, link: Link, number: int, about: dict[str, Any]) -> None:
        for name, value in (("_link", link), ("_number", number), ("_about", about), ("_owner", None)):
            object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return Remote  # Python's own isinstance() asks for it
        if name == "__array__" and about(self)["plain"]:
            return lambda *given, **named: sys.modules["numpy"].array(link_of(self).use("plain", self), *given, **named)
        if name.startswith("__array"):
            raise AttributeError(name)
        found = link_of(self).use("getattr", self, name)
        if isinstance(found, Remote) and about(found)["kind"] == "function":
            object.__setattr__(found, "_owner", self)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        link_of(self).use("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        link_of(self).use("delattr", self, name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Call it."""
        owner = object.__getattribute__(self, "_owner")
        if about(self)["kind"] == "class":
            return link_of(self).objects.made(self, given, named)
        if owner is not None:
            link_of(self).objects.touched(owner)
        told = any(not isinstance(one, Remote) for one in (*given, *named.values()))
        found = link_of(self).use("call", self, *given, **named)
        if told and owner is not None and isinstance(found, bool) and not _is_familiar(owner):
            # As in answer.equals(9): a verdict is not for the answer to give.
            link_of(self).object()
        return found

    def __hash__(self) -> int:
        return int(link_of(self).use("hash", self))

    def __eq__(self, other: object) -> Any:
        return _compared("eq", self, other)

    def __ne__(self, other: object) -> Any:
        return _compared("ne", self, other)

    def __mro_entries__(self, _bases: Any) -> Any:
        """Be no base of a class here."""
        raise TypeError("a class of the notebook's cannot be the base of one in a test")

    def __instancecheck__(self, instance: Any) -> bool:
        return bool(link_of(self).use("isinstance", instance, self))

    def __subclasscheck__(self, subclass: Any) -> bool:
        return bool(link_of(self).use("issubclass", subclass, self))

    def __exit__(self, *error: Any) -> Any:
        return link_of(self).use("leave", self, None, None, None)


def link_of(remote: Remote) -> Link:
    """Return the way to where the object is."""
    link: Link = object.__getattribute__(remote, "_link")
    return link


def number_of(remote: Remote) -> int:
    """Return the number of the object, which is made for it if it was to be made later."""
    number: int = object.__getattribute__(remote, "_number")
    if number < 0 and not isinstance(link_of(remote).objects.settle(remote, number), Remote):
        link_of(remote).object()
    number = object.__getattribute__(remote, "_number")
    return number


def is_later(remote: Remote) -> int | None:
    """Return the negative number of an object that is not made yet."""
    number: int = object.__getattribute__(remote, "_number")
    return number if number < 0 else None


def become(later: Remote, made: Remote) -> None:
    """Let what stands for an object that was to be made later stand for the one that was made."""
    for name in ("_number", "_about"):
        object.__setattr__(later, name, object.__getattribute__(made, name))


def about(remote: Remote) -> dict[str, Any]:
    """Return what the notebook says of the object."""
    told: dict[str, Any] = object.__getattribute__(remote, "_about")
    return told


def _is_familiar(remote: Remote) -> bool:
    """Tell whether the test names the class of an object, or the class that the object is."""
    kind = number_of(remote) if about(remote)["kind"] == "class" else int(about(remote)["type"])
    return link_of(remote).knows(kind)


def _compared(what: str, one: Remote, other: object) -> Any:
    """Compare for equality."""
    later = is_later(other) if isinstance(other, Remote) else None
    if (number := is_later(one)) is not None:
        if isinstance(other, Remote) and later is None and _is_object(other):
            return link_of(one).objects.guessed(what, one, other)
        made = link_of(one).objects.settle(one, number)
        if not isinstance(made, Remote):
            return getattr(operator, what)(made, other)
    if isinstance(other, Remote) and later is not None and _is_object(one):
        return link_of(one).objects.guessed(what, one, other)
    if isinstance(other, Remote):
        if number_of(one) == number_of(other) and about(one)["kind"] != "object":
            return what == "eq"
        if about(one)["kind"] != "object" or about(other)["kind"] != "object":
            return what == "ne"
        _side_by_side(one, other)
    elif other is None or isinstance(other, type):
        return what == "ne"
    elif about(one)["plain"]:
        return getattr(operator, what)(link_of(one).use("plain", one), other)
    elif isinstance(other, int | float) and not isinstance(other, bool):
        equal = link_of(one).among(one, other)
        return equal if what == "eq" else not equal
    elif isinstance(other, _ALONE):
        link_of(one).object()
    else:
        _weigh(one)
    found = link_of(one).use(what, one, other)
    if isinstance(found, Remote):
        link_of(one).object()
    if is_true(found) is (what == "eq"):
        link_of(one).objects.meant(one, other)
    return found


_ALONE = (PurePath, re.Pattern, IOBase, Iterator)
"""What no object is asked about: there are no others in whose row it would have to know the one that is meant."""


def _is_object(remote: Remote) -> bool:
    """Tell whether it is an object of a class that the test names."""
    return bool(about(remote)["kind"] == "object" and _is_familiar(remote))


def _side_by_side(one: Remote, other: Remote) -> None:
    """Let objects judge each other if the test names their class."""
    if not (_is_familiar(one) and _is_familiar(other)):
        link_of(one).object()


def _weigh(remote: Remote) -> None:
    """Let an object judge a plain value if the test names its class."""
    if not _is_familiar(remote):
        link_of(remote).object()


def _binary(what: str, *, turned: bool = False) -> Callable[[Remote, Any], Any]:
    def operate(self: Remote, other: Any) -> Any:
        if isinstance(other, Remote):
            _side_by_side(self, other)
        elif about(self)["plain"]:
            plain = link_of(self).use("plain", self)
            return getattr(operator, what)(*((other, plain) if turned else (plain, other)))
        else:
            _weigh(self)
        return link_of(self).use(what, *((other, self) if turned else (self, other)))

    return operate


def _plainly(what: str, kind: type) -> Callable[..., Any]:
    """Return what has to give a value of one kind, as Python itself wants it."""

    def operate(self: Remote, *given: Any) -> Any:
        found = link_of(self).use(what, self, *given)
        if not isinstance(found, kind):
            raise TypeError(f"{what} gave no {kind.__name__}")
        return found

    return operate


def _other(what: str) -> Callable[..., Any]:
    return lambda self, *given: link_of(self).use(what, self, *given)


def _contains(self: Remote, item: Any) -> bool:
    if not isinstance(item, Remote) and not _is_familiar(self):
        if not about(self)["plain"]:
            link_of(self).object()
        return item in link_of(self).use("plain", self)
    return bool(link_of(self).use("contains", self, item))


for _name in [
    "add",
    "sub",
    "mul",
    "matmul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
]:
    _what = f"{_name}_" if hasattr(operator, f"{_name}_") else _name
    setattr(Remote, f"__{_name}__", _binary(_what))
    setattr(Remote, f"__r{_name}__", _binary(_what, turned=True))
for _name in ["lt", "le", "gt", "ge", "iadd", "isub", "imul", "ior", "iand", "ixor"]:
    setattr(Remote, f"__{_name}__", _binary(_name))
for _name, _kind in {"bool": bool, "len": int, "str": str, "repr": str, "int": int, "float": float, "complex": complex,
                     "index": int, "format": str}.items():  # fmt: skip
    setattr(Remote, f"__{_name}__", _plainly(_name, _kind))
for _name in [
    "neg",
    "pos",
    "abs",
    "invert",
    "getitem",
    "setitem",
    "delitem",
    "iter",
    "next",
    "reversed",
    "round",
    "ceil",
    "floor",
    "trunc",
    "enter",
]:
    setattr(Remote, f"__{_name}__", _other(_name))
setattr(Remote, "__contains__", _contains)  # noqa: B010 - mypy knows no other way
