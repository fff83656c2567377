"""Thousands of employments at once: the rows and events of one by one, and taken back only while nothing was added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service
from interview_engine.hr.employment.employee_sheet import FORM
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment, LifecycleEvent
from interview_engine.hr.employment.taking_back import take_back
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Person
from interview_engine.store.tables import AuditEvent

TABLES: tuple[type[Any], ...] = (Person, Employment, EmployeeNumber, Assignment, LifecycleEvent)
MOVING = {"id", "created_at", "updated_at", "assignment_id", "employment_id", "person_id"}


def line(name: str, **changes: Value) -> dict[str, Value]:
    plain: dict[str, Value] = {
        "employee_number": None, "name": name, "department": "客户服务部", "title": "客服", "level": 2, "phone": None,
        "email": None, "start_date": date(2024, 3, 5), "probation_end": None,
    }  # fmt: skip
    return {**plain, **changes}


LINES: tuple[Mapping[str, Value], ...] = (
    line("何小满", employee_number="a-1", phone="138 0000 6701", email="he@example.com"),
    line("李雷", phone="13800006702", probation_end=date(2099, 1, 1)),
    line("韩梅", start_date=date(2099, 1, 1), level=None),
    line("何小满", phone="13800006701"),  # works here by then
    line("王五", phone="13800006702"),  # another name
    line("赵六", employee_number="A-1"),  # taken
    line("钱七", employee_number="00009"),
    line("孙八"),  # the next one
    line("周九", department="没有的部门"),
    line("吴十", phone="12"),
    line("郑一", probation_end=date(2020, 1, 1)),
    line("冯二", employee_number="!"),
)


def one_by_one(session: Session, world: World) -> list[str]:
    found = []
    for values in LINES:
        try:
            with session.begin_nested():
                FORM.create(session, world.actor("hr"), values, world.clock)
            found.append("made")
        except InterviewEngineError as error:
            found.append(error.code)
    return found


def at_once(session: Session, world: World) -> list[str]:
    assert FORM.many is not None
    done = FORM.many.create(session, world.actor("hr"), LINES, world.clock)
    return [one.code if isinstance(one, InterviewEngineError) else "made" for one in done]


def rows(session: Session) -> dict[str, list[Any]]:
    session.flush()
    found: dict[str, list[Any]] = {}
    for table in TABLES:
        kept = [column for column in table.__table__.columns if column.name not in MOVING]
        found[table.__tablename__] = sorted(map(str, session.execute(select(*kept)).tuples()))
    return found


def test_many_at_once_are_the_rows_of_one_by_one(world: World) -> None:
    with world.database.transaction() as session:
        step = session.begin_nested()
        said = one_by_one(session, world)
        wanted = rows(session)
        step.rollback()
        assert at_once(session, world) == said
        assert rows(session) == wanted
    assert said.count("made") == 5
    assert len(set(said)) == 8  # seven different refusals


def test_many_at_once_leave_the_same_events_in_the_trail(world: World) -> None:
    def told(session: Session, last: int) -> list[tuple[str, str]]:
        events = session.execute(select(AuditEvent.action, AuditEvent.detail).where(AuditEvent.sequence > last))
        return sorted((action, str(detail)) for action, detail in events)

    def last(session: Session) -> int:
        return session.scalar(select(AuditEvent.sequence).order_by(AuditEvent.sequence.desc()).limit(1)) or 0

    with world.database.transaction() as session:
        start = last(session)
        at_once(session, world)
    with world.database.transaction() as session:
        many, middle = told(session, start), last(session)
        ids = list(session.scalars(select(Employment.id).where(Employment.application_id.is_(None))))
        assert take_back(session, SYSTEM, ids, world.clock.now() - timedelta(days=1), world.clock) == {}
    with world.database.transaction() as session:
        middle = last(session)
        one_by_one(session, world)
    with world.database.reading() as session:
        assert told(session, middle) == many


def test_who_did_not_come_may_begin_before_that_day(world: World) -> None:
    assert FORM.many is not None
    earlier = line("韩梅", phone="13800006709")
    with world.database.transaction() as session:
        later = {**earlier, "start_date": date(2099, 1, 1)}
        service.never_begun(session, world.actor("hr"), FORM.create(session, world.actor("hr"), later, world.clock),
                            world.clock)  # fmt: skip
        assert FORM.many.check(session, world.actor("hr"), [earlier], world.clock) == [()]
        FORM.create(session, world.actor("hr"), earlier, world.clock)


def test_a_check_writes_nothing_and_says_what_would_be_refused(world: World) -> None:
    assert FORM.many is not None
    with world.database.reading() as session:
        before = rows(session)
        checked = FORM.many.check(session, world.actor("hr"), LINES, world.clock)
        assert rows(session) == before
    with world.database.transaction() as session:
        assert [one.code if one else "made" for one in checked] == at_once(session, world)


def test_what_is_loaded_at_once_is_what_is_loaded_one_by_one(world: World) -> None:
    assert FORM.many is not None
    assert FORM.load is not None
    with world.database.transaction() as session:
        at_once(session, world)
        ids = list(session.scalars(select(Employment.id)))
        loaded = FORM.many.load(session, world.actor("hr"), ids)
        assert loaded == {row_id: dict(FORM.load(session, world.actor("hr"), row_id)) for row_id in ids}
        assert FORM.many.load(session, world.actor("interviewer"), ids) == {}


def made(session: Session, world: World) -> list[str]:
    assert FORM.many is not None
    done = FORM.many.create(session, world.actor("hr"), LINES[:3], world.clock)
    return [str(one) for one in done]


def take(session: Session, world: World, ids: Sequence[str], days: float = 1) -> dict[str, str]:
    since = world.clock.now() - timedelta(days=days)
    return {row_id: error.code for row_id, error in
            take_back(session, world.actor("hr"), ids, since, world.clock).items()}  # fmt: skip


def test_what_was_made_is_taken_back_with_everything_beside_it(world: World) -> None:
    with world.database.transaction() as session:
        before = rows(session)
        ids = made(session, world)
        assert take(session, world, ids) == {}
        assert rows(session) == before


def test_what_somebody_changed_since_stays(world: World) -> None:
    with world.database.transaction() as session:
        moved, manager, free = made(session, world)
        assert FORM.update is not None
        FORM.update(session, world.actor("hr"), moved, {**LINES[0], "title": "主管"}, world.clock)
        person = session.get_one(Employment, manager).person_id
        org.set_manager(session, SYSTEM, world.department_id, person, world.clock)
        assert take(session, world, [moved, manager, free]) == {
            moved: "employment.in_use", manager: "person.in_use"
        }  # fmt: skip
        assert session.get(Employment, free) is None
        assert session.get(Employment, moved) is not None


def test_a_person_who_was_there_before_stays(world: World) -> None:
    with world.database.transaction() as session:
        person = Person(id="p" * 32, name="何小满", email="", phone="13800006701", phone_key="+8613800006701",
                        email_key=None, actor="test", created_at=world.clock.now() - timedelta(days=9),
                        updated_at=world.clock.now(), talent_pool=True)  # fmt: skip
        session.add(person)
        session.flush()
        ids = made(session, world)
        assert session.get_one(Employment, ids[0]).person_id == person.id
        assert take(session, world, ids) == {}
        session.refresh(person)
        assert (person.department_id, person.level) == (None, None)


def test_nobody_takes_back_what_is_out_of_reach_or_older(world: World) -> None:
    with world.database.transaction() as session:
        ids = made(session, world)
        found = take_back(session, world.actor("interviewer"), ids, world.clock.now() - timedelta(1), world.clock)
        assert {error.code for error in found.values()} == {"employment.gone"}
        assert set(take(session, world, ids, days=-1).values()) == {"employment.in_use"}
