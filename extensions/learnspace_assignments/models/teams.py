"""The words of teams: who hands in together."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from learnspace_assignments.models.accommodations import CourseLearner
from learnspace_assignments.models.settings import LARGEST_TEAM, one_line

TeamName = Annotated[str, Field(max_length=60), AfterValidator(one_line)]


class NewTeam(BaseModel):
    """What a team is called; no two of an assignment have names that differ only in case or form."""

    model_config = ConfigDict(extra="forbid")

    name: TeamName


class RandomTeams(BaseModel):
    """How many go into a team, and what the teams are called, with a number behind it."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=2, le=LARGEST_TEAM)
    name: TeamName = "Team"


class JoinTeam(BaseModel):
    """Which team a learner joins."""

    model_config = ConfigDict(extra="forbid")

    team: str


class TeamMember(BaseModel):
    """One member of a team."""

    username: str
    name: str


class Team(BaseModel):
    """A team with its members, by name; ``handed_in`` says that it has handed in already."""

    id: str
    name: str
    members: list[TeamMember]
    handed_in: bool


class TaughtTeams(BaseModel):
    """The teams of an assignment as its teachers see them, and the learners who are in none.

    ``size`` is how many a team may have, 1 if the work is done alone. ``signup`` says that learners form teams.
    """

    size: int
    signup: bool
    teams: list[Team]
    without: list[CourseLearner]


class OpenTeam(BaseModel):
    """A team that a learner might join: the names of its members, and how many places are left."""

    id: str
    name: str
    members: list[str]
    places: int
    handed_in: bool


class TeamChoice(BaseModel):
    """The team that a learner is in, and the teams of which they may choose one where ``signup`` lets them."""

    size: int
    signup: bool
    mine: Team | None
    teams: list[OpenTeam]
