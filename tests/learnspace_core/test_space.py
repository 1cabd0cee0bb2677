import json
import subprocess
import sys

import httpx
import pytest
from jupyter_server.services.config import ConfigManager
from tornado.httpclient import HTTPClientError

from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.routes import FORWARDED, service_path
from learnspace_core.space import _speak

pytest_plugins = ["pytest_jupyter.jupyter_server"]

TOKEN = "a-token"


@pytest.fixture
def service_down(jp_serverapp):
    # Port 9 of loopback: nothing listens there.
    jp_serverapp.web_app.settings["learnspace_client"] = ServiceClient("http://127.0.0.1:9/services/learnspace", TOKEN)


async def test_a_space_says_what_to_do_when_the_service_is_down(jp_fetch, service_down):
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch("learnspace", "api", "home")
    assert failed.value.code == 503
    body = json.loads(failed.value.response.body)
    assert set(body) == {"code", "message"}
    assert body["code"] == "service_unreachable"


@pytest.mark.parametrize("path", ["me", "home", "assignments", "jobs/1", "teach"])
async def test_unauthenticated(jp_serverapp, http_server_client, jp_base_url, path):
    with pytest.raises(HTTPClientError) as failed:
        await http_server_client.fetch(f"{jp_base_url}learnspace/api/{path}")
    assert failed.value.code == 403
    assert json.loads(failed.value.response.body)["code"] == "forbidden"


async def test_a_verb_that_is_not_in_the_table_is_refused(jp_fetch, service_down):
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch("learnspace", "api", "home", method="POST", body="{}")
    assert failed.value.code == 405
    assert json.loads(failed.value.response.body)["code"] == "method_not_allowed"


async def test_a_fault_of_ours_shows_no_traceback(jp_fetch, jp_serverapp):
    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("secret detail")

    transport = httpx.MockTransport(broken)
    jp_serverapp.web_app.settings["learnspace_client"] = ServiceClient("http://x", TOKEN, transport)
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch("learnspace", "api", "me")
    assert failed.value.code == 500
    body = failed.value.response.body.decode()
    assert json.loads(body)["code"] == "internal_error"
    assert "secret detail" not in body


@pytest.mark.parametrize("path", ["teach/%2e%2e/x/grade", "jobs/a%2Fb", "jobs/%00", "teach/../me"])
def test_a_path_that_would_lead_elsewhere_is_not_found(path):
    with pytest.raises(LearnspaceError) as failed:
        service_path(path)
    assert failed.value.code == "not_found"


def test_a_path_in_another_script_is_passed_on():
    assert service_path("teach/c/%E4%BD%9C%E4%B8%9A/grade") == "teach/c/%E4%BD%9C%E4%B8%9A/grade"
    assert FORWARDED


def test_a_space_loads_nothing_of_the_hubs_side():
    code = (
        "import sys; from learnspace_core.features import load_all; import learnspace_core.space; load_all('routes');"
        "print([m for m in ('sqlalchemy', 'fastapi', 'alembic', 'jupyterhub', 'nbgrader') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_delete_is_passed_on_and_answered_with_nothing(jp_fetch, jp_serverapp):
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path))
        return httpx.Response(204)

    jp_serverapp.web_app.settings["learnspace_client"] = ServiceClient("http://x", TOKEN, httpx.MockTransport(answer))
    done = await jp_fetch("learnspace", "api", "teach", "art", "accommodations", "a1", method="DELETE")
    assert (done.code, done.body) == (204, b"")
    assert asked == [("DELETE", "/api/teach/art/accommodations/a1")]


@pytest.mark.parametrize(("asked", "expected"), [("zh-CN", "zh_CN"), ("en", None), ("", None), ("../..", None)])
def test_jupyterlab_begins_in_the_language_of_the_browser(monkeypatch, asked, expected):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.delenv("JUPYTER_NO_CONFIG", raising=False)
    _speak(asked)
    settings = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    assert settings.get("@jupyterlab/translation-extension:plugin", {}).get("locale") == expected
