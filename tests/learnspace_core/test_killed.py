"""What was acknowledged outlives ``kill -9``; ``make bench-kills`` does the same three hundred times."""

from __future__ import annotations

import pytest

from learnspace_core.settings import Settings
from tests.killing import kill_often

KILLS = {"sqlite": 20, "postgresql": 8}


@pytest.mark.timeout(600)
def test_killed_at_random_instants_under_load(settings: Settings) -> None:
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    counts = kill_often(settings, KILLS[kind], seed=3)
    assert (counts["lost"], counts["partial"]) == (0, 0), counts
    assert counts["kills"] == KILLS[kind]
    assert counts["acknowledged"] > KILLS[kind]
    assert counts["cut_off"] > 0
