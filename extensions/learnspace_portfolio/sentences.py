"""What a statement of the record says in a sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from learnspace_core.tables import RecordRow

SENTENCES = {
    ("opened", "resource"): "Opened {title}",
    ("fetched", "assignment"): "Began {title}",
    ("updated", "assignment"): "Changed {title} to another version",
    ("released", "assignment"): "Released {title}",
    ("submitted", "submission"): "Handed in {title}",
    ("team_submitted", "submission"): "Your team handed in {title}",
    **{(verb, "team"): "Changed the teams of {title}" for verb in ("renamed", "removed", "put_in", "took_out")},
    ("formed_teams", "assignment"): "Changed the teams of {title}",
    ("made", "team"): "Made a team for {title}",
    ("joined", "team"): "Joined a team for {title}",
    ("left", "team"): "Left the team for {title}",
    ("asked", "assignment"): "Asked about {title}",
    ("answered", "assignment"): "Answered about {title}",
    ("joined", "course"): "Joined the course {title}",
    ("left", "course"): "Left the course {title}",
    ("created", "course"): "Made the course {title}",
    ("changed", "course"): "Changed the course {title}",
    **{(verb, "course"): "Changed who is in the course {title}" for verb in ("added", "removed", "enrolled", "moved")},
    **{(verb, "course"): "Changed the codes of the course {title}" for verb in ("invited", "uninvited")},
    ("taken_over", "submission"): "{title} came here with its course",
    ("taken_over", "course"): "Took over the course {title}",
    ("renamed", "person"): "Got another username",
    ("rescored", "submission"): "{title} was graded again: {score} of {max_score} points, before {old_score}",
    ("regraded", "assignment"): "Graded {title} again",
    ("scored", "submission"): "Got {title} back: {score} of {max_score} points",
}
WITHOUT_NUMBERS = {
    ("scored", "submission"): "Got {title} back",
    ("rescored", "submission"): "{title} was graded again",
}
"""What is said while the learner may not see marks yet."""


def sentence(row: RecordRow, translate: Callable[..., str]) -> str:
    """Return what happened as a sentence; a verb nobody gave words is shown as it is recorded."""
    without = WITHOUT_NUMBERS.get((row.verb, row.object_type))
    if without is not None and "score" not in row.result:
        return translate(without, title=row.object_title)
    pattern = SENTENCES.get((row.verb, row.object_type), "{verb}: {title}")
    numbers = {key: f"{row.result.get(key, 0):g}" for key in ("score", "max_score", "old_score")}
    return translate(pattern, title=row.object_title, verb=row.verb, **numbers)
