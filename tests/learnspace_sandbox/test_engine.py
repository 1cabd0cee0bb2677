from __future__ import annotations

import base64
import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.features import load_all
from learnspace_core.jobs import Queue
from learnspace_core.settings import Sandbox, Settings
from learnspace_sandbox.engine import Run, make_run
from learnspace_sandbox.models import Request


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest) -> Run:
    """The real sandbox of each kind; the container needs the image that ``make images`` builds."""
    return make_run(request.param, Sandbox(seconds=20, output_bytes=200_000))


def _request(*cells: str, seconds: int = 20, **files: bytes) -> Request:
    return Request.model_validate(
        {
            "cells": [{"source": cell} for cell in cells],
            "files": {name: base64.b64encode(body) for name, body in files.items()},
            "seconds": seconds,
        }
    )


def test_outputs_come_back_with_the_verdict_of_each_cell(run: Run) -> None:
    result = run(_request("x = 2", "print(x)", "1/0", "x + 1"))
    assert [cell.status for cell in result.cells] == ["ok", "ok", "error", "ok"]
    assert result.cells[1].outputs[0]["text"] == "2\n"
    assert result.cells[2].outputs[0]["ename"] == "ZeroDivisionError"
    assert result.ended == ""


def test_files_stand_beside_the_notebook(run: Run) -> None:
    result = run(_request("print(open('walk').read())", walk=b"1,2"))
    assert result.cells[0].outputs[0]["text"] == "1,2\n"


def test_a_notebook_that_kills_its_kernel_has_no_verdict_from_then_on(run: Run) -> None:
    result = run(_request("x = 1", "import os; os._exit(0)", "assert x == 1"))
    assert [cell.status for cell in result.cells] == ["ok", "not_run", "not_run"]
    assert result.ended == "kernel_died"


def test_an_endless_loop_ends_with_its_time(run: Run) -> None:
    result = run(_request("while True: pass", "x = 1", seconds=2))
    assert result.cells[0].status != "ok"
    assert result.ended in ("timeout", "kernel_died") or result.cells[0].status == "error"


def test_output_without_end_is_cut_off(run: Run) -> None:
    result = run(_request("for i in range(100_000): print('x' * 100)"))
    assert result.ended == "too_much_output"
    assert result.cells[0].status == "not_run"


def test_writing_to_the_runners_standard_output_says_nothing(run: Run) -> None:
    forged = '{"cells": [{"status": "ok", "outputs": []}, {"status": "ok", "outputs": []}], "ended": ""}'
    result = run(_request(f"import os; os.write(1, b'{forged}')", "assert False"))
    assert [cell.status for cell in result.cells] == ["ok", "error"]


def test_nothing_of_the_graders_environment_is_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNSPACE_CANARY", "seen")
    result = run(_request("import os; print(os.environ.get('LEARNSPACE_CANARY'))"))
    assert result.cells[0].outputs[0]["text"] == "None\n"


def test_nothing_stays_behind(run: Run) -> None:
    first = run(_request("open('left', 'w').write('x'); import os; print(os.getcwd())"))
    second = run(_request("import os; print(os.path.exists('left'))"))
    assert second.cells[0].outputs[0]["text"] == "False\n"
    where = first.cells[0].outputs[0]["text"].strip()
    assert where == "/tmp" or not Path(where).exists()


@pytest.mark.docker
def test_a_container_has_no_network_no_rights_and_a_read_only_root() -> None:
    run = make_run("docker", Sandbox(seconds=20))
    result = run(
        _request(
            "import os, socket",
            "print(os.getuid() != 0, os.path.exists('/var/run/docker.sock'))",
            "socket.create_connection(('172.17.0.1', 22), timeout=3)",
            "open('/usr/canary', 'w')",
            "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0])",
        )
    )
    assert result.cells[1].outputs[0]["text"] == "True False\n"
    assert [result.cells[2].status, result.cells[3].status] == ["error", "error"]
    assert result.cells[4].outputs[0]["text"] == "0000000000000000\n"


def test_what_is_set_to_be_warm_is_imported_before_a_notebook_runs() -> None:
    run = make_run("process", Sandbox(seconds=20, warm_packages=("wave", "no_such_package", "wave.no.such")))
    result = run(_request("import sys; print([name in sys.modules for name in ('wave', 'aifc')])"))
    assert result.cells[0].outputs[0]["text"] == "[True, False]\n"


def test_a_notebook_finds_nothing_of_what_warmed_the_shell(run: Run) -> None:
    result = run(_request("import sys", "print(hasattr(sys, 'last_value'), In, Out, 'f' in dir())"))
    assert result.cells[1].outputs[0]["text"].startswith("False ['', 'import sys', ")
    assert result.cells[1].outputs[0]["text"].endswith("] {} False\n")


def _test(source: str, *probes: str) -> dict[str, object]:
    return {"source": source, "test": True, "plain": source, "probes": list(probes)}


def test_a_test_that_uses_up_what_it_tests_is_believed_if_it_could_have_failed(run: Run) -> None:
    test = _test("assert next(numbers) == 1", "assert next(numbers) == 5", "assert next(numbers) == 9")
    for answer, passed in (("numbers = iter([1, 2])", True), ("numbers = iter([2, 1])", False)):
        for _ in range(3):  # in whatever order test and probes come
            result = run(Request.model_validate({"cells": [{"source": answer}, test], "seconds": 20}))
            assert (result.cells[1].status == "ok") is passed
            assert result.cells[1].doubt == ""


