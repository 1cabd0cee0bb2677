"""ngshare, the HTTP exchange that Jupyter classes use today: in an environment of its own, its sign-in patched out."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.conftest import ROOT, free_port
from tests.integration.conftest import wait_until

PLACE = ROOT / ".tools" / "ngshare"
VERSION = "0.6.0"
TEACHER = "teacher"
COURSE = ASSIGNMENT = "bench"
START = """
import sys
from ngshare import ngshare
# Who asks says in the query who they are; its own --vngshare, which is for that, asks for a sign-in all the same.
ngshare.MyRequestHandler.get_current_user = lambda handler: {"name": handler.get_argument("user")}
ngshare.main(sys.argv[1:])
"""


def python() -> Path:
    """Return the interpreter of ngshare's environment, made if it is missing."""
    found = PLACE / "bin" / "python"
    if not found.exists():
        uv = str(ROOT / ".tools" / "bin" / "uv")
        # What it adds to a course by a back reference, SQLAlchemy 2 does not save.
        install = ["pip", "install", "--python", str(found), f"ngshare=={VERSION}", "sqlalchemy<2"]
        for command in (["venv", "--python", "3.11", str(PLACE)], install):
            subprocess.run([uv, *command], check=True, capture_output=True)
    return found


@contextmanager
def running(students: list[str]) -> Iterator[int]:
    """Run it with a course, an assignment and these students; yield its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ngshare-bench-", ignore_cleanup_errors=True) as name:
        command = [str(python()), "-c", START, "--vngshare", "--port", str(port), "--admins", TEACHER]
        places = ["--database", f"sqlite:///{name}/ngshare.db", "--storage", f"{name}/files"]
        # It reads where its hub would be even when it asks none.
        names = ("API_URL", "API_TOKEN", "CLIENT_ID")
        nobody = {f"JUPYTERHUB_{name}": "none" for name in names} | {"JUPYTERHUB_SERVICE_PREFIX": "/api/"}
        with (Path(name) / "log").open("wb") as log:
            process = subprocess.Popen([*command, *places], cwd=name, env=nobody, stdout=log, stderr=log)
            try:
                url = f"http://127.0.0.1:{port}/api"
                wait_until(lambda: _answers(url) or process.poll() is not None)
                assert process.poll() is None, (Path(name) / "log").read_text()
                _prepare(url, students)
                yield port
            finally:
                process.terminate()
                process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/courses?user={TEACHER}", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _prepare(url: str, students: list[str]) -> None:
    with httpx.Client(trust_env=False, timeout=60, params={"user": TEACHER}) as client:

        def post(path: str, **form: object) -> None:
            answer = client.post(f"{url}/{path}", data={key: json.dumps(value) for key, value in form.items()})
            assert answer.json()["success"], answer.text

        post(f"course/{COURSE}", instructors=[TEACHER])
        people = [{"username": s, "first_name": "", "last_name": "", "email": ""} for s in students]
        post(f"students/{COURSE}", students=people)
        post(f"assignment/{COURSE}/{ASSIGNMENT}", files=[{"path": "work.ipynb", "content": "e30K"}])
