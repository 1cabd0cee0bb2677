"""An update of an assignment in a home: what a new version does to each file, doing it, and undoing it.

Notebooks are merged cell by cell. Of other files, those the learner did not change are replaced; beside the others, and
beside what is no ordinary file, the new one is written under a name of its own. What the new version has no more stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from learnspace_assignments.models import (
    FileDifference,
    UpdateChoices,
    UpdateDone,
    UpdatePreview,
    Version,
)
from learnspace_assignments.models.updates import Choice, FileChange
from learnspace_assignments.space.cells import Notebook, UnreadableNotebook, read_cells, write_cells
from learnspace_assignments.space.merge import Merge
from learnspace_assignments.space.preview import cell_differences, cell_key, check_choices
from learnspace_assignments.space.undobox import Entry, UndoBox
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homeedits import read_file, remove_file, replace_file, sha256, stands
from learnspace_core.homestate import keep
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_distinct, check_path
from learnspace_core.routes import file_address

LONGEST_NAME = 200
"""Bytes of a file's name to which an ending of ours is added."""

Write = tuple[str, bytes | None, bytes]
"""A path below the assignment's folder, the bytes that stand there (none for a new file), and the bytes to come."""


@dataclass
class FilePlan:
    """What an update does with one file: ``mine`` are its bytes in the home, ``merge`` is there for a notebook."""

    path: str
    kind: FileChange
    place: str
    mine: bytes | None
    theirs: bytes
    merge: Merge | None = None
    untouched: bool = False
    reason: str = ""


class Update:
    """An update that is worked out.

    Args:
        home: the root of the Jupyter server.
        folder: where the assignment stands, relative to the home.
        box: keeps what is replaced.
        versions: the version that the learner has, if it is known, and the new one.
        contents: the bytes of their files, by SHA-256, as far as the two differ.
    """

    def __init__(
        self,
        home: Path,
        folder: str,
        box: UndoBox,
        versions: tuple[Version | None, Version],
        contents: Mapping[str, bytes],
    ) -> None:
        self._home, self._folder, self._box = home, folder, box
        self._base, self._theirs = versions
        self._contents = contents
        done = box.newest()
        self._done = {one.path: one.after for one in done.files} if done and self._is_this(done) else {}
        base = {file.path: file for file in self._base.files} if self._base else {}
        plans = [self._plan(file, base.get(file.path)) for file in changed_files(*versions)]
        self.files = [plan for plan in plans if plan is not None]

    @property
    def seen(self) -> str:
        """A fingerprint of what the update was worked out from."""
        parts = [(plan.path, plan.kind, plan.mine and sha256(plan.mine)) for plan in self.files]
        return sha256(f"{self._theirs.number} {parts!r}".encode())

    def preview(self, note: str) -> UpdatePreview:
        """Return what the update would do."""
        return UpdatePreview(
            from_version=self._base.number if self._base else 0,
            to_version=self._theirs.number,
            note=note,
            seen=self.seen,
            cells=[cell for plan in self.files if plan.merge for cell in cell_differences(plan.path, plan.merge)],
            files=[
                FileDifference(path=plan.path, kind=plan.kind, place=plan.place, reason=plan.reason)
                for plan in self.files
            ],
        )

    def apply(self, chosen: UpdateChoices) -> UpdateDone:
        """Do it, all or nothing.

        Raises:
            LearnspaceError: ``changed_meanwhile``, if it is no more what was seen; ``bad_choice``; ``disk_full``.
        """
        if chosen.seen != self.seen:
            raise LearnspaceError(
                "changed_meanwhile", "Your files or the update changed meanwhile. Nothing was done; look again.", 409
            )
        check_choices(self.preview("").cells, chosen.choices)
        writes = [write for plan in self.files if (write := _write(plan, chosen.choices)) is not None]
        if writes:
            entry = self._box.put(self._base.number if self._base else 0, self._theirs.number, writes)
            self._do(writes, entry)
            self._box.prune()
        beside = [plan.place for plan in self.files if plan.kind == "beside"]
        return UpdateDone(version=self._theirs.number, written=[path for path, _, _ in writes], kept=beside)

    def _do(self, writes: list[Write], entry: Entry) -> None:
        done: list[Write] = []
        try:
            for write in writes:
                path, before, after = write
                place = f"{self._folder}/{path}"
                if before is not None:
                    replace_file(self._home, place, sha256(before), after)
                elif not keep(self._home, place, after):
                    raise LearnspaceError("changed_meanwhile", f"{path} came just now. Look again.", 409)
                done.append(write)
        except BaseException:
            for path, before, after in done:
                _put_back(self._home, f"{self._folder}/{path}", before, after)
            self._box.remove(entry)
            raise

    def _is_this(self, entry: Entry) -> bool:
        numbers = self._base.number if self._base else 0, self._theirs.number
        return (entry.from_version, entry.to_version) == numbers

    def _plan(self, file: FileEntry, base: FileEntry | None) -> FilePlan | None:
        """Work out what happens to one file; nothing, if it is as the update would leave it."""
        place = f"{self._folder}/{file.path}"
        theirs = self._contents[file.sha256]
        try:
            mine = read_file(self._home, place)
        except LearnspaceError:
            return self._beside(file, theirs)
        if mine is None:
            return FilePlan(file.path, "added", file.path, None, theirs)
        if sha256(mine) in (file.sha256, self._done.get(file.path)):
            return None
        untouched = base is not None and sha256(mine) == base.sha256
        if file.path.endswith(".ipynb"):
            new = _read(theirs)
            if new is not None:
                old = _read(self._contents[base.sha256]) if base is not None else None
                try:
                    merge = Merge(old, new, read_cells(mine))
                except UnreadableNotebook as error:
                    return FilePlan(file.path, "unreadable", file.path, mine, theirs, reason=str(error))
                return FilePlan(file.path, "merged", file.path, mine, theirs, merge, untouched)
        if untouched:
            return FilePlan(file.path, "replaced", file.path, mine, theirs)
        return self._beside(file, theirs)

    def _beside(self, file: FileEntry, theirs: bytes) -> FilePlan | None:
        place = free_place(self._home, self._folder, file.path, "new", theirs)
        return FilePlan(file.path, "beside", place, None, theirs) if place else None


