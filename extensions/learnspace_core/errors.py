"""The one error shape of the whole product: a stable code, an HTTP status and a message that says what to do next."""

from __future__ import annotations


class LearnspaceError(Exception):
    """A mistake or fault that a person is told about.

    Args:
        code: stable, lower-case words joined by underscores; programs and support staff rely on it.
        message: one or two plain sentences; the last says what to do next.
        status: the HTTP status a service answers with.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def as_json(self) -> dict[str, str]:
        """Return the error shape of every failing answer, ``{"code", "message"}``."""
        return {"code": self.code, "message": self.message}


class NotFound(LearnspaceError):
    """What was asked for does not exist, or the person asking may not know that it does."""

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"{what} was not found. Check the address, or ask your teacher.", 404)


class Forbidden(LearnspaceError):
    """The person is known and may not do this."""

    def __init__(self, message: str = "You may not do this. Ask your teacher or the manager of your school.") -> None:
        super().__init__("forbidden", message, 403)


def disk_full() -> LearnspaceError:
    """Return the error of what could not be stored because the platform's disk takes no more."""
    return LearnspaceError(
        "disk_full",
        "The platform cannot store the file now; nothing was kept. Your own copy is safe: try again later.",
        507,
    )
