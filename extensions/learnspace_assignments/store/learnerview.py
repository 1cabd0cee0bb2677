"""Assignments and submissions as one learner sees them: with their own times, and marks only once they may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments.models import Assignment, LearnerState, Marks, Submission
from learnspace_assignments.store.practice import practice_policy
from learnspace_assignments.store.teamwork import OwnTeams, counts_for, is_theirs, submission_times
from learnspace_assignments.store.terms import Granted, last_times, terms_of
from learnspace_assignments.store.versions import Standing, standings_of
from learnspace_assignments.store.whengraded import Waiting, grading_policies, is_newest
from learnspace_assignments.tables import AssignmentRow, FetchRow, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_core.database import now
from learnspace_core.models import FileEntry
from learnspace_people.models import Person
from learnspace_people.tables import PersonRow


def for_learner(session: Session, person: Person, row: AssignmentRow, course_title: str) -> Assignment:
    """Return the assignment as the learner sees it: with their own times, and marks only once they may see them."""
    return all_for_learner(session, person, [(row, course_title)])[0]


def all_for_learner(session: Session, person: Person, rows: list[tuple[AssignmentRow, str]]) -> list[Assignment]:
    """Return the assignments, given with their courses' titles, as the learner sees them, in one query a table."""
    ids = [row.id for row, _ in rows]
    fetches = select(FetchRow).where(FetchRow.person_id == person.id, FetchRow.assignment_id.in_(ids))
    fetched = {fetch.assignment_id: fetch.version for fetch in session.scalars(fetches)}
    standings = standings_of(session, [row for row, _ in rows], fetched)
    submissions: dict[int, list[SubmissionRow]] = {id: [] for id in ids}
    query = select(SubmissionRow).where(is_theirs(person.id), SubmissionRow.assignment_id.in_(ids))
    for submission in session.scalars(query.order_by(SubmissionRow.handed_in_at.desc())):
        submissions[submission.assignment_id].append(submission)
    own = OwnTeams(session, person.id, [row for row, _ in rows])
    together = counts_for(session, (each for every in submissions.values() for each in every))
    others = {each.id for members in together.values() for each in members}
    granted = Granted(session, {row.course_id for row, _ in rows}, {person.id, *others, *own.person_ids()})
    policies = grading_policies(session, [row for row, _ in rows])
    waiting = Waiting(session, policies, [handed_in[0] for handed_in in submissions.values() if handed_in])
    found = []
    for row, title in rows:
        times = granted.times(row, person.id, *own.members(row.id))
        seen = []
        for one in submissions[row.id]:
            members = together.get(one.id, [])
            # Judged by the team that handed it in, whoever is in it now.
            judged = granted.times(row, *(each.id for each in members)) if members else times
            seen.append(submission_for_learner(one, judged, members))
            if len(seen) == 1:
                seen[0].waits_for = waiting.waits_for(one, judged)
        alone = sum(one.team_id is None for one in submissions[row.id])
        used = alone if row.team_size == 1 else own.used(row.id)
        shown = _seen_by_learner(session, row, title, standings[row.id], seen, times, used)
        shown.grading, shown.practice = policies[row.id], practice_policy(row)
        if row.team_size > 1:
            shown.team_size, shown.team_signup, shown.team = row.team_size, row.team_signup, own.shown(row.id)
            if shown.team is None:
                shown.refusal = shown.refusal or "no_team"
        found.append(shown)
    return found


def _seen_by_learner(
    session: Session,
    row: AssignmentRow,
    course_title: str,
    standing: Standing,
    submissions: list[Submission],
    times: Times,
    used: int,
) -> Assignment:
    state: LearnerState = "working" if standing.fetched else "not_started"
    if submissions:
        state = "returned" if submissions[0].state == "returned" else "handed_in"
    return Assignment(
        **dict(terms_of(times, used, now())),
        **standing.fields(),
        course=row.course_id,
        course_title=course_title,
        name=row.name,
        title=row.title,
        state=state,
        max_score=row.max_score,
        files=[FileEntry.model_validate(file) for file in row.files],
        submissions=submissions,
        solution=solution_is_shown(session, row, times, returned=any(one.state == "returned" for one in submissions)),
    )


def one_submission(session: Session, row: SubmissionRow, assignment: AssignmentRow) -> Submission:
    """Return a single submission as its learner sees it."""
    times = submission_times(session, assignment, row)
    seen = submission_for_learner(row, times, counts_for(session, [row])[row.id])
    if is_newest(session, row.id):
        seen.waits_for = Waiting(session, grading_policies(session, [assignment]), [row]).waits_for(row, times)
    return seen


def submission_for_learner(row: SubmissionRow, times: Times, members: Sequence[PersonRow] = ()) -> Submission:
    """Return a submission as its learner, or each of its team, sees it; grading that is under way is handed in."""
    at = now()
    returned = row.state == "returned"
    marks = returned and times.shows_now(times.shows.marks, at)
    feedback = feedback_is_shown(row, times)
    shown = Marks.model_validate(row.marks) if marks else None
    return Submission(
        id=row.id,
        by=next((each.name or each.username for each in members if each.id == row.person_id), ""),
        received_at=row.received_at,
        again_at=row.again_at,
        queued_at=row.queued_at,
        late=times.is_late(row.received_at),
        state="returned" if marks or feedback else "handed_in",
        files=[FileEntry.model_validate(file) for file in row.files],
        digest=row.digest,
        returned_at=row.returned_at if marks or feedback else None,
        marks=shown if feedback or shown is None else shown.without_words(),
        feedback=feedback,
        pages=dict(row.feedback) if feedback else {},
    )


def feedback_is_shown(row: SubmissionRow, times: Times) -> bool:
    """Tell whether the learner may read the feedback on their submission now."""
    return row.state == "returned" and times.shows_now(times.shows.feedback, now())


def readable_feedback(session: Session, person_id: str, submission_ids: Collection[str]) -> set[str]:
    """Return which of these submissions have feedback that the person may read now, in or out of their courses."""
    query = (
        select(SubmissionRow, AssignmentRow)
        .join(AssignmentRow)
        .where(is_theirs(person_id), SubmissionRow.id.in_(submission_ids), SubmissionRow.state == "returned")
    )
    found = [(row, assignment) for row, assignment in session.execute(query)]
    together = counts_for(session, (row for row, _ in found))
    members = {row.id: [each.id for each in together.get(row.id, [])] or [row.person_id] for row, _ in found}
    courses = {assignment.course_id for _, assignment in found}
    granted = Granted(session, courses, {each for ids in members.values() for each in ids})
    return {row.id for row, assignment in found if feedback_is_shown(row, granted.times(assignment, *members[row.id]))}


def solution_is_shown(session: Session, assignment: AssignmentRow, times: Times, *, returned: bool) -> bool:
    """Tell whether a learner may read the solution: never while anybody can still hand in, even with a late extension.

    Args:
        session: where it is read.
        assignment: the assignment.
        times: those of the learner.
        returned: whether work of the learner's was returned.
    """
    at, when = now(), times.shows.solutions
    if when == "never" or not times.is_over(at) or not last_times(session, assignment).is_over(at):
        return False
    return returned or when == "after_due"
