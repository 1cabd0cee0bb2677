"""A bare Debian 12 in a container, and the playbook's runs against it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
BASE = "debian:bookworm-slim"
CERTIFICATES = "/etc/test-certificates.pem"


def docker(*arguments: str, check: bool = True, stdin: bytes | None = None) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, input=stdin)
    assert done.returncode == 0 or not check, done.stderr.decode()
    return done.stdout.decode()


def make_base(folder: Path) -> None:
    """Make Debian's base image from Debian's packages where no registry gave it."""
    if docker("image", "ls", "--quiet", BASE):
        return
    archive = folder / "base.tar"
    subprocess.run(
        ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", archive],
        check=True,
        capture_output=True,
    )
    docker("import", str(archive), BASE)


@dataclass
class Run:
    """What one run of the playbook came to."""

    output: str
    tally: dict[str, int]
    """Numbers of the recap: ok, changed, failed, ..."""


@dataclass
class Machine:
    """A container that Ansible takes for a server."""

    name: str
    folder: Path

    @classmethod
    def start(cls, name: str, folder: Path) -> Machine:
        """Start it with this machine's way to the package archives, and with its Docker engine."""
        cache = Path(tempfile.gettempdir()) / "learnspace-test-downloads"
        cache.mkdir(exist_ok=True)
        mounts = {"/var/run/docker.sock": "/var/run/docker.sock", str(cache): "/var/cache/downloads"}
        if bundle := os.environ.get("SSL_CERT_FILE"):
            mounts[bundle] = f"{CERTIFICATES}:ro"
        volumes = [f"--volume={here}:{there}" for here, there in mounts.items()]
        docker("run", "--detach", "--init", "--name", name, *volumes, BASE, "sleep", "infinity")
        machine = cls(name, folder)
        machine.shell("printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d")
        settings = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, check=True).stdout
        machine.shell("cat > /etc/apt/apt.conf.d/99controller", stdin=settings)
        # A server that Debian's installer made has Python; the image has not.
        machine.shell("apt-get update && apt-get install --yes --no-install-recommends python3")
        # The group of the engine's socket has the number that it has outside.
        machine.shell("groupadd --gid $(stat --format %g /var/run/docker.sock) docker")
        return machine

    def shell(self, command: str, stdin: bytes | None = None) -> str:
        return docker("exec", "--interactive", self.name, "sh", "-c", command, stdin=stdin or b"")

    def converge(self, variables: dict[str, object], tags: str = "all") -> Run:
        """Run the playbook as a user does, with variables of the host."""
        inventory = self.folder / "inventory.yml"
        hosts = {"learnspace": {"hosts": {self.name: {"ansible_connection": "container", **variables}}}}
        inventory.write_text(yaml.safe_dump(hosts), encoding="utf-8")
        environment = os.environ | {
            "ANSIBLE_CONFIG": str(ROOT / "ansible/ansible.cfg"),
            "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connection_plugins"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "LC_ALL": "C.UTF-8",
        }
        command = [Path(sys.executable).with_name("ansible-playbook"), "-i", inventory, "--tags", tags, "playbook.yml"]
        done = subprocess.run(command, cwd=ROOT / "ansible", env=environment, capture_output=True, text=True)
        output = done.stdout + done.stderr
        recap = re.search(rf"^{self.name} +: (.*)$", output, re.MULTILINE)
        assert recap, output
        return Run(output, {word: int(count) for word, count in re.findall(r"(\w+)=(\d+)", recap[1])})

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)


def install_environment() -> dict[str, str]:
    """Return what pip and npm need on this network, as a school behind an inspecting proxy would set it."""
    caches = {"PIP_CACHE_DIR": "/var/cache/downloads/pip", "npm_config_cache": "/var/cache/downloads/npm"}
    if not os.environ.get("SSL_CERT_FILE"):
        return caches
    return caches | {"PIP_CERT": CERTIFICATES, "NODE_EXTRA_CA_CERTS": CERTIFICATES}
