"""The one tree of ``learnspace.toml``: every knob, its default and why it exists.

Settings are read once per process by :func:`load_settings` and passed on from there. Secrets never stand in this
tree: they live in files under ``<state>/keys`` (made on first use) or in files that the tree names.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from learnspace_core.errors import LearnspaceError

PREFIX = "/services/learnspace"
"""The address under which the proxy routes to the service."""


class Section(BaseModel):
    """A table of learnspace.toml: unknown keys are refused, values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Front(Section):
    """The front door: the one address that browsers use."""

    address: str = Field("127.0.0.1", description="IP address to listen on; 0.0.0.0 opens it to the network.")
    port: int = Field(8000, ge=1, le=65535, description="TCP port that browsers use.")
    public_url: str = Field(
        "",
        description="The address people type, such as https://learn.example.org. Empty: made from address and port. "
        "An https address turns on TLS at the front door.",
    )
    internal_port: int = Field(
        8100,
        ge=1,
        le=65525,
        description="First of five loopback ports for the processes behind the front door: proxy, proxy API, hub, "
        "service, and the door for container spaces.",
    )


class Database(Section):
    """Where the service and the hub keep their tables."""

    url: str = Field(
        "",
        description="SQLAlchemy URL of the service's database, such as postgresql+psycopg://user@host/learnspace. "
        "Empty: SQLite in the state directory.",
    )
    hub_url: str = Field("", description="SQLAlchemy URL of the hub's database. Empty: SQLite in the state directory.")
    password_file: Path | None = Field(
        None, description="File with the password for both PostgreSQL URLs, so that it need not stand here."
    )


class Oidc(Section):
    """An OpenID Connect provider, used when ``signin.method = "oidc"``."""

    issuer: str = Field(
        "", description="The provider's issuer URL, https unless it is on this machine; the rest is discovered from it."
    )
    client_id: str = Field("", description="The client identifier that the provider gave to this Learnspace.")
    client_secret_file: Path | None = Field(None, description="File with the client secret. Empty: a public client.")
    username_claim: str = Field(
        "preferred_username",
        description="The claim that becomes the username; it must be one that people cannot change at the provider.",
    )
    groups_claim: str = Field("groups", description="The claim that lists a person's groups.")
    scopes: list[str] = Field(["openid", "profile", "email"], description="Scopes asked for at sign-in.")
    label: str = Field("your school account", description="Words on the sign-in button, after 'Sign in with'.")
    roles: dict[str, str] = Field(
        default_factory=dict,
        description="Group to role, as role or role:course, such as {teachers = 'teacher:python-first-steps'}. "
        "Members of a listed group may sign in; everyone else must be on a roster.",
    )

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, roles: dict[str, str]) -> dict[str, str]:
        for group, role in roles.items():
            kind, _, course = role.partition(":")
            if kind not in ("learner", "teacher", "manager"):
                raise ValueError(f"group {group!r}: {role!r} is no role; use learner, teacher or manager")
            if (kind == "manager") == bool(course):
                raise ValueError(f"group {group!r}: {role!r}: a learner or teacher needs a :course, a manager has none")
        return roles


class Signin(Section):
    """How people prove who they are."""

    method: Literal["password", "oidc"] = Field("password", description="Built-in accounts, or OpenID Connect.")
    institution: str = Field("demo", description="Code of the institution that people of OIDC groups belong to.")
    oidc: Oidc = Field(default_factory=lambda: Oidc(), description="The OpenID Connect provider.")


class Spaces(Section):
    """One learner's JupyterLab."""

    kind: Literal["process", "docker"] = Field(
        "process", description="A local process, which isolates nobody, or a container for each learner."
    )
    image: str = Field("learnspace/space:latest", description="Image of a container space.")
    network: str = Field("learnspace", description="Docker network of the container spaces; made if missing.")
    memory: str = Field("1G", pattern=r"^\d+[KMG]$", description="Memory limit of a container; swap adds nothing.")
    cpus: float = Field(1.0, gt=0, description="Processor cores that a container may use.")
    processes: int = Field(256, ge=32, description="Processes and threads that a container may have.")
    start_seconds: int = Field(120, ge=5, description="How long a space may take to start before it counts as failed.")
    idle_minutes: int = Field(60, ge=0, description="A space unused for so long is stopped; 0 never stops one.")
    nbgrader_panels: Literal["off", "teachers", "everyone"] = Field(
        "teachers", description="Who has nbgrader's own panels in JupyterLab beside Learnspace's."
    )


