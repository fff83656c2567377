"""Tasks around the first and the last day: from templates, moved with the day, closed by whose they are (D1, D6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.tasks import rules, service, templates
from interview_engine.hr.tasks.chores import remind
from interview_engine.hr.tasks.proposed import PROPOSED, title_as_shipped
from interview_engine.hr.tasks.service import About, NewTask, Task
from interview_engine.hr.tasks.tables import TaskTemplate
from interview_engine.hr.tasks.templates import NewTemplate

FIRST = date(2026, 12, 1)
REF = "onboarding:test"
JOINING = [one for one in PROPOSED if one.kind == "joining"]


@dataclass(frozen=True)
class Joining:
    """Somebody joins on 1 December; nothing is opened yet."""

    world: World
    about: About

    def opened(self, session: Session, anchor: date = FIRST) -> list[Task]:
        return service.open_tasks(session, "system", "joining", self.about, REF, anchor, self.world.clock)

    def on(self, day: date) -> None:
        self.world.clock.at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)

    def remind_on(self, day: date) -> int:
        self.on(day)
        with self.world.database.transaction() as session:
            return remind(session, self.world.clock)

    def told(self, level: str) -> set[str]:
        with self.world.database.reading() as session:
            statement = select(NoticeReceiver.person_id).join(Notice, Notice.id == NoticeReceiver.notice_id)
            return set(session.scalars(statement.where(Notice.level == level)))


@pytest.fixture
def joining(world: World) -> Joining:
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        where = employments.Place(world.entity_id, world.department_id)
        employments.begin(session, world.actor("hr"), application.person_id, where, "客服", FIRST, None, world.clock)
        return Joining(world, About(application.person_id, world.entity_id, world.department_id))


def by_title(tasks: list[Task], part: str) -> Task:
    (found,) = [task for task in tasks if part in task.title_zh]
    return found


def test_every_template_of_the_kind_becomes_one_task_and_again_makes_no_second(joining: Joining) -> None:
    with joining.world.database.transaction() as session:
        assert len(joining.opened(session)) == len(JOINING)
        assert joining.opened(session) == []
        assert by_title(list(service.of_ref(session, REF)), "准备电脑").due == date(2026, 11, 30)


def test_a_companys_own_template_comes_to_those_of_the_group_and_another_companys_does_not(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        service.propose(session, world.clock)
        own = NewTemplate("joining", "equipment", "领取工服", "hr", 0, legal_entity_id=world.entity_id)
        templates.keep(session, world.actor("hr"), own, world.clock)
        from interview_engine.hr.org.service import create_legal_entity

        other = create_legal_entity(session, SYSTEM, "另一家公司", "北京", world.clock)
        foreign = NewTemplate("joining", "equipment", "领取门卡", "hr", 0, legal_entity_id=other.id)
        templates.keep(session, SYSTEM, foreign, world.clock)
        titles = [task.title_zh for task in joining.opened(session)]
    assert "领取工服" in titles
    assert "领取门卡" not in titles


def test_a_template_that_is_no_longer_used_makes_no_task(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        service.propose(session, world.clock)
        row = session.scalars(select(TaskTemplate).where(TaskTemplate.title_zh.contains("准备电脑"))).one()
        templates.set_active(session, world.actor("hr"), row.id, False, world.clock)
        assert not [task for task in joining.opened(session) if "准备电脑" in task.title_zh]


def test_a_changed_first_day_moves_what_is_still_to_do_and_nothing_else(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        tasks = joining.opened(session)
        done, by_hand = by_title(tasks, "劳动合同"), by_title(tasks, "准备电脑")
        service.close(session, world.actor("hr"), done.id, "done", "", world.clock)
        own = service.add(session, world.actor("hr"), joining.about, NewTask("量工服", "hr", FIRST), world.clock)
        moved = service.move_due(session, REF, date(2026, 12, 8), "system", world.clock)
        assert moved == len(tasks) - 1
        assert (done.due, by_hand.due, own.due) == (date(2026, 11, 28), date(2026, 12, 7), FIRST)


def test_each_sees_their_own_tasks(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        joining.opened(session)
        seen = {
            role: {one.task.owner for one in service.waiting_for(session, world.actor(role), world.clock)}
            for role in ("hr", "administrator", "hiring_manager", "other_manager", "recruiter")
        }
    assert seen == {
        "hr": {"hr"}, "administrator": {"it"}, "hiring_manager": {"manager"}, "other_manager": set(), "recruiter": set()
    }  # fmt: skip


def test_only_whose_it_is_or_who_may_write_there_closes_a_task(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        task = by_title(joining.opened(session), "第一周的工作")
        with pytest.raises(PermissionDenied):
            service.close(session, world.actor("other_manager"), task.id, "done", "", world.clock)
        assert service.close(session, world.actor("hiring_manager"), task.id, "done", "", world.clock).state == "done"


def test_a_task_is_waived_with_a_reason_and_by_who_may_write_there_only(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        task = by_title(joining.opened(session), "第一周的工作")
        with pytest.raises(PermissionDenied):
            service.close(session, world.actor("hiring_manager"), task.id, "waived", "远程入职", world.clock)
        with pytest.raises(InvalidInput):
            service.close(session, world.actor("hr"), task.id, "waived", "", world.clock)
        waived = service.close(session, world.actor("hr"), task.id, "waived", "远程入职", world.clock)
        assert (waived.state, waived.reason) == ("waived", "远程入职")


def test_a_blocked_task_says_what_it_waits_for_and_can_be_opened_again(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        task = by_title(joining.opened(session), "第一周的工作")
        manager = world.actor("hiring_manager")
        service.close(session, manager, task.id, "blocked", "带教人休假", world.clock)
        assert service.close(session, manager, task.id, "open", "", world.clock).closed_at is None


def test_the_owner_is_reminded_the_day_before_and_once(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        joining.opened(session)
    assert joining.remind_on(date(2026, 11, 26)) == 0, "the first is due on 28 November"
    assert joining.remind_on(date(2026, 11, 27)) == 1
    assert joining.told("info") == {world.actor("hr").person_id}
    assert joining.remind_on(date(2026, 11, 27)) == 0


def test_a_late_task_is_told_once_to_those_above(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        task = by_title(joining.opened(session), "第一周的工作")
        assert task.due == date(2026, 11, 29)
        for other in service.of_ref(session, REF):
            if other.id != task.id:
                service.close(session, world.actor("hr"), other.id, "waived", "无关", world.clock)
    joining.remind_on(task.due)
    assert joining.told("info") == {world.actor("hiring_manager").person_id}
    assert joining.remind_on(date(2026, 12, 1)) == 0
    assert joining.remind_on(date(2026, 12, 2)) == 1
    assert joining.told("important") == {world.actor("hr").person_id}
    assert joining.remind_on(date(2026, 12, 9)) == 0


def test_a_managers_task_goes_to_the_new_manager(joining: Joining) -> None:
    world = joining.world
    with world.database.transaction() as session:
        task = by_title(joining.opened(session), "第一周的工作")
        set_manager(session, SYSTEM, world.department_id, world.actor("other_manager").person_id, world.clock)
        assert service.refresh_owners(session, world.clock) == 2
        assert task.owner_person_id == world.actor("other_manager").person_id


@pytest.mark.parametrize(
    ("today", "told", "escalated", "step"),
    [
        (date(2026, 11, 30), None, None, "due"),
        (date(2026, 11, 29), None, None, None),
        (date(2026, 12, 3), date(2026, 11, 30), None, None),
        (date(2026, 12, 4), date(2026, 11, 30), None, "late"),
        (date(2026, 12, 4), None, None, "late"),
        (date(2026, 12, 9), date(2026, 11, 30), date(2026, 12, 4), None),
    ],
)
def test_when_somebody_is_told(today: date, told: date | None, escalated: date | None, step: str | None) -> None:
    assert rules.next_step(FIRST, today, told, escalated) == step


def test_a_title_as_it_ships_is_there_in_every_language_of_the_phone_and_a_changed_one_in_two() -> None:
    for one in PROPOSED:
        title = title_as_shipped(one.zh, one.en)
        said = {language: title.get(language) for language in ("zh", "en", "ja", "es")}
        assert len(set(said.values())) == 4, said
        assert (title.get("zh"), title.get("en"), title.get("fr")) == (one.zh, one.en, one.en)
    changed = title_as_shipped("阅读安全手册", "Read the safety handbook")
    assert [changed.get(language) for language in ("zh", "ja")] == ["阅读安全手册", "Read the safety handbook"]