def test_no_test_is_in_the_memory_of_a_run_before_its_turn(run: Run) -> None:
    look = (
        "import re\nfound = []\nfor line in open('/proc/self/maps'):\n"
        "    where, rights, *_ = line.split()\n    begin, end = (int(one, 16) for one in where.split('-'))\n"
        "    if rights.startswith('rw') and 'vvar' not in line:\n"
        "        try:\n            with open('/proc/self/mem', 'rb', buffering=0) as memory:\n"
        "                memory.seek(begin)\n                text = memory.read(end - begin)\n"
        "        except OSError:\n            continue\n"
        "        found += re.findall(rb'secret_of_the_test_[0-9]+', text)\nprint(found)"
    )
    test = _test("assert 'secret_of_the_test_1' != x", "assert 'secret_of_the_test_2' == x")
    cells = [{"source": "x = 1"}, {"source": look}, test]
    result = run(Request.model_validate({"cells": cells, "seconds": 20}))
    assert result.cells[1].outputs[0]["text"] == "[]\n"
    assert result.cells[2].status == "ok"


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_goes_on(run: Run) -> None:
    cells = [{"source": "while True: pass"}, {"source": "x = 1"}, _test("while True: pass", "assert x == 2")]
    cells.append(_test("assert x == 1", "assert x == 2"))
    result = run(Request.model_validate({"cells": cells, "seconds": 20, "cell_seconds": 1}))
    assert [cell.status for cell in result.cells] == ["error", "ok", "error", "ok"]
    assert result.cells[0].outputs[-1]["ename"] == "CellTimeoutError"
    assert result.ended == ""


def test_a_grading_process_warms_its_sandbox_before_the_first_job(settings: Settings, blobs: BlobStore) -> None:
    load_all("jobs")
    settings = settings.model_copy(update={"sandbox": Sandbox(kind="process", seconds=21)})
    queue = Queue(settings, "grading", Database(settings.database_url), blobs)
    queue.begin()
    sandbox = make_run("process", settings.sandbox).__self__  # type: ignore[attr-defined]  # a bound method
    process = sandbox._process
    assert process.poll() is None
    assert make_run("process", settings.sandbox)(_request("1")).cells[0].status == "ok"
    assert sandbox._process is process


def test_another_language_runs_in_its_own_kernel_and_finds_no_test_in_memory(other_kernel: str) -> None:
    look = (
        "import os, re\nfound = []\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n    try:\n"
        "        if int(pid) == os.getpid(): continue\n"
        "        memory = open(f'/proc/{pid}/mem', 'rb', buffering=0)\n"
        "        for line in open(f'/proc/{pid}/maps'):\n"
        "            begin, end = (int(one, 16) for one in line.split()[0].split('-'))\n            try:\n"
        "                memory.seek(begin)\n"
        "                found += re.findall(rb'secret_of_the_test_[0-9]+', memory.read(end - begin))\n"
        "            except (OSError, ValueError, OverflowError): pass\n"
        "    except OSError: pass\nprint(found)"
    )
    run = make_run("process", Sandbox(seconds=20))
    cells = [{"source": "x = 1"}, {"source": look}, {"source": "assert 'secret_of_the_test_1' != x", "test": True}]
    cells.append({"source": "assert x == 2", "test": True})
    result = run(Request.model_validate({"cells": cells, "seconds": 20, "kernel": other_kernel}))
    assert [cell.status for cell in result.cells] == ["ok", "ok", "ok", "error"]
    assert result.cells[1].outputs[0]["text"] == "[]\n"


def test_a_kernel_that_was_handed_in_is_not_used(run: Run) -> None:
    spec = {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "other"}
    place = ".local/share/jupyter/kernels/other/kernel.json"
    files = {place: base64.b64encode(json.dumps({**spec, "display_name": "Mine"}).encode())}
    task = {"cells": [{"source": "1"}], "files": files, "seconds": 20, "kernel": "other"}
    result = run(Request.model_validate(task))
    assert (result.ended, result.cells[0].status) == ("no_kernel", "not_run")


def test_a_sandbox_that_is_stopped_from_outside_costs_no_marks() -> None:
    run = make_run("process", Sandbox(seconds=22))
    assert run(_request("1")).cells[0].status == "ok"
    sandbox = run.__self__  # type: ignore[attr-defined]  # a bound method
    os.killpg(sandbox._process.pid, signal.SIGSTOP)  # so that it has the request and does not answer
    killing = threading.Thread(target=os.killpg, args=(sandbox._process.pid, signal.SIGKILL))
    killing.start()
    result = run(_request("x = 1", "assert x == 1"))
    killing.join()
    assert ([cell.status for cell in result.cells], result.ended) == (["ok", "ok"], "")


def test_a_sandbox_that_does_not_start_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(LearnspaceError, match="Grade it again in a moment"):
        make_run("process", Sandbox(seconds=23))(_request("1"))


def test_a_fresh_python_with_another_order_of_sets(run: Run) -> None:
    (result,) = run(Request.model_validate({"cells": [{"source": "print(1)"}], "seconds": 20, "hash_seed": 1})).cells
    assert (result.status, result.outputs[0]["text"]) == ("ok", "1\n")


@pytest.mark.docker
def test_a_sandbox_runs_more_notebooks_than_it_may_have_processes() -> None:
    run = make_run("docker", Sandbox(seconds=24, processes=8))
    test = {"source": "assert 1 == 1", "test": True, "probes": ["assert 1 == 2"]}
    request = Request.model_validate({"cells": [test], "seconds": 24})
    assert [run(request).ended for _ in range(40)] == [""] * 40
