"""Imports that are killed, begun twice, or taken back beside another: nothing half, nothing doubled (L2)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from import_desk import Desk
from sqlalchemy import func, select

from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.migration import running, service
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.people.tables import Person
from interview_engine.store.engine import open_database

ROWS = [
    (f"E{number:03d}", f"员工{number}", "客户服务部", "客服", f"138000{number:05d}", "2024-03-05")
    for number in range(40)
]


def counts(desk: Desk) -> list[int]:
    with desk.world.database.reading() as session:
        tables: tuple[type[Any], ...] = (Employment, EmployeeNumber, Person)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def killed_in(desk: Desk, batch_id: str, step: str, place: str) -> None:
    """Do the step in a process of its own that is killed (-9) behind the function `running.<place>`."""
    with desk.world.database.transaction() as session:
        service.begin(session, desk.actor, batch_id, step, desk.world.clock)
    url = desk.world.database.engine.url.render_as_string(hide_password=False)
    desk.world.database.engine.dispose()
    pid = os.fork()
    if pid == 0:
        try:
            database = open_database(url)
            database.box = desk.world.database.box
            original: Callable[..., Any] = getattr(running, place)

            def die(*given: Any, **named: Any) -> None:
                original(*given, **named)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(running, place, die)
            running.run_step(database, desk.box, batch_id, desk.world.clock)
        finally:
            os._exit(3)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("place", ["_as_checked", "change", "make", "_keep"])
def test_a_write_that_is_killed_has_written_nothing_and_goes_on_once(desk: Desk, place: str) -> None:
    batch_id = desk.receive(ROWS)
    desk.step(batch_id, "checking")
    before = counts(desk)
    killed_in(desk, batch_id, "writing", place)
    assert counts(desk) == before
    assert desk.batch(batch_id).state == "writing"
    running.run_step(desk.world.database, desk.box, batch_id, desk.world.clock)
    running.run_step(desk.world.database, desk.box, batch_id, desk.world.clock)  # and a worker that comes late
    assert [now - then for now, then in zip(counts(desk), before, strict=True)] == [40, 40, 40]
    assert desk.batch(batch_id).counts["made"] == 40


@pytest.mark.parametrize("place", ["make", "_keep"])
def test_a_check_that_is_killed_leaves_no_row_behind(desk: Desk, place: str) -> None:
    batch_id = desk.receive(ROWS)
    before = counts(desk)
    killed_in(desk, batch_id, "checking", place)
    assert counts(desk) == before
    running.run_step(desk.world.database, desk.box, batch_id, desk.world.clock)
    assert (desk.batch(batch_id).state, counts(desk)) == ("checked", before)


def test_a_roll_back_that_is_killed_has_removed_nothing_and_goes_on(desk: Desk) -> None:
    before = counts(desk)
    batch_id = desk.imported(ROWS)
    written = counts(desk)
    killed_in(desk, batch_id, "undoing", "removed")
    assert (counts(desk), desk.batch(batch_id).state) == (written, "undoing")
    running.run_step(desk.world.database, desk.box, batch_id, desk.world.clock)
    assert (counts(desk), desk.batch(batch_id).state) == (before, "undone")


def together(*steps: Callable[[], object]) -> None:
    """Do steps at the same time, each in a thread."""
    barrier = threading.Barrier(len(steps))

    def run(step: Callable[[], object]) -> None:
        barrier.wait(timeout=30)
        step()

    with ThreadPoolExecutor(len(steps)) as pool:
        for future in [pool.submit(run, step) for step in steps]:
            future.result(timeout=120)


def test_one_file_that_is_imported_twice_at_once_is_there_once(desk: Desk) -> None:
    before = counts(desk)
    first, second = desk.receive(ROWS), desk.receive(ROWS)
    for batch_id in (first, second):
        desk.step(batch_id, "checking")
    together(lambda: desk.step(first, "writing"), lambda: desk.step(second, "writing"))
    assert [now - then for now, then in zip(counts(desk), before, strict=True)] == [40, 40, 40]
    made = [desk.batch(batch_id).counts.get("made", 0) for batch_id in (first, second)]
    assert sorted(made) == [0, 40]
    states = {state for batch_id in (first, second) for state in desk.states(batch_id)}
    assert states == {"made", "same"}


def test_a_roll_back_beside_another_import_leaves_what_that_one_has_changed(desk: Desk) -> None:
    first = desk.imported(ROWS)
    other = [(*row[:3], "主管", *row[4:]) for row in ROWS[:5]]
    second = desk.receive([*other, ("E900", "新人", "销售部", "客服", "13900000900", "2024-01-01")])
    desk.step(second, "checking")
    together(lambda: desk.step(first, "undoing"), lambda: desk.step(second, "writing"))
    titles = {row[0]: row[3] for row in ROWS}
    with desk.world.database.reading() as session:
        rows = session.execute(
            select(EmployeeNumber.number, Employment.title).join(
                Employment, Employment.person_id == EmployeeNumber.person_id
            )
        ).tuples()
        here = {number: title for number, title in rows if number.startswith("E")}
    assert "E900" in here
    kept = [line.number for line in desk.lines(first) if line.state == "kept"]
    changed = [line.number for line in desk.lines(second) if line.state == "changed"]
    # whichever was first: a changed row is kept by the roll back, a row that is gone is not changed
    assert {title for number, title in here.items() if number in titles} <= {"主管"}
    assert len(kept) == len(changed) == sum(number in titles for number in here)


def test_a_line_that_was_changed_by_hand_is_named_with_what_to_do(desk: Desk) -> None:
    batch_id = desk.imported(ROWS[:3])
    row_id = desk.lines(batch_id)[1].row_id
    with desk.world.database.transaction() as session:
        session.get_one(Employment, str(row_id)).title = "店长"
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["taken_back", "kept", "taken_back"]
    note = desk.lines(batch_id)[1].notes[-1]
    assert note["kind"] == "kept"
    assert all(words(dict(note), "zh"))
    with desk.world.database.reading() as session:
        assert session.get_one(Employment, str(row_id)).title == "店长"
        assert session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.state == "kept")) == 1
        assert session.get_one(ImportBatch, batch_id).counts["kept"] == 1
