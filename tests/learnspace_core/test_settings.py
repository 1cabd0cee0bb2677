from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import known_keys, load_settings, parse_settings

ROOT = Path(__file__).parents[2]


def test_defaults_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNSPACE_CONFIG", raising=False)
    monkeypatch.delenv("LEARNSPACE_STATE", raising=False)
    settings = load_settings()
    assert settings.state == tmp_path / "var"
    assert settings.front.address == "127.0.0.1"


def test_state_is_relative_to_the_file_not_to_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEARNSPACE_STATE", raising=False)
    file = tmp_path / "conf" / "learnspace.toml"
    file.parent.mkdir()
    file.write_text('state = "data"')
    assert load_settings(file).state == tmp_path / "conf" / "data"


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"frnt": {}}, "unknown key frnt, did you mean front"),
        ({"front": {"prot": 1}}, "unknown key front.prot, did you mean front.port"),
        ({"signin": {"oidc": {"isuer": "x"}}}, "unknown key signin.oidc.isuer, did you mean signin.oidc.issuer"),
        ({"spaces": {"memory": "much"}}, "spaces.memory"),
        ({"front": {"port": 70000}}, "front.port"),
        ({"signin": {"oidc": {"roles": {"staff": "boss"}}}}, "'boss' is no role"),
    ],
)
def test_a_wrong_key_is_refused_with_its_path(tree: dict[str, object], said: str) -> None:
    with pytest.raises(LearnspaceError, match=said.replace(".", r"\.")) as refused:
        parse_settings(tree, "learnspace.toml")
    assert refused.value.code == "bad_settings"
    assert "learnspace.toml" in refused.value.message


@pytest.mark.parametrize("text", ["front = [", "\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "learnspace.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(LearnspaceError, match=r"learnspace\.toml"):
        load_settings(file)


def test_the_database_password_comes_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("p@ss/word\n")
    settings = parse_settings(
        {"database": {"url": "postgresql+psycopg://me@db.example/learnspace", "password_file": str(secret)}}
    )
    assert settings.database_url == "postgresql+psycopg://me:p%40ss%2Fword@db.example/learnspace"


def test_every_knob_says_what_it_is_for() -> None:
    without = [key for key, field in known_keys().items() if not field.description]
    assert without == []


def test_every_knob_is_in_the_reference_with_its_default() -> None:
    reference = (ROOT / "docs" / "settings.md").read_text()
    missing = []
    for key, field in known_keys().items():
        default = field.get_default(call_default_factory=True)
        row = next((line for line in reference.splitlines() if line.startswith(f"| `{key}` ")), "")
        if f"`{_shown(default)}`" not in row:
            missing.append(key)
    assert missing == []


def _shown(default: object) -> str:
    if default is None or default == "":
        return "empty"
    return json.dumps(default) if isinstance(default, tuple | bool) else str(default)
