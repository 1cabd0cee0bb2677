"""What JupyterHub loads: the settings, handed to the rooms that turn them into configuration."""

from traitlets.config import get_config

from hub_config.configure import configure
from learnspace_core.settings import load_settings

configure(get_config(), load_settings())
