"""Receipts: verified from the command line without a platform, and by a third party with nothing of ours."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from learnspace_assignments.cli import receipt as command
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import sign, verify
from learnspace_core.digests import digest_of
from learnspace_core.errors import LearnspaceError
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry

Client = Callable[[str], httpx.AsyncClient]
BEFORE_QUEUED_AT = (
    '{"submission":"0b1c","course":"c1","assignment":"ps1","username":"lena","received_at":"2026-11-20T10:00:00.123456Z",'
    '"files":[{"path":"练习.ipynb","sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}],'
    '"digest":"DIGEST","public_key":"PUBLIC","signature":"SIGNATURE"}'
)
FILES = [
    FileEntry(path="练习.ipynb", sha256="44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", size=2)
]
SEED = "11" * 32


def signed(**changed: object) -> Receipt:
    receipt = Receipt(
        submission="0b1c",
        course="c1",
        assignment="ps1",
        username="lena",
        received_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        files=FILES,
        digest=digest_of(FILES),
    )
    return sign(receipt.model_copy(update=changed), SEED)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "练习.ipynb").write_text("{}")
    return folder


def say(tmp_path: Path, content: str, *options: str) -> tuple[int, str]:
    """Give the command in this process; return its exit code and what it says."""
    file = tmp_path / "receipt.json"
    file.write_text(content)
    done = CliRunner().invoke(command, ["verify", str(file), *options])
    if isinstance(done.exception, LearnspaceError):
        return 2, f"{done.exception.code} {done.exception.message}"
    return done.exit_code, done.output


def say_alone(tmp_path: Path, content: str, *options: str) -> tuple[int, str]:
    """Run the command as a stranger would: no state, no settings, another directory."""
    file = tmp_path / "receipt.json"
    file.write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "learnspace_core.cli", "receipt", "verify", str(file), *options],
        capture_output=True, text=True, cwd=tmp_path, env={"PATH": "", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_valid_receipt_says_when_and_what_and_exits_with_0(tmp_path: Path, work: Path) -> None:
    receipt = signed(queued_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    code, said = say(tmp_path, receipt.model_dump_json(), "--files", str(work), "--key", receipt.public_key)
    assert code == 0, said
    assert "VALID" in said
    assert "2026-11-20 10:00:00 UTC" in said
    assert "2026-11-20 09:30:00 UTC" in said
    assert "练习.ipynb" in said


def test_the_command_needs_no_state_and_shows_no_traceback(tmp_path: Path) -> None:
    assert say_alone(tmp_path, signed().model_dump_json())[0] == 0
    assert say_alone(tmp_path, "{}")[0] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"receipt.json"}


def test_another_key_a_changed_file_or_a_changed_receipt_exits_with_1(tmp_path: Path, work: Path) -> None:
    receipt = signed()
    text = receipt.model_dump_json()
    other = sign(receipt, "22" * 32)
    assert say(tmp_path, text, "--key", other.public_key)[0] == 1
    for changed in (
        text.replace("lena", "bob"),
        text.replace("2026-11-20T10", "2026-11-20T09"),
        text.replace('"ps1"', '"ps1","points":100'),
        text.replace(receipt.signature, ""),
        receipt.model_copy(update={"queued_at": datetime(2026, 11, 1, tzinfo=UTC)}).model_dump_json(),
    ):
        assert changed != text
        assert say(tmp_path, changed)[0] == 1, changed
    (work / "练习.ipynb").write_text("{ }")
    code, said = say(tmp_path, text, "--files", str(work))
    assert (code, "is not what was handed in" in said) == (1, True)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"username":"a","username":"b"}', "[" * 100_000])
def test_what_is_no_receipt_exits_with_2(tmp_path: Path, content: str) -> None:
    code, said = say(tmp_path, content)
    assert (code, "bad_receipt" in said) == (2, True)


def test_a_key_in_any_of_its_forms(tmp_path: Path) -> None:
    receipt = signed()
    pem = tmp_path / "key.pem"
    pem.write_text(_pem(receipt.public_key))
    answer = tmp_path / "key.json"
    answer.write_text(json.dumps({"public_key": receipt.public_key}))
    for key in (receipt.public_key, str(pem), str(answer)):
        assert say(tmp_path, receipt.model_dump_json(), "--key", key)[0] == 0
    assert say(tmp_path, receipt.model_dump_json(), "--key", "not a key")[0] == 2


def test_a_receipt_from_before_queued_at_is_still_valid(tmp_path: Path) -> None:
    """Signed by the code of version 0.1.0 over exactly these bytes."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED))
    old = json.loads(BEFORE_QUEUED_AT.replace("DIGEST", digest_of(FILES)))
    body = {name: value for name, value in old.items() if name not in ("signature", "public_key")}
    written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    old["public_key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    old["signature"] = base64.b64encode(key.sign(written)).decode()
    assert "queued_at" not in old
    assert verify(Receipt.model_validate(old))
    assert say(tmp_path, json.dumps(old))[0] == 0


def test_a_receipt_that_waited_is_signed_with_that() -> None:
    receipt = signed(queued_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert verify(receipt)
    assert not verify(receipt.model_copy(update={"queued_at": None}))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_anyone_gets_the_key_and_verifies_with_openssl_as_the_page_says(
    client: Client, app: object, tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl: apt-get install openssl")
    answer = await client("").get("receipt-key")
    assert answer.status_code == 200
    shown = (await client("").get(str(answer.url).replace("/api/", "/"))).text
    recipe = shown.split("openssl 3</h2>")[1].split("<pre", 1)[1].split(">", 1)[1].split("</pre>")[0]
    state = app.state.settings.state  # type: ignore[attr-defined]
    receipt = sign(signed(queued_at=datetime(2026, 11, 20, 9, tzinfo=UTC)), secret(state, "receipt_key"))
    assert receipt.public_key == answer.json()["public_key"]
    (tmp_path / "key.pem").write_text(answer.json()["pem"])
    (tmp_path / "receipt.json").write_text(receipt.model_dump_json(indent=2))
    (tmp_path / "练习.ipynb").write_text("{}")
    done = await asyncio.to_thread(_follow, recipe, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Verified Successfully" in done.stdout
    assert FILES[0].sha256 in done.stdout
    (tmp_path / "receipt.json").write_text(receipt.model_dump_json().replace("lena", "bob"))
    assert (await asyncio.to_thread(_follow, recipe, tmp_path)).returncode != 0


def _follow(recipe: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-ec", html.unescape(recipe)], capture_output=True, text=True, cwd=folder)


def _pem(public: str) -> str:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
