"""Handing in from a space on a good line: what is said before, and the receipt."""

import json

import pytest

from learnspace_core.settings import Uploads
from tests.learnspace_assignments.badline import API, PS1, folder, get, home, lena, line, post, refusal, service

__all__ = ["folder", "home", "lena", "line", "service"]

pytest_plugins = ["pytest_jupyter.jupyter_server"]


async def test_a_receipt_comes_at_once_and_stays_in_the_home(jp_fetch, home):
    code, receipt = await post(jp_fetch, *PS1, "submit")
    assert code == 200
    assert receipt["queued_at"] is None
    [kept] = (home / "receipts/c1/ps1").iterdir()
    assert json.loads(kept.read_text()) == receipt
    assert await get(jp_fetch, *API, "outbox") == []
    assert not [path for path in (home / ".learnspace").rglob("*") if path.name != "outbox"]
    code, again = await post(jp_fetch, *PS1, "submit")
    assert again == receipt
    assert len(list((home / "receipts/c1/ps1").iterdir())) == 1


async def test_a_lost_receipt_is_given_out_again(jp_fetch, home):
    _, receipt = await post(jp_fetch, *PS1, "submit")
    [kept] = (home / "receipts/c1/ps1").iterdir()
    kept.unlink()
    assert await get(jp_fetch, *API, "submissions", receipt["submission"], "receipt") == receipt
    assert kept.exists()


async def test_what_will_be_sent_is_said_before(jp_fetch, home, folder):
    (folder / "feedback").mkdir()
    (folder / "feedback" / "old.html").write_text("x")
    (folder / "data.csv").write_text("1,2")
    found = await get(jp_fetch, *PS1, "submit")
    assert [file["path"] for file in found["files"]] == ["data.csv", "ps1.ipynb"]
    assert found["size"] == sum(file["size"] for file in found["files"])
    assert found["warnings"] == []


@pytest.mark.parametrize("limits", [{"file_bytes": 10}, {"total_bytes": 10}, {"files": 1}])
async def test_too_large_is_said_before_in_the_words_of_the_service(jp_fetch, home, folder, service, line, limits):
    (folder / "b.txt").write_text("12")
    service.state.settings = service.state.settings.model_copy(update={"uploads": Uploads(**limits)})
    before = await refusal(jp_fetch, *PS1, "submit")
    assert (before[0], before[1]["code"]) == (413, "too_large")
    line.state = "down"
    assert await refusal(jp_fetch, *PS1, "submit") == before
    line.state = "up"
    assert await refusal(jp_fetch, *PS1, "submit", method="POST", body="{}") == before
    assert await get(jp_fetch, *API, "outbox") == []


async def test_no_notebook_is_said_before_in_the_words_of_the_service(jp_fetch, home, folder):
    (folder / "ps1.ipynb").rename(folder / "ps1.txt")
    before = await refusal(jp_fetch, *PS1, "submit")
    assert before[1]["code"] == "no_notebook"
    assert await refusal(jp_fetch, *PS1, "submit", method="POST", body="{}") == before
