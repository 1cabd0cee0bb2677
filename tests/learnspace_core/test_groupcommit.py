from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learnspace_core.database import Database
from learnspace_core.errors import Forbidden
from learnspace_core.groupcommit import GroupCommit
from learnspace_people.tables import InstitutionRow


def _adding(code: str) -> Callable[[Session], str]:
    def add(session: Session) -> str:
        session.add(InstitutionRow(code=code, title=code))
        return code

    return add


def _codes(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(InstitutionRow.code)))


async def test_changes_that_wait_together_share_a_commit(database: Database) -> None:
    commits = []
    event.listen(database.engine, "commit", commits.append)
    group, codes = GroupCommit(database), [f"school-{n}" for n in range(20)]
    assert await asyncio.gather(*(group.run(_adding(code)) for code in codes)) == codes
    assert _codes(database) == set(codes)
    assert len(commits) == 1
    assert await group.run(_adding("later")) == "later"


async def test_a_change_that_refuses_or_fails_does_not_harm_the_others(database: Database) -> None:
    def refuse(session: Session) -> str:
        session.add(InstitutionRow(code="half", title="half"))
        session.flush()
        raise Forbidden

    group = GroupCommit(database)
    await group.run(_adding("old"))
    changes = [_adding("one"), refuse, _adding("old"), _adding("two")]
    one, refused, twice, two = await asyncio.gather(*(group.run(c) for c in changes), return_exceptions=True)
    assert (one, two) == ("one", "two")
    assert isinstance(refused, Forbidden)
    assert isinstance(twice, IntegrityError)
    assert _codes(database) == {"old", "one", "two"}


async def test_a_change_sees_those_before_it_in_the_same_commit(database: Database) -> None:
    def count(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(InstitutionRow)) or 0

    group = GroupCommit(database)
    assert await asyncio.gather(group.run(_adding("one")), group.run(count)) == ["one", 1]


async def test_who_goes_away_does_not_hold_up_the_others(database: Database) -> None:
    group = GroupCommit(database)
    gone = asyncio.create_task(group.run(_adding("gone")))
    stays = asyncio.create_task(group.run(_adding("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == "stays"
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert _codes(database) == {"gone", "stays"}
