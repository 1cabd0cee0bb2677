"""The hub's own pages: our templates over JupyterHub's, in the reader's language."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from hub_config.words import Words
from learnspace_core.settings import PREFIX, Settings

TEMPLATES = Path(__file__).parent / "templates"


def configure_pages(c: Config, settings: Settings) -> None:
    """Set templates and what they show."""
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = {"learnspace_prefix": PREFIX}
    c.JupyterHub.logo_file = str(TEMPLATES / "logo.svg")
    c.JupyterHub.jinja_environment_options = {"extensions": [Words]}
