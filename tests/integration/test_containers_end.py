"""What outlives a container space: files, and the space itself when its hub stops, is killed or gets a new image."""

from __future__ import annotations

import signal
import subprocess

import httpx
import pytest

from hub_config.volumes import stop_all
from learnspace_people.tables import PersonRow
from tests.integration.container_platform import IMAGE, Platform, wait_for

pytestmark = pytest.mark.docker


def test_files_are_there_after_stop_and_start(platform: Platform) -> None:
    platform.enrol("stopper")
    before = platform.start_space("stopper")
    platform.write("stopper", "风筝")
    platform.stop_space("stopper")
    after = platform.start_space("stopper")
    assert after.id != before.id
    assert platform.read("stopper") == "风筝"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_space_outlives_the_hub(platform: Platform, sign: signal.Signals) -> None:
    username = f"worker{sign.value}"
    platform.enrol(username)
    before = platform.start_space(username)
    platform.write(username, "kept")
    platform.restart_hub(sign)
    wait_for("the space behind the new hub", lambda: platform.answers(username))
    assert platform.container(username).id == before.id
    assert platform.read(username) == "kept"
    assert platform.http.get(f"/hub/api/users/{username}").json()["servers"][""]["ready"]


@pytest.mark.parametrize("started", [True, False], ids=["started", "made"])
def test_a_hub_killed_during_a_spawn_leaves_nothing_in_the_way(platform: Platform, started: bool) -> None:
    username = f"unlucky{int(started)}"
    platform.enrol(username)
    with pytest.raises(httpx.HTTPError), httpx.Client(timeout=0.2, trust_env=False) as impatient:
        impatient.post(
            f"{platform.http.base_url}/hub/api/users/{username}/server",
            headers={"Authorization": f"Bearer {platform.token}"},
        )
    wait_for("the container", lambda: platform.containers(username))
    platform.hub.kill()
    platform.hub.wait(30)
    if started:  # the engine does what it was asked to do, though who asked is gone
        platform.container(username).start()
    else:
        platform.container(username).stop(timeout=0)
    platform.hub = platform.start_hub()
    platform.start_space(username)
    platform.stop_space(username)
    assert not platform.containers(username)


def test_a_new_image_keeps_the_files(platform: Platform) -> None:
    platform.enrol("modern")
    platform.start_space("modern")
    platform.write("modern", "kept")
    tag = f"learnspace/space:test-{platform.port}"
    dockerfile = f"FROM {IMAGE}\nLABEL test={platform.port}\n".encode()
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, "-"], input=dockerfile, check=True, capture_output=True)
    try:
        platform.configure(tag)
        platform.restart_hub(signal.SIGTERM)
        platform.stop_space("modern")
        container = platform.start_space("modern")
        assert container.attrs["Config"]["Image"] == tag
        assert platform.read("modern") == "kept"
        platform.stop_space("modern")
    finally:
        platform.configure(IMAGE)
        platform.restart_hub(signal.SIGTERM)
        platform.engine.images.remove(tag)


def test_a_name_given_to_somebody_new_brings_no_old_files(platform: Platform) -> None:
    platform.enrol("heir")
    platform.start_space("heir")
    platform.write("heir", "private")
    platform.stop_space("heir")
    with platform.people.read() as session:
        volume = f"learnspace-home-{session.query(PersonRow).filter_by(username='heir').one().id}"
    with platform.people.write() as session:
        session.delete(session.query(PersonRow).filter_by(username="heir").one())
    platform.enrol("heir")
    platform.start_space("heir")
    assert platform.read("heir") is None
    platform.stop_space("heir")
    platform.engine.volumes.get(volume).remove()


def test_stop_all_stops_only_this_installation(platform: Platform) -> None:
    platform.enrol("mine")
    platform.start_space("mine")
    other = platform.settings.model_copy(update={"state": platform.folder / "elsewhere"})
    assert stop_all(other) == 0
    assert platform.container("mine").status == "running"
    platform.stop_space("mine")
