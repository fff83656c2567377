"""A roster as durable work: solved, written with the end of its item, the same twice, or why it could not be (E4)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from databases import copied_sqlite
from hiring_world import World, make_world
from roster_world import Rostered, day, rostered
from sqlalchemy import select

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.tables import Roster, RosterItem
from interview_engine.settings import read_settings
from interview_engine.store.engine import Database
from interview_engine.store.tables import Worker, WorkItem
from interview_engine.store.work_run import Claim, claim
from pipelines.service import child_tasks
from pipelines.service.child_tasks import RosterTask
from pipelines.service.durable_roster import do_roster
from pipelines.service.workplace import Workplace


class Here:
    """Children that do their task in this process."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def run(self, task: RosterTask, report: Any, *, wall_s: float, cpu_s: float) -> object:
        def tell(stage: str, share: float) -> None:
            self.told.append((stage, share))
            report(stage, share)

        return child_tasks.do(task, read_settings({}), tell)


@pytest.fixture
def made(_sqlite_template: Path, tmp_path: Path) -> Iterator[Rostered]:
    database = copied_sqlite(_sqlite_template, tmp_path / "company.db")
    world = make_world(database)
    with database.transaction() as session:
        found = rostered(world, session, 5)
    yield found
    database.close()


def place_of(world: World, children: Here) -> Workplace:
    return Workplace(
        world.database, None, world.clock, children, read_settings({}), Path("scratch"), lambda: ()  # type: ignore[arg-type]
    )  # fmt: skip


def held_by_a_worker(database: Database, world: World) -> Claim:
    with database.transaction() as session:
        now = world.clock.now()
        if session.get(Worker, "w") is None:
            session.add(Worker(id="w", host="h", pid=1, started_at=now, heartbeat_at=now))
            session.flush()
        item = session.scalars(select(WorkItem.id).where(WorkItem.state == "waiting")).one()
        found = claim(session, item, "w", world.clock)
    assert found is not None
    return found


def plan(made: Rostered, method: str = "solver") -> tuple[Roster, set[tuple[str, object, str]], Here]:
    children = Here()
    with made.world.database.transaction() as session:
        rosters.begin(session, SYSTEM, made.roster_id, method, made.world.clock)
    do_roster(place_of(made.world, children), held_by_a_worker(made.world.database, made.world), lambda _, act: act())  # type: ignore[arg-type]
    with made.world.database.reading() as session:
        row = session.get_one(Roster, made.roster_id)
        session.expunge(row)
        return row, made.items(session), children  # type: ignore[return-value]


def test_what_the_solver_makes_is_written_checked_and_the_same_again(made: Rostered) -> None:
    row, first, children = plan(made)
    assert (row.state, row.problem, row.figures["uncovered"], row.figures["covers_best"]) == ("checked", None, 0, True)
    assert [stage for stage, _ in children.told] == ["roster", "cover", "even"]
    _, second, _ = plan(made)
    assert (len(first), second) == (21, first)
    with made.world.database.reading() as session:
        assert rosters.board(session, SYSTEM, made.roster_id).broken == []
        assert not rosters.is_planning(session, made.roster_id)


def test_what_is_pinned_stays_when_it_is_worked_out(made: Rostered) -> None:
    with made.world.database.transaction() as session:
        made.set(session, 4, day(6), made.night, pinned=True)
    _, items, _ = plan(made)
    assert (made.staff[4].employment_id, day(6), made.night) in items
    with made.world.database.reading() as session:
        pinned = session.scalars(select(RosterItem).where(RosterItem.pinned)).all()
        assert [one.day for one in pinned] == [day(6)]


def test_without_the_solver_the_roster_says_what_to_install_and_the_plan_by_days_serves(made: Rostered) -> None:
    with mock.patch.dict(sys.modules, {"ortools.sat.python.cp_model": None}):
        row, items, _ = plan(made)
        assert (items, row.state) == (set(), "draft")
        assert row.problem is not None
        assert row.problem["code"] == "roster.solver"
        assert "interview-engine[rostering]" in row.problem["next_step"]["zh"]
        row, items, _ = plan(made, "greedy")
    assert (row.problem, row.state, row.method, len(items) > 15) == (None, "checked", "greedy", True)
    assert "covers_best" not in row.figures


def test_pinned_cells_that_break_a_rule_are_said_and_nothing_is_planned(made: Rostered) -> None:
    with made.world.database.transaction() as session:
        made.set(session, 0, day(0), made.night, pinned=True)
        made.set(session, 0, day(1), made.early, pinned=True)
    row, items, _ = plan(made)
    assert row.problem is not None
    assert (row.problem["code"], len(items)) == ("roster.kept", 2)


def test_a_roster_that_is_gone_ends_its_item(made: Rostered) -> None:
    with made.world.database.transaction() as session:
        rosters.begin(session, SYSTEM, made.roster_id, "greedy", made.world.clock)
    held = held_by_a_worker(made.world.database, made.world)
    do_roster(place_of(made.world, Here()), replace(held, subject_id="gone"), lambda _, act: act())  # type: ignore[arg-type]
    with made.world.database.reading() as session:
        assert session.scalars(select(WorkItem.state)).one() == "done"
        assert made.items(session) == set()