class Sandbox(Section):
    """Where submitted notebooks run while they are graded."""

    kind: Literal["process", "docker", "spaces"] = Field(
        "spaces", description="A limited process, a locked-down container, or the same kind as the spaces."
    )
    image: str = Field("learnspace/grader:latest", description="Image of a container sandbox.")
    memory: str = Field("1G", pattern=r"^\d+[KMG]$", description="Memory limit of one run.")
    processes: int = Field(64, ge=8, description="Processes and threads that one container run may have.")
    seconds: int = Field(120, ge=1, description="Wall time of one notebook; then it is stopped.")
    output_bytes: int = Field(20_000_000, ge=10_000, description="Largest answer taken back from one run, in bytes.")
    disk_bytes: int = Field(
        64_000_000, ge=1_000_000, description="What one run may write, in bytes; it is kept in memory and counts there."
    )
    open_files: int = Field(256, ge=32, description="Files that one process of a run may have open.")
    warm_packages: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")], ...] = Field(
        ("numpy", "numpy.testing", "pandas", "matplotlib.pyplot", "IPython.display"),
        description="Modules that a sandbox imports once, where it has them, so that no notebook waits for them.",
    )


class Grading(Section):
    """The grader's workers."""

    workers: int = Field(0, ge=0, description="Grading processes; 0 means one for each core.")
    check_seconds: int = Field(
        120, ge=1, description="Time that a check before release may take; what it could not try by then, it says."
    )
    check_repeats: int = Field(3, ge=1, description="How often such a check runs the reference solution from scratch.")
    check_mutants: int = Field(
        100, ge=1, description="Most mistakes that such a check makes in the solutions of one notebook."
    )
    trusted_languages: tuple[Annotated[str, Field(pattern=r"^[a-z0-9+# -]+$")], ...] = Field(
        (),
        description="Other languages than Python, in small letters, whose tests give points without evidence that they "
        "could have failed. Without it, work that passes them is withheld for a person.",
    )
    trust_unjudged_tests: bool = Field(
        False,
        description="Whether Python tests that cannot be judged from outside, such as tests of threads or with mocks, "
        "give points. Without it, work that passes them is withheld for a person.",
    )


class Jobs(Section):
    """Background work: imports, releases, grading."""

    keep_days: int = Field(
        90, ge=1, description="How long it can be seen how a piece of work ended; what it made stays."
    )


class Uploads(Section):
    """What a learner may hand in."""

    file_bytes: int = Field(50_000_000, ge=1, description="Largest single file of a submission, in bytes.")
    total_bytes: int = Field(200_000_000, ge=1, description="Largest submission, in bytes.")
    files: int = Field(1_000, ge=1, description="Most files in one submission.")


class Courses(Section):
    """Making courses."""

    templates: Path | None = Field(
        None, description="Directory of course folders that teachers may begin a new course with. Empty: none."
    )


