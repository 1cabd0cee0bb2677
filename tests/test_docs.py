"""The docs against the product: endpoints, commands, links and make targets that exist, all of them and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from learnspace_core.app import make_app
from learnspace_core.cli import app as command_line
from learnspace_core.database import upgrade
from learnspace_core.features import load_all
from learnspace_core.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]
BASE = f"{PREFIX}/api"
HEADING = re.compile(r"^### `([A-Z]+ /[^`]*)`$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:^|&&|;)[ \t]*(?:[A-Z_]+=\S+[ \t]+)*make((?:[ \t]+[^\s#&;|]+)+)", re.MULTILINE)


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _code(page: Path) -> list[str]:
    """Return what a reader would type: the blocks that name no language, and code within a line."""
    text = _text(page)
    blocks = [block.removeprefix("```\n") for block in FENCE.findall(text) if block.startswith("```\n")]
    return [*blocks, *SPAN.findall(FENCE.sub("", text))]


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def endpoints(tmp_path: Path) -> set[str]:
    """Verb and path, below the API's base, of every endpoint of the service."""
    settings = Settings(state=tmp_path)
    upgrade(settings.database_url)
    paths = make_app(settings).openapi()["paths"]
    return {f"{verb.upper()} {path.removeprefix(BASE)}" for path, verbs in paths.items() for verb in verbs}


def test_every_endpoint_has_a_heading_and_every_heading_an_endpoint(endpoints: set[str]) -> None:
    headings = HEADING.findall(_text(ROOT / "docs" / "api.md"))
    assert sorted(headings) == sorted(endpoints)


def _commands(command: object, name: str) -> Iterator[str]:
    # Typer brings a click of its own, so its groups are known by what they have.
    inner_commands: dict[str, object] | None = getattr(command, "commands", None)
    if inner_commands is None:
        yield name
        return
    for part, inner in inner_commands.items():
        yield from _commands(inner, f"{name} {part}")


def _all_commands() -> list[str]:
    """Every command, with those of the features' groups, which ``main()`` mounts."""
    found = list(_commands(typer.main.get_command(command_line), "learnspace"))
    for room in load_all("cli"):
        for name, group in getattr(room, "GROUPS", {}).items():
            found += _commands(typer.main.get_command(group), f"learnspace {name}")
    return sorted(set(found))


def test_every_command_is_in_the_docs() -> None:
    commands = _all_commands()
    assert {"learnspace up", "learnspace db upgrade", "learnspace people import"} <= set(commands)
    text = "\n".join(map(_text, DOCS))
    assert [command for command in commands if not re.search(rf"\b{re.escape(command)}\b", text)] == []


def test_every_command_in_the_docs_exists() -> None:
    first = {command.split()[1] for command in _all_commands()}
    typed = re.compile(r"(?:^|/bin/)learnspace ([a-z]+)\b", re.MULTILINE)
    named = {(_name(page), word) for page in PAGES for code in _code(page) for word in typed.findall(code)}
    assert len(named) > 5
    assert sorted((page, word) for page, word in named if word not in first) == []


def _slug(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_slug(heading) for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", _text(page)), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", _text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if (
            not place.exists()
            or not place.is_relative_to(ROOT)
            or (anchor and place.suffix == ".md" and anchor not in _anchors(place))
        ):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_make_target_exists(page: Path) -> None:
    makefile = _text(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    patterns = [target.removesuffix("%") for target in re.findall(r"^([a-z-]+%):", makefile, re.MULTILINE)]
    named = {
        word
        for code in _code(page)
        for words in MAKE.findall(code)
        for word in words.split()
        if re.fullmatch(r"[a-z][\w-]*", word)
    }
    assert sorted(word for word in named - targets if not word.startswith(tuple(patterns))) == []


def test_the_pages_are_all_there() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {page.name for page in PAGES}
    assert {"architecture", "settings", "api", "first-course", "operate", "course-format"} <= {p.stem for p in DOCS}
