"""Paths of files that come from somebody else: relative, plain, and inside where they belong."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from learnspace_core.errors import LearnspaceError

LONGEST = 240
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def check_path(path: str) -> str:
    """Return the path if it may name a file of a course or a submission.

    Raises:
        LearnspaceError: ``bad_path``, saying what is wrong with it.
    """
    reason = fault(path)
    if reason:
        raise LearnspaceError("bad_path", f"The file name {path[:80]!r} cannot be used: {reason}. Rename it.")
    return path


def check_distinct(paths: list[str]) -> None:
    """Refuse paths that would be one file on a computer that ignores case or Unicode form, or a file and its folder.

    Raises:
        LearnspaceError: ``bad_path``, naming the two.
    """
    seen: dict[str, str] = {}
    for path in paths:
        key = folded(path)
        if key in seen:
            raise LearnspaceError(
                "bad_path", f"{seen[key]!r} and {path!r} differ only in case or in form. Rename one of them."
            )
        seen[key] = path
    for key, path in seen.items():
        for parent in PurePosixPath(key).parents:
            if str(parent) in seen:
                raise LearnspaceError(
                    "bad_path", f"{seen[str(parent)]!r} is a file, and the folder of {path!r}. Rename one of them."
                )


def folded(path: str) -> str:
    """Return a path without its case and Unicode form: two that give the same are one file on many a disk.

    It is the canonical caseless match of the Unicode Standard, section 3.13, D145.
    """
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def alike(name: str) -> str:
    """Return a name as people read it: also full-width letters and other compatible forms are one (D146)."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded(name)).casefold())


def fault(path: str) -> str | None:
    """Return why a path cannot be used, as part of a sentence, or nothing."""
    if not path or len(path.encode("utf-8", "surrogatepass")) > LONGEST:
        return f"it is empty or longer than {LONGEST} bytes"
    if any(0xD800 <= ord(c) <= 0xDFFF for c in path):
        return "it is not valid Unicode"
    if path.startswith("/") or "\\" in path:
        return "it is not a relative path with forward slashes"
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in path):
        return "it has a character that cannot be seen"
    if set(path) & set('<>:"|?*'):
        return 'it has one of the characters < > : " | ? *'
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "it has an empty part, '.' or '..'"
        if part.startswith(".") or part != part.strip() or part.endswith("."):
            return "a part begins with a dot, ends with one, or has space around it"
        if PurePosixPath(part).stem.split(".")[0].lower() in _RESERVED:
            return "a part is a reserved name on Windows"
    return None