class Settings(Section):
    """Everything that can be set in learnspace.toml."""

    state: Path = Field(
        Path("var"),
        description="Directory of all state. LEARNSPACE_STATE overrides it; relative paths start at learnspace.toml.",
    )
    front: Front = Field(default_factory=lambda: Front(), description="The front door.")
    database: Database = Field(default_factory=lambda: Database(), description="Databases.")
    signin: Signin = Field(default_factory=lambda: Signin(), description="Sign-in.")
    spaces: Spaces = Field(default_factory=lambda: Spaces(), description="Spaces.")
    sandbox: Sandbox = Field(default_factory=lambda: Sandbox(), description="The sandbox of the grader.")
    grading: Grading = Field(default_factory=lambda: Grading(), description="The grader.")
    jobs: Jobs = Field(default_factory=lambda: Jobs(), description="Background work.")
    courses: Courses = Field(default_factory=lambda: Courses(), description="Making courses.")
    uploads: Uploads = Field(default_factory=lambda: Uploads(), description="Limits of what is handed in.")

    @property
    def public_url(self) -> str:
        """The address people type, without a trailing slash."""
        if self.front.public_url:
            return self.front.public_url.rstrip("/")
        everywhere = self.front.address in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if everywhere else self.front.address
        return f"http://{host}:{self.front.port}"

    @property
    def proxy_port(self) -> int:
        """Port of configurable-http-proxy."""
        return self.front.internal_port

    @property
    def proxy_api_port(self) -> int:
        """Port on which the hub tells the proxy its routes."""
        return self.front.internal_port + 1

    @property
    def hub_port(self) -> int:
        """Port of the hub's pages and API."""
        return self.front.internal_port + 2

    @property
    def service_port(self) -> int:
        """Port of the service."""
        return self.front.internal_port + 3

    @property
    def space_door_port(self) -> int:
        """Port, on the address of the spaces' network, of the only door that a container space may knock at."""
        return self.front.internal_port + 4

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the service's database, with its password."""
        return self._with_password(self.database.url or f"sqlite:///{self.state / 'learnspace.db'}")

    @property
    def hub_database_url(self) -> str:
        """SQLAlchemy URL of the hub's database, with its password."""
        return self._with_password(self.database.hub_url or f"sqlite:///{self.state / 'hub.db'}")

    @property
    def sandbox_kind(self) -> Literal["process", "docker"]:
        """Where submissions run, with "spaces" resolved."""
        return self.spaces.kind if self.sandbox.kind == "spaces" else self.sandbox.kind

    def _with_password(self, url: str) -> str:
        if self.database.password_file is None or "@" not in url:
            return url
        password = self.database.password_file.read_text(encoding="utf-8").strip()
        scheme, _, rest = url.partition("://")
        user, _, host = rest.partition("@")
        from urllib.parse import quote

        return f"{scheme}://{user}:{quote(password, safe='')}@{host}"


def load_settings(path: Path | None = None) -> Settings:
    """Read learnspace.toml.

    Args:
        path: the file; without it the one named by ``LEARNSPACE_CONFIG``, else ``learnspace.toml`` in the working
            directory if there is one, else the defaults.

    Raises:
        LearnspaceError: ``bad_settings``, naming the file and the key's path, with the nearest known key.
    """
    if path is None:
        named = os.environ.get("LEARNSPACE_CONFIG")
        path = Path(named) if named else Path("learnspace.toml")
        if not named and not path.exists():
            return _place(Settings(), Path.cwd())
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LearnspaceError("bad_settings", f"{path} cannot be read: {error}. Check the path.") from error
    except tomllib.TOMLDecodeError as error:
        raise LearnspaceError("bad_settings", f"{path} is not valid TOML: {error}.") from error
    return _place(parse_settings(tree, str(path)), path.resolve().parent)


def parse_settings(tree: dict[str, Any], source: str = "settings") -> Settings:
    """Check a tree of settings against the known knobs.

    Raises:
        LearnspaceError: ``bad_settings``, one line for each wrong key.
    """
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        lines = [_explain(tuple(str(part) for part in e["loc"]), e["type"], e["msg"]) for e in error.errors()]
        raise LearnspaceError("bad_settings", f"{source}: " + "; ".join(lines)) from error


def known_keys(model: type[Section] = Settings, path: str = "") -> dict[str, Any]:
    """Return every knob as dotted path to pydantic field, in the order of the tree."""
    keys: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            keys |= known_keys(kind, f"{path}{name}.")
        else:
            keys[f"{path}{name}"] = field
    return keys


def _explain(location: tuple[str, ...], kind: str, message: str) -> str:
    key = ".".join(location)
    if kind != "extra_forbidden":
        return f"{key}: {message}"
    sections = {name.rpartition(".")[0] for name in known_keys()} - {""}
    near = difflib.get_close_matches(key, [*known_keys(), *sections], n=1, cutoff=0.4)
    return f"unknown key {key}" + (f", did you mean {near[0]}?" if near else "")


def _place(settings: Settings, base: Path) -> Settings:
    state = Path(os.environ.get("LEARNSPACE_STATE", settings.state))
    update: dict[str, object] = {"state": (base / state).resolve()}
    if settings.courses.templates is not None:
        templates = (base / settings.courses.templates).resolve()
        update["courses"] = settings.courses.model_copy(update={"templates": templates})
    return settings.model_copy(update=update)
