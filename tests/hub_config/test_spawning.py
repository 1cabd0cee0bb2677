"""What JupyterHub is told about spaces, and what a space is given: one fact each, no hub and no engine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from traitlets.config import Config

from hub_config.processes import furnish_home
from hub_config.spawning import admission, configure_spawning
from hub_config.tenants import SpaceRefused, Tenant, read_tenant, space_environment
from hub_config.volumes import HOME, home_volume, mounts, state_id
from learnspace_core.database import Database, upgrade
from learnspace_core.labstatic import find_lab_static
from learnspace_core.settings import Settings, parse_settings
from learnspace_people.models import Course, Enrolment
from learnspace_people.store import ensure_course, ensure_enrolment, ensure_person


def settings_in(state: Path, **spaces: Any) -> Settings:
    return parse_settings({"spaces": spaces}).model_copy(update={"state": state})


@pytest.fixture
def process(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, kind="process", start_seconds=33)


@pytest.fixture
def containers(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, kind="docker", memory="512M", cpus=0.5, processes=99, network="lessons")


@pytest.fixture
def c() -> Config:
    return Config()


@pytest.fixture
def roster(tmp_path: Path) -> Database:
    """A school with a teacher of two courses, a learner of one of them, and a visitor with no role."""
    url = f"sqlite:///{tmp_path / 'learnspace.db'}"
    upgrade(url)
    database = Database(url)
    with database.write() as session:
        for course in ("python", "maths"):
            ensure_course(session, Course(id=course, title=course, institution="demo"))
        teacher = ensure_person(session, "teacher", "Teacher")
        for course in ("python", "maths"):
            ensure_enrolment(session, teacher.id, Enrolment(role="teacher", institution="demo", course=course))
        ensure_enrolment(session, teacher.id, Enrolment(role="learner", institution="demo", course="python"))
        learner = ensure_person(session, "learner", "Learner")
        ensure_enrolment(session, learner.id, Enrolment(role="learner", institution="demo", course="python"))
        ensure_person(session, "visitor", "Visitor")
    return database


def tenant(username: str = "ada", *teaches: str, id: str = "1f") -> Tenant:
    return Tenant(id, username, username, teaches)


@pytest.mark.parametrize("kind", ["process", "docker"])
def test_spaces_outlive_the_hub(c: Config, tmp_path: Path, kind: str) -> None:
    configure_spawning(c, settings_in(tmp_path, kind=kind))
    assert c.JupyterHub.cleanup_servers is False


@pytest.mark.parametrize("kind", ["process", "docker"])
def test_no_environment_of_the_hub_is_inherited(c: Config, tmp_path: Path, kind: str) -> None:
    configure_spawning(c, settings_in(tmp_path, kind=kind))
    assert c.Spawner.env_keep == ["LANG", "LC_ALL"]


@pytest.mark.parametrize("kind", ["process", "docker"])
def test_configuring_twice_changes_nothing(tmp_path: Path, kind: str) -> None:
    once, twice = Config(), Config()
    settings = settings_in(tmp_path, kind=kind)
    for c in (once, twice, twice):
        configure_spawning(c, settings)
        c.Spawner.pre_spawn_hook = None
    assert once == twice


def test_the_time_to_start_is_the_setting(c: Config, process: Settings) -> None:
    configure_spawning(c, process)
    assert c.Spawner.start_timeout == c.Spawner.http_timeout == 33


def test_process_spaces_run_this_environments_server(c: Config, process: Settings) -> None:
    configure_spawning(c, process)
    [command] = c.Spawner.cmd
    assert Path(command).is_file()
    assert Path(command).parent == Path(sys.executable).parent


def test_memory_is_limited_and_swap_adds_nothing(c: Config, containers: Settings) -> None:
    configure_spawning(c, containers)
    assert (c.DockerSpawner.mem_limit, c.DockerSpawner.extra_host_config["memswap_limit"]) == ("512M", "512m")


def test_processor_and_processes_are_limited(c: Config, containers: Settings) -> None:
    configure_spawning(c, containers)
    assert (c.DockerSpawner.cpu_limit, c.DockerSpawner.extra_host_config["pids_limit"]) == (0.5, 99)


def test_containers_have_no_privileges(c: Config, containers: Settings) -> None:
    configure_spawning(c, containers)
    host = c.DockerSpawner.extra_host_config
    assert (host["cap_drop"], host["security_opt"]) == (["ALL"], ["no-new-privileges"])


def test_installations_on_one_machine_have_containers_of_their_own(tmp_path: Path) -> None:
    prefixes = set()
    for name in ("one", "two"):
        c = Config()
        configure_spawning(c, settings_in(tmp_path / name, kind="docker"))
        prefixes.add(c.DockerSpawner.prefix)
    assert len(prefixes) == 2


def test_state_id_fits_a_container_name(tmp_path: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", state_id(settings_in(tmp_path / "学校 1")))


def test_a_name_given_to_somebody_new_brings_a_new_volume() -> None:
    assert home_volume(tenant("ada", id="1f")) != home_volume(tenant("ada", id="2f"))


def test_a_learner_gets_the_home_and_nothing_else(containers: Settings) -> None:
    (containers.state / "courses" / "python").mkdir(parents=True)
    [home] = mounts(containers, tenant())
    assert home == {
        "type": "volume",
        "source": "learnspace-home-1f",
        "target": HOME,
        "labels": {"learnspace.owner": "1f"},
    }


def test_a_teacher_gets_the_taught_courses_and_no_other(containers: Settings) -> None:
    for course in ("python", "maths"):
        (containers.state / "courses" / course).mkdir(parents=True)
    _, course = mounts(containers, tenant("ada", "python"))
    assert (course["source"], course["target"]) == (
        str(containers.state / "courses" / "python"),
        "/home/learnspace/courses/python",
    )


def test_a_course_without_a_directory_is_not_mounted(containers: Settings) -> None:
    assert len(mounts(containers, tenant("ada", "python"))) == 1


def test_a_home_is_closed_to_others(tmp_path: Path) -> None:
    assert furnish_home(tmp_path, tenant(), {}).stat().st_mode & 0o777 == 0o700


def test_a_home_keeps_its_files(tmp_path: Path) -> None:
    (furnish_home(tmp_path, tenant(), {}) / "kite.ipynb").write_text("mine")
    assert (furnish_home(tmp_path, tenant(), {}) / "kite.ipynb").read_text() == "mine"


def test_a_learners_home_has_no_courses(tmp_path: Path) -> None:
    assert list(furnish_home(tmp_path, tenant(), {}).iterdir()) == []


def test_a_teachers_home_links_the_course(tmp_path: Path) -> None:
    course = tmp_path / "courses" / "python"
    course.mkdir(parents=True)
    home = furnish_home(tmp_path / "homes", tenant("ada", "python"), {"python": course})
    assert (home / "courses" / "python").resolve() == course


def test_a_course_no_longer_taught_loses_its_link(tmp_path: Path) -> None:
    course = tmp_path / "courses" / "python"
    course.mkdir(parents=True)
    furnish_home(tmp_path / "homes", tenant("ada", "python"), {"python": course})
    home = furnish_home(tmp_path / "homes", tenant(), {})
    assert not (home / "courses" / "python").is_symlink()
    assert course.is_dir()


def test_a_directory_of_the_teachers_own_is_left_alone(tmp_path: Path) -> None:
    course = tmp_path / "courses" / "python"
    course.mkdir(parents=True)
    own = tmp_path / "homes" / "ada" / "courses" / "python"
    own.mkdir(parents=True)
    furnish_home(tmp_path / "homes", tenant("ada", "python"), {"python": course})
    assert own.is_dir()
    assert not own.is_symlink()


@pytest.mark.parametrize("username", ["../ada", "a/b", ".", "..", ".ssh"])
def test_no_username_leaves_the_directory_of_homes(tmp_path: Path, username: str) -> None:
    with pytest.raises(SpaceRefused):
        furnish_home(tmp_path / "homes", tenant(username), {})
    assert not (tmp_path / "homes").exists()


def test_a_teacher_is_read_with_the_taught_courses(roster: Database) -> None:
    found = read_tenant(roster, "teacher")
    assert (found.role, found.teaches) == ("teacher", ("maths", "python"))


def test_a_learner_is_read_with_none(roster: Database) -> None:
    found = read_tenant(roster, "learner")
    assert (found.role, found.teaches) == ("learner", ())


@pytest.mark.parametrize("username", ["visitor", "nobody"])
def test_who_is_on_no_roster_is_refused_in_words(roster: Database, username: str) -> None:
    with pytest.raises(SpaceRefused) as refused:
        read_tenant(roster, username)
    assert refused.value.jupyterhub_message == (
        f"{username} is on no roster yet. Join an open course on the page Courses, or ask your teacher to add you."
    )


async def test_the_roster_of_this_moment_counts(roster: Database, process: Settings) -> None:
    seen: list[Tenant] = []

    class Recorder:
        user = SimpleNamespace(name="visitor")
        handler = None
        environment: ClassVar[dict[str, str]] = {}

        async def admit(self, tenant: Tenant, settings: Settings) -> None:
            seen.append(tenant)

    hook = admission(process)
    with pytest.raises(SpaceRefused):
        await hook(Recorder())
    with roster.write() as session:
        person = ensure_person(session, "visitor", "")
        ensure_enrolment(session, person.id, Enrolment(role="teacher", institution="demo", course="maths"))
    await hook(Recorder())
    assert seen == [Tenant(person.id, "visitor", "visitor", ("maths",))]


@pytest.mark.parametrize(
    ("handler", "language"),
    [
        (SimpleNamespace(request=SimpleNamespace(headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})), "zh-CN"),
        (SimpleNamespace(request=SimpleNamespace(headers={"Accept-Language": "de,en;q=0.8"})), "en"),
        (SimpleNamespace(request=SimpleNamespace(headers={})), "en"),
        (None, "en"),
    ],
)
async def test_a_space_is_told_the_language_of_the_browser(
    process: Settings, roster: Database, handler: Any, language: str
) -> None:
    async def admit(_tenant: Tenant, _settings: Settings) -> None:
        return

    with roster.write() as session:
        person = ensure_person(session, "reader", "")
        ensure_enrolment(session, person.id, Enrolment(role="teacher", institution="demo", course="maths"))
    space = SimpleNamespace(user=SimpleNamespace(name="reader"), handler=handler, environment={"A": "b"}, admit=admit)
    await admission(process)(space)
    assert space.environment == {"A": "b", "LEARNSPACE_LANGUAGE": language}


def test_the_environment_names_the_person_and_the_service() -> None:
    lab = find_lab_static()
    assert lab is not None
    settings = Settings.model_validate({"spaces": {"nbgrader_panels": "everyone"}})
    assert space_environment(tenant("ada", "maths", "python"), "http://172.18.0.1:8104", settings) == {
        "LEARNSPACE_SHARED_LAB": lab.url,
        "LEARNSPACE_SERVICE_URL": "http://172.18.0.1:8104/services/learnspace",
        "LEARNSPACE_ROLE": "teacher",
        "LEARNSPACE_PERSON": "1f",
        "LEARNSPACE_COURSES": "maths,python",
        "LEARNSPACE_NBGRADER_PANELS": "everyone",
    }


def test_the_hub_loads_no_jupyter_server() -> None:
    program = (
        "import sys, hub_config.spawning, hub_config.containers;"
        "print([name for name in sys.modules if name.split('.')[0] in ('jupyter_server', 'jupyterlab', 'notebook')])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
