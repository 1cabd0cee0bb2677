"""Team work in nbgrader's gradebook, which knows no teams: graded once, and an entry of each member says the same.

The work is graded in the entry of one member. A teacher may mark by hand in whichever member's entry they have open:
``gather`` takes that over first, then ``share`` gives the others what stands there, with the graded files that
nbgrader's formgrader shows.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade, MissingEntry

from learnspace_assignments.coursedir import refuse_links
from learnspace_assignments.coursedir import share as share_with_teachers
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.grading.openbook import OpenBook
from learnspace_people.tables import PersonRow

Key = tuple[str, str]
"""The notebook and the name of a cell."""

BY_HAND = ("manual_score", "extra_credit")
GRADE = ("auto_score", *BY_HAND, "needs_manual_grade")
COMMENT = ("auto_comment", "manual_comment")


def gather(
    book: CourseBook, name: str, student: str, others: Sequence[str], kept: Mapping[datetime, Mapping[str, Any] | None]
) -> None:
    """Take marks and comments that a teacher gave in another member's entry over into the one that is graded.

    Args:
        book: the course's gradebook.
        name: the assignment.
        student: whose entry is graded.
        others: the other members of the team.
        kept: the marks as the platform read them last, by when a version was received. What differs from them was
            given since. What was given in the graded entry itself since then stays.
    """
    with book.editing() as opened:
        own = opened.find_submission(name, student)
        grades, comments = _grades(opened, own), _comments(opened, own)
        for other in others:
            try:
                entry = opened.find_submission(name, other)
            except MissingEntry:
                continue
            same_version = entry.timestamp == own.timestamp
            marks = kept.get(entry.timestamp.replace(tzinfo=UTC)) if entry.timestamp else None
            known = {(one["notebook"], one["id"]): one for one in (marks or {}).get("questions", [])}
            others_comments = _comments(opened, entry)
            for key, grade in _grades(opened, entry).items():
                said = others_comments.get(key)
                if key in grades and _is_news(grade, said, known.get(key), grades[key]):
                    for field in BY_HAND:
                        _set(grades[key], field, getattr(grade, field))
                    if same_version:
                        _set(grades[key], "needs_manual_grade", grade.needs_manual_grade)
                    if said is not None and key in comments:
                        _set(comments[key], "manual_comment", said.manual_comment)
            # Beside cells without marks nothing says what is new: a comment is kept wherever it was written first.
            for key in others_comments.keys() & comments.keys() - grades.keys():
                if not comments[key].manual_comment:
                    _set(comments[key], "manual_comment", others_comments[key].manual_comment)


def share(book: CourseBook, name: str, student: str, others: Sequence[PersonRow]) -> None:
    """Give the other members of a team the entry that was graded. What stands there already is not written again."""
    with book.editing() as opened:
        own = opened.find_submission(name, student)
        for person in others:
            opened.update_or_create_student(person.student, first_name=person.name, last_name="")
            try:
                entry = opened.find_submission(name, person.student)
            except MissingEntry:
                with opened.db.no_autoflush:
                    entry = opened.add_submission(name, person.student)
            _copy_entry(opened, own, entry)
    for person in others:
        with book.working_on(name, person.student):
            for kind in ("submitted", "autograded"):
                _copy_files(book.root, kind, name, student, person.student)


def _is_news(grade: Any, comment: Any, known: Mapping[str, Any] | None, own: Any) -> bool:
    """Tell whether a person marked in this entry since marks were read last, and not in the graded one as well."""
    if known is None:
        return grade.manual_score is not None and own.manual_score is None
    said = str((comment.comment if comment is not None else None) or "")
    stands = (float(grade.score or 0), bool(grade.needs_manual_grade), said)
    if stands == (known["score"], known["needs_mark"], known["comment"]):
        return False
    return own.manual_score in (None, known["score"])


def _copy_entry(opened: OpenBook, own: Any, entry: Any) -> None:
    _set(entry, "timestamp", own.timestamp)
    _set(entry, "extension", own.extension)
    theirs = {str(notebook.name): notebook for notebook in opened.submitted_notebooks(entry)}
    for notebook in opened.submitted_notebooks(own):
        copy = theirs[str(notebook.name)]
        _set(copy, "late_submission_penalty", notebook.late_submission_penalty)
        _copy_rows(opened, opened.grades_of(notebook), copy, opened.grades_of(copy), Grade, GRADE)
        _copy_rows(opened, opened.comments_of(notebook), copy, opened.comments_of(copy), Comment, COMMENT)


def _copy_rows(
    opened: OpenBook, rows: Sequence[Any], notebook: Any, held: Sequence[Any], kind: type[Any], fields: tuple[str, ...]
) -> None:
    by_cell = {row.cell_id: row for row in held}
    for row in rows:
        copy = by_cell.pop(row.cell_id, None) or kind(cell_id=row.cell_id, notebook=notebook)
        for field in fields:
            _set(copy, field, getattr(row, field))
    for row in by_cell.values():
        opened.db.delete(row)


def _grades(opened: OpenBook, submission: Any) -> dict[Key, Any]:
    notebooks = opened.submitted_notebooks(submission)
    return {(str(one.name), str(grade.name)): grade for one in notebooks for grade in opened.grades_of(one)}


def _comments(opened: OpenBook, submission: Any) -> dict[Key, Any]:
    notebooks = opened.submitted_notebooks(submission)
    return {(str(one.name), str(comment.name)): comment for one in notebooks for comment in opened.comments_of(one)}


def _set(row: Any, field: str, value: object) -> None:
    if getattr(row, field) != value:
        setattr(row, field, value)


def _copy_files(root: Path, kind: str, name: str, student: str, other: str) -> None:
    refuse_links(root, f"{kind}/{student}/{name}", f"{kind}/{other}/{name}")
    source, target = root / kind / student / name, root / kind / other / name
    if not source.is_dir() or _same(source, target):
        return
    draft = target.with_name(f".{name}.sharing")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    share_with_teachers(target, root / kind)


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())


def _same(source: Path, target: Path) -> bool:
    if list(_files(source)) != list(_files(target)):
        return False
    return all(filecmp.cmp(source / path, target / path, shallow=False) for path in _files(source))
