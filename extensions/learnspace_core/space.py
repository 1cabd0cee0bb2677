"""The jupyter-server extension of a space: mounts what each feature does in the learner's own server."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from learnspace_core.features import load_all
from learnspace_core.labstatic import find_lab_static
from learnspace_core.routes import BASE

LANGUAGES = Path(__file__).parent / "space_config" / "languages"
"""Holds a folder of JupyterLab's settings for each language but English."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "learnspace_core.space"}]


def _link_jupyter_server_extension(_server: Any) -> None:
    """Choose the language before JupyterLab reads its settings, which it does once."""
    _speak(os.environ.get("LEARNSPACE_LANGUAGE", ""))


def _load_jupyter_server_extension(server: Any) -> None:
    """Mount the handlers; for a teacher, nbgrader's formgrader too, and nbgrader's panels for who has them."""
    base = server.web_app.settings["base_url"] + BASE
    rows = [row for room in load_all("routes") for row in room.handlers]
    server.web_app.add_handlers(".*$", [(f"{base}{path}", handler, options) for path, handler, options in rows])
    if os.environ.get("LEARNSPACE_ROLE") == "teacher":
        import_module("learnspace_assignments.formgrader").load(server)
    panels = import_module("learnspace_assignments.panels")
    shown = panels.shown_panels(os.environ)
    panels.load(server, shown)
    _adapt_page(server.web_app.settings, {panels.plugin(panel) for panel in shown})


async def _start_jupyter_server_extension(server: Any) -> None:
    """Begin what a feature does in the background of a space."""
    for room in load_all("routes"):
        if hasattr(room, "start"):
            await room.start(server.web_app.settings, Path(server.contents_manager.root_dir))


def _speak(language: str) -> None:
    """Let JupyterLab begin in this language; what its owner chooses in JupyterLab's settings goes before."""
    folder = LANGUAGES / language
    if language and folder.is_dir():
        before = os.environ.get("JUPYTER_CONFIG_PATH", "")
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(folder), before]))


def _adapt_page(settings: dict[str, Any], shown: set[str]) -> None:
    """Let JupyterLab's page load the files all learners share, and turn on the plugins that this person has.

    The plugins of nbgrader are off for everyone in ``space_config/labconfig/page_config.json``.
    """
    before = settings.get("page_config_hook")
    shared = os.environ.get("LEARNSPACE_SHARED_LAB", "")
    lab = find_lab_static()

    def hook(handler: Any, page_config: dict[str, Any]) -> dict[str, Any]:
        page_config = before(handler, page_config) if before else page_config
        if lab and lab.url == shared:
            page_config["fullStaticUrl"] = shared
        if shown:
            disabled = page_config.get("disabledExtensions", [])
            page_config["disabledExtensions"] = [name for name in disabled if name not in shown]
        return page_config

    settings["page_config_hook"] = hook
