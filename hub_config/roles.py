"""Who may do what in the hub: as little as each needs. Rights inside Learnspace are asked of ``learnspace_people``."""

from __future__ import annotations

from traitlets.config import Config

from learnspace_core.settings import Settings

SERVICE_ACCESS = "access:services!service=learnspace"


def configure_roles(c: Config, settings: Settings) -> None:
    """Let every person and their space use the service, and the culler stop idle spaces."""
    c.JupyterHub.extra_user_scopes = [SERVICE_ACCESS]
    # A space's token speaks for its owner to the service and reports its activity, nothing else.
    c.Spawner.server_token_scopes = [
        "users:activity!user",
        "access:servers!server",
        "read:users:name!user",
        SERVICE_ACCESS,
    ]
    c.JupyterHub.load_roles = [
        {
            "name": "learnspace-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["culler"],
        },
        # Who is renamed or removed, or teaches a course no more, loses the space that was theirs under that name.
        {"name": "learnspace-people", "scopes": ["delete:users", "delete:servers"], "services": ["people"]},
    ]
