"""The playbook makes a bare Debian 12 into a Learnspace server, and the second run changes nothing."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ansible.bare_machine import ROOT, Machine, Run, docker, install_environment, make_base

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

NAMES = ["door", "proxy", "hub", "service", "worker", "grader", "culler"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    parts = ["--extra", "hub", "--extra", "grader"]
    command = ["uv", "export", "--frozen", "--no-hashes", "--no-emit-project", *parts, "--output-file", path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def image_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The archive of an image that the engine does not have."""
    image = f"learnspace-playbook-test:{uuid.uuid4().hex}"
    path = tmp_path_factory.mktemp("image") / "space image.tar"
    docker("import", "-", image, stdin=bytes(10240))  # ten kilobytes of nothing: an empty tar
    docker("save", "--output", str(path), image)
    docker("rmi", image)
    yield image, path
    docker("rmi", image, check=False)


@pytest.fixture(scope="module")
def variables(wheel: Path, constraints: Path, image_archive: tuple[str, Path]) -> dict[str, Any]:
    image, archive = image_archive
    return {
        "learnspace_wheel": str(wheel),
        "learnspace_constraints": str(constraints),
        "learnspace_install_environment": install_environment(),
        "learnspace_image_archives": [str(archive)],
        "learnspace_settings": {
            "front": {"address": "0.0.0.0", "port": 443, "public_url": "https://learn.example.org"},
            "signin": {"oidc": {"label": '"学校" account', "roles": {"teachers": "teacher:python-first-steps"}}},
            # A network that is not there yet: the engine is another machine's, and so would its address be.
            "spaces": {"kind": "docker", "image": image, "cpus": 0.5, "network": f"learnspace-{uuid.uuid4().hex[:8]}"},
            "sandbox": {"image": image},
        },
    }


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    make_base(folder)
    machine = Machine.start(f"bare-{uuid.uuid4().hex[:8]}", folder)
    yield machine
    machine.remove()


@pytest.fixture(scope="module")
def first(machine: Machine, variables: dict[str, Any]) -> Run:
    run = machine.converge(variables)
    assert run.tally["failed"] == 0, run.output
    return run


def test_the_second_run_changes_nothing(machine: Machine, first: Run, variables: dict[str, Any]) -> None:
    second = machine.converge(variables)
    assert first.tally["changed"] > 10
    assert (second.tally["changed"], second.tally["failed"]) == (0, 0), second.output


@pytest.mark.usefixtures("first")
def test_user_owns_the_state_and_nobody_else_reads_it(machine: Machine) -> None:
    assert machine.shell("id learnspace").startswith("uid=10500(learnspace) gid=10500(learnspace) groups=10500")
    assert machine.shell("stat --format '%U:%G %a' /var/lib/learnspace") == "learnspace:learnspace 750\n"
    assert machine.shell("stat --format '%U:%G %a' /etc/learnspace/learnspace.toml") == "root:learnspace 640\n"
    assert machine.shell("stat --format '%U %a' /var/lib/learnspace/learnspace.db").startswith("learnspace ")
    assert machine.shell("find /var/lib/learnspace /opt/learnspace -perm -o=w -not -type l") == ""


@pytest.mark.usefixtures("first")
def test_settings_arrive_as_they_were_given(machine: Machine, variables: dict[str, Any]) -> None:
    written = tomllib.loads(machine.shell("cat /etc/learnspace/learnspace.toml"))
    assert written == variables["learnspace_settings"] | {"state": "/var/lib/learnspace"}


@pytest.mark.usefixtures("first")
def test_program_answers_and_the_doctor_is_content(machine: Machine) -> None:
    assert "0.1.0" in machine.shell("/opt/learnspace/venv/bin/learnspace --version")
    learnspace = "LEARNSPACE_CONFIG=/etc/learnspace/learnspace.toml /opt/learnspace/venv/bin/learnspace"
    report = machine.shell(f"cd /var/lib/learnspace && {learnspace} doctor")
    assert "443" in report


@pytest.mark.usefixtures("first")
def test_every_process_has_a_sound_unit(machine: Machine, tmp_path: Path) -> None:
    for name in NAMES:
        text = machine.shell(f"cat /etc/systemd/system/learnspace-{name}.service")
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(text)
        assert unit["Service"]["User"] == "learnspace"
        assert unit["Service"]["ExecStart"] == f"/opt/learnspace/venv/bin/learnspace serve {name}"
        reaches_engine = unit["Service"]["SupplementaryGroups"] == "docker"
        assert reaches_engine == (name in ("hub", "grader")), name
        # Only here the program's path is one that this machine has too: verify refuses units whose program is missing.
        here = text.replace("/opt/learnspace/venv/bin/learnspace", shutil.which("true") or "/bin/true")
        (tmp_path / f"learnspace-{name}.service").write_text(here.replace("User=learnspace", "User=root"))
    (tmp_path / "learnspace.target").write_text(machine.shell("cat /etc/systemd/system/learnspace.target"))
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "learnspace" in line]
    assert (done.returncode, complaints) == (0, [])


@pytest.mark.usefixtures("first")
def test_wrong_key_stops_the_playbook_and_the_old_settings_stay(machine: Machine, variables: dict[str, Any]) -> None:
    before = machine.shell("cat /etc/learnspace/learnspace.toml")
    run = machine.converge(variables | {"learnspace_settings": {"frnt": {"port": 443}}}, tags="settings")
    assert run.tally["failed"] == 1
    assert "unknown key frnt, did you mean front?" in run.output
    assert machine.shell("cat /etc/learnspace/learnspace.toml") == before


@pytest.mark.usefixtures("first")
def test_another_build_of_the_same_version_replaces_the_old_one(
    machine: Machine, wheel: Path, variables: dict[str, Any], tmp_path: Path
) -> None:
    rebuilt = shutil.copy(wheel, tmp_path)
    with zipfile.ZipFile(rebuilt, "a") as archive:
        archive.writestr("learnspace_core/built_again.py", '"""A later build."""\n')
    run = machine.converge(variables | {"learnspace_wheel": str(rebuilt)}, tags="programs")
    assert run.tally["failed"] == 0, run.output
    assert machine.shell(
        "/opt/learnspace/venv/bin/python -c 'import learnspace_core.built_again as b; print(b.__doc__)'"
    )


def test_the_playbook_and_the_roles_are_clean() -> None:
    command = [Path(sys.executable).with_name("ansible-lint"), "--offline", "--profile", "production", "--strict"]
    done = subprocess.run(command, cwd=ROOT / "ansible", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("role", ["docker", "learnspace"])
def test_every_knob_is_described_and_every_description_has_a_knob(role: str) -> None:
    folder = ROOT / "ansible/roles" / role
    defaults = yaml.safe_load((folder / "defaults/main.yml").read_text(encoding="utf-8"))
    described = yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = described["argument_specs"]["main"]["options"]
    required = {name for name, option in options.items() if option.get("required")}
    assert set(options) - required == set(defaults)