def changed_files(base: Version | None, theirs: Version) -> list[FileEntry]:
    """Return the files that the new version has otherwise; their paths are checked.

    Raises:
        LearnspaceError: ``bad_path``.
    """
    for file in theirs.files:
        check_path(file.path)
    check_distinct([file.path for file in theirs.files])
    before = {file.path: file.sha256 for file in base.files} if base else {}
    return [file for file in theirs.files if before.get(file.path) != file.sha256]


async def bring_contents(client: ServiceClient, there: str, base: Version | None, theirs: Version) -> dict[str, bytes]:
    """Return the bytes of what differs between two versions, by SHA-256; of what is no notebook only the new ones.

    Raises:
        LearnspaceError: ``damaged_download``.
    """
    new = changed_files(base, theirs)
    old = {file.path: file for file in base.files} if base else {}
    wanted = [(theirs.number, file) for file in new]
    if base:
        wanted += [(base.number, old[f.path]) for f in new if f.path in old and f.path.endswith(".ipynb")]
    contents: dict[str, bytes] = {}
    for number, file in wanted:
        address = file_address(f"{there}/versions/{number}", file.path)
        async with client.stream(address) as pieces:
            content = b"".join([piece async for piece in pieces])
        if sha256(content) != file.sha256:
            raise LearnspaceError(
                "damaged_download", f"{file.path} did not arrive whole. Nothing was changed; try again.", 502
            )
        contents[file.sha256] = content
    return contents


def undo(home: Path, folder: str, box: UndoBox, entry: Entry) -> UpdateDone:
    """Put the bytes back that were there before an update; what was written since is kept under a name of its own.

    Raises:
        LearnspaceError: ``undo_damaged``, before anything is changed; ``not_a_regular_file``; ``disk_full``.
    """
    copies = [box.bytes_before(entry, n) if one.before is not None else None for n, one in enumerate(entry.files)]
    written, kept = [], []
    for one, before in zip(entry.files, copies, strict=True):
        place = f"{folder}/{one.path}"
        now = read_file(home, place)
        if before is None:
            if now is not None and sha256(now) == one.after:
                remove_file(home, place, one.after)
                written.append(one.path)
            continue
        if now == before:
            continue
        if now is not None and sha256(now) != one.after:
            beside = free_place(home, folder, one.path, "before-undo", now)
            if beside:
                keep(home, f"{folder}/{beside}", now)
                kept.append(beside)
        if now is None:
            keep(home, place, before)
        else:
            replace_file(home, place, sha256(now), before)
        written.append(one.path)
    return UpdateDone(version=entry.from_version, written=written, kept=kept)


def free_place(home: Path, folder: str, path: str, mark: str, content: bytes) -> str:
    """Return a free path beside a file, as ``data.new.csv``; empty, if the same bytes stand at one already."""
    pure = PurePosixPath(path)
    stem = pure.stem.encode()[:LONGEST_NAME].decode(errors="ignore")
    for number in range(1, 1000):
        name = f"{stem}.{mark}{'' if number == 1 else f'-{number}'}{pure.suffix}"
        beside = str(pure.with_name(name))
        try:
            there = read_file(home, f"{folder}/{beside}")
        except LearnspaceError:
            continue
        if there == content:
            return ""
        if there is None and not stands(home, f"{folder}/{beside}"):
            return beside
    raise LearnspaceError("too_many_copies", f"There are too many copies beside {path}. Remove some.", 409)


async def work_out(
    client: ServiceClient, home: Path, folder: str, there: str, box: UndoBox, numbers: tuple[int, int]
) -> Update:
    """Bring the two versions and work the update out."""
    base: Version | None = None
    if numbers[0]:
        base = Version.model_validate(await client.json("GET", f"{there}/versions/{numbers[0]}"))
    theirs = Version.model_validate(await client.json("GET", f"{there}/versions/{numbers[1]}"))
    contents = await bring_contents(client, there, base, theirs)
    return await asyncio.to_thread(Update, home, folder, box, (base, theirs), contents)


def _read(content: bytes) -> Notebook | None:
    try:
        return read_cells(content)
    except UnreadableNotebook:
        return None


def _write(plan: FilePlan, choices: Mapping[str, Choice]) -> Write | None:
    """Return what is to be written for one file, if anything."""
    if plan.kind == "unreadable":
        return None
    if plan.merge is None or plan.mine is None:
        return plan.place, plan.mine, plan.theirs
    chosen = {n: choices[key] for n in range(len(plan.merge.differences)) if (key := cell_key(plan.path, n)) in choices}
    if plan.untouched and all(plan.merge.differences[n].chosen == choice for n, choice in chosen.items()):
        return plan.place, plan.mine, plan.theirs
    merged = plan.merge.notebook(chosen)
    if merged == read_cells(plan.mine):
        return None
    return plan.place, plan.mine, write_cells(merged, plan.mine)


def _put_back(home: Path, place: str, before: bytes | None, after: bytes) -> None:
    if before is None:
        remove_file(home, place, sha256(after))
    else:
        replace_file(home, place, sha256(after), before)
