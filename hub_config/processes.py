"""A space as a local process: for trying things out, and for one trusted group. It isolates nobody from anybody."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

import learnspace_core
from hub_config.tenants import SpaceRefused, Tenant, space_environment, taught_directories
from learnspace_core.homes import link_courses
from learnspace_core.settings import Settings

CHINESE_FONTS = {
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "Noto Sans CJK SC",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc": "WenQuanYi Micro Hei",
}
"""Where Debian's packages fonts-noto-cjk and fonts-wqy-microhei put their fonts."""

CORE = Path(learnspace_core.__file__).parent
BIN = Path(sys.executable).parent
"""Where this environment's commands are; the space runs them, and nbgrader runs ``alembic`` by name."""


class ProcessSpace(SimpleLocalProcessSpawner):
    """One person's JupyterLab as a child of the hub, with a home of its own in the state directory."""

    async def admit(self, tenant: Tenant, settings: Settings) -> None:
        """Make the home ready and set what the person's space needs."""
        courses = await asyncio.to_thread(taught_directories, settings, tenant)
        home = await asyncio.to_thread(furnish_home, settings.state / "homes", tenant, courses)
        self.home_dir = str(home)
        self.popen_kwargs = {"cwd": self.home_dir}
        self.environment = {
            **space_environment(tenant, f"http://127.0.0.1:{settings.service_port}", settings),
            "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
            "MATPLOTLIBRC": str(await asyncio.to_thread(write_matplotlibrc, settings.state / "run")),
            "JUPYTER_CONFIG_PATH": str(CORE / "space_config"),
        }

    def make_preexec_fn(self, name: str) -> None:
        """Run nothing between fork and exec: the home is there and ``popen_kwargs`` enters it."""
        return


def write_matplotlibrc(directory: Path) -> Path:
    """Write the settings with which plots show Chinese, if this machine has a font for it, and return their path.

    A family that is not installed would be a warning on every plot. The same for containers: images/base/matplotlibrc.
    """
    family = next((family for path, family in CHINESE_FONTS.items() if Path(path).exists()), None)
    path = directory / "matplotlibrc"
    path.write_text(
        f"font.family: sans-serif{f', {family}' if family else ''}\naxes.unicode_minus: False\n", encoding="utf-8"
    )
    return path


def furnish_home(homes: Path, tenant: Tenant, courses: Mapping[str, Path]) -> Path:
    """Make the person's home, which nobody else may enter, with a link to each course they teach and to no other.

    Raises:
        SpaceRefused: the username cannot be a directory's name.
    """
    if "/" in tenant.student or tenant.student.startswith("."):
        raise SpaceRefused("This username cannot be the name of a directory. Ask your manager for another one.")
    # Not by username: one that is given to somebody new must not bring the files of the old one.
    home = homes / tenant.student
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    link_courses(home, courses)
    return home
