"""An Ansible connection into a running container, so that the playbook meets a bare machine without SSH."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: container
short_description: Run tasks in a Docker container
description: The host's address is the name of the container.
options:
  remote_addr:
    description: Name of the container.
    vars: [{name: inventory_hostname}, {name: ansible_host}]
"""


class Connection(ConnectionBase):
    """Commands through `docker exec`, files through its standard input and output."""

    transport = "container"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        return self._docker(["/bin/sh", "-c", cmd], in_data)

    def put_file(self, in_path: str, out_path: str) -> None:
        code, _, error = self._docker(["/bin/sh", "-c", 'cat > "$0"', out_path], Path(in_path).read_bytes())
        if code:
            raise AnsibleConnectionFailure(error.decode())

    def fetch_file(self, in_path: str, out_path: str) -> None:
        code, content, error = self._docker(["cat", in_path], None)
        if code:
            raise AnsibleConnectionFailure(error.decode())
        Path(out_path).write_bytes(content)

    def close(self) -> None:
        self._connected = False

    def _docker(self, command: list[str], in_data: bytes | None) -> tuple[int, bytes, bytes]:
        container = self.get_option("remote_addr")
        done = subprocess.run(
            ["docker", "exec", "--interactive", container, *command], input=in_data or b"", capture_output=True
        )
        return done.returncode, done.stdout, done.stderr
