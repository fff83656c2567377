"""A company with jobs in several states and departments, for tests of lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hiring_world import World

from interview_engine.hr.recruiting.jobs.requisitions import create_requisition


@pytest.fixture
def jobs(world: World) -> Callable[..., list[str]]:
    """Makes drafts with these titles, oldest first; their ids."""

    def make(*titles: str, **changes: object) -> list[str]:
        found = []
        for place, title in enumerate(titles, start=1):
            with world.database.transaction() as session:
                new = world.new_requisition(title=title, headcount=place, **changes)
                found.append(create_requisition(session, world.actor("recruiter"), new, world.clock).id)
        return found

    return make
