"""What may be handed in, in the same words where the service refuses it and where the space says so beforehand."""

from __future__ import annotations

from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.settings import Uploads


def too_many(limits: Uploads) -> LearnspaceError:
    """Return the error of an upload of too many files."""
    return LearnspaceError("too_large", f"There are more than {limits.files} files. Remove some.", 413)


def too_large(name: str, limits: Uploads) -> LearnspaceError:
    """Return the error of an upload whose file ``name`` goes over a limit."""
    return LearnspaceError(
        "too_large",
        f"{name} is too large: a file may have {limits.file_bytes} bytes, all files together {limits.total_bytes}.",
        413,
    )


def no_notebook() -> LearnspaceError:
    """Return the error of a hand-in without a notebook."""
    return LearnspaceError("no_notebook", "There is no notebook among the files. Fetch the assignment again.")


def check_limits(files: list[FileEntry], limits: Uploads) -> None:
    """Refuse what the service would refuse.

    Raises:
        LearnspaceError: ``too_large`` (413) or ``no_notebook``.
    """
    if len(files) > limits.files:
        raise too_many(limits)
    left = limits.total_bytes
    for file in files:
        if file.size > min(left, limits.file_bytes):
            raise too_large(file.path, limits)
        left -= file.size
    check_notebook(files)


def check_notebook(files: list[FileEntry]) -> None:
    """Refuse a hand-in without a notebook.

    Raises:
        LearnspaceError: ``no_notebook``.
    """
    if not any(file.path.endswith(".ipynb") for file in files):
        raise no_notebook()
