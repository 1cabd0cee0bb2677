"""The pages outside Lab, in process: for whom, in which language, and with which headers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import as_person

EXTENSIONS = Path(__file__).parents[1] / "extensions"
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_a_stranger_is_sent_to_sign_in(browser: httpx.AsyncClient) -> None:
    for path in ("/portfolio", "/people", "/submissions/unknown/feedback"):
        answer = await browser.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/hub/api/oauth2/authorize?")


async def test_a_sign_in_that_was_begun_elsewhere_is_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/oauth_callback", params={"code": "stolen", "state": "geraten-ä"})
    assert answer.status_code == 400
    assert "signin_expired" in answer.text


async def test_a_manager_sees_people_with_the_titles_of_courses(app: FastAPI, browser: httpx.AsyncClient) -> None:
    as_person(app, "max")
    answer = await browser.get("/people")
    assert "6 people with a role in school" in answer.text
    assert re.search(r"Amy.*amy.*learner.*Art", answer.text, re.DOTALL)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_learner_is_told_who_may_see_it_in_their_language(app: FastAPI, browser: httpx.AsyncClient) -> None:
    as_person(app, "amy")
    answer = await browser.get("/people", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 403
    assert "只有管理员" in answer.text
    assert '<html lang="zh-CN">' in answer.text


async def test_an_empty_portfolio_says_what_will_come(app: FastAPI, browser: httpx.AsyncClient) -> None:
    as_person(app, "amy")
    assert "Nothing here yet" in (await browser.get("/portfolio")).text


def test_every_text_of_a_page_is_translated(settings: object) -> None:
    words = json.loads((EXTENSIONS / "learnspace_core/locale/zh_CN/pages.json").read_text(encoding="utf-8"))
    templates = [path for path in EXTENSIONS.glob("learnspace_*/pages/*.html") if "node_modules" not in path.parts]
    texts = {text for path in templates for text in re.findall(r'_\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))}
    assert len(texts) > 15
    assert texts - set(words) == set()
